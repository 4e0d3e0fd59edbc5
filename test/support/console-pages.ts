/** Consoles and pages for a group of browser tests: closed after each test, which fails when a page complained. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { Card } from "../../alerts/card.ts";
import { openPage, startBrowser, type WatchedPage } from "./browser.ts";
import { type ConsoleOptions, startConsole, type TestConsole } from "./console.ts";
import { incidentCard } from "./lively-console.ts";

export interface ConsolePages {
  start(options?: ConsoleOptions): Promise<TestConsole>;
  visit(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** What this test breaks on purpose: complaints that match are no failure. */
  expectComplaints(about: RegExp): void;
  /** What the pages of this test complained about so far. */
  readonly complaints: readonly string[];
}

/** Registers the hooks; call it once inside `describeInBrowser`. */
export function consolePages(): ConsolePages {
  let browser: Browser | undefined;
  const consoles: TestConsole[] = [];
  const pages: WatchedPage[] = [];
  let expected: RegExp | undefined;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const wrongs = pages.flatMap((one) => one.wrongs).filter((wrong) => expected?.test(wrong) !== true);
    expected = undefined;
    await Promise.all(pages.splice(0).map(({ page }) => page.context().close()));
    await Promise.all(consoles.splice(0).map((one) => one.close()));
    expect(wrongs).toEqual([]);
  });

  return {
    async start(options = {}) {
      const started = await startConsole(options);
      consoles.push(started);
      return started;
    },
    async visit(url, options = {}) {
      if (browser === undefined) throw new Error("the browser is not started yet");
      const opened = await openPage(browser, options);
      pages.push(opened);
      await opened.page.goto(url);
      return opened.page;
    },
    expectComplaints(about) {
      expected = about;
    },
    get complaints() {
      return pages.flatMap(({ wrongs }) => wrongs);
    },
  };
}

/** Matches the mark that says the page follows its conversation. */
export const live = '#link[data-state="live"]';

/** The card of an incident that fires. */
export function firing(title = "CPU 使用率过高"): Card {
  return incidentCard({
    incident: 12,
    title,
    severity: "critical",
    status: "firing",
    fields: [["当前值", "97%"]],
  });
}
