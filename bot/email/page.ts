/** The page behind a link from a mail: one form with one button at most, no script, nothing from elsewhere. */
import { createHash } from "node:crypto";
import { inLocale, type Locale } from "../../storage/locale.ts";
import type { DeskPage } from "./desk.ts";
import { escapeHtml } from "./html.ts";

const STYLE =
  ":root{color-scheme:light dark}body{max-width:32rem;margin:12vh auto;padding:0 1.25rem;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;overflow-wrap:anywhere}h1{font-size:1.25rem}button{min-height:44px;padding:0 1.5rem;border:0;border-radius:8px;background:#3853c4;color:#fff;font:inherit}";

/** Its own style and its own form, and nothing besides. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export function pageHtml({ title, words, button }: DeskPage, locale: Locale): string {
  const say = (text: DeskPage["title"]): string => escapeHtml(inLocale(locale, text));
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">',
    `<title>${say(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${say(title)}</h1><p>${say(words)}</p>`,
    // Without an address it goes where the page came from, behind whichever proxy that is.
    button === undefined ? "" : `<form method="post"><button type="submit">${say(button)}</button></form>`,
    "</main></body></html>\n",
  ].join("\n");
}
