/** A real Chromium for the tests of the page: where it is, how it starts, and when there is a reason to go without. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describe } from "vitest";

const PLACES = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const path = PLACES.find((place) => place !== "" && existsSync(place));

/** Why there is no browser; never a reason in CI, where its absence is a failure. */
const absent =
  path === undefined && process.env["CI"] !== "true"
    ? "no Chromium found; set CHROMIUM to its path"
    : undefined;

/** A group of tests in the browser. Without one the group is skipped, and its name says why. */
export function describeInBrowser(name: string, tests: () => void): void {
  const title = absent === undefined ? name : `${name} (skipped: ${absent})`;
  // A browser beside other tests on a small machine takes its time.
  describe.skipIf(absent !== undefined)(title, { timeout: 90_000 }, tests);
}

/** Starts the browser; whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  if (path === undefined) throw new Error("no Chromium found; install it, or set CHROMIUM to its path");
  if (!existsSync(fileURLToPath(new URL("../../dist/bot/console/page/main.js", import.meta.url))))
    throw new Error("the page is not built; run the tests without GENGFU_TEST_NO_BUILD once");
  return chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page, and everything that went wrong on it: refusals of the content policy, uncaught errors, failed loads. */
export interface WatchedPage {
  readonly page: Page;
  readonly wrongs: string[];
}

/** Opens an empty page in a context of its own. Only loopback is reachable from it. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  const wrongs: string[] = [];
  await context.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) => {
      wrongs.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  page.on("console", (message) => {
    if (message.type() === "error") wrongs.push(message.text());
  });
  page.on("pageerror", (error) => wrongs.push(String(error)));
  page.on("dialog", (dialog) => {
    wrongs.push(`a script opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  // Reported on the console as well, but only this names the rule that was broken.
  await page.addInitScript(
    'addEventListener("securitypolicyviolation", (e) => console.error("policy: " + e.violatedDirective))',
  );
  return { page, wrongs };
}
