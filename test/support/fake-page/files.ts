/** The files of a fake's page: what both pages have in common, and what a platform's own folder adds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../bot/package-root.ts";

const SHARED = "test/support/fake-page";

/** By path: the file, its type, and whether it is the platform's own. */
const FILES: Readonly<Record<string, readonly [file: string, type: string, own: boolean]>> = {
  "/": ["index.html", "text/html", true],
  "/fake/page.js": ["page.js", "text/javascript", true],
  "/fake/render.js": ["render.js", "text/javascript", true],
  "/fake/element.js": ["element.js", "text/javascript", false],
  "/fake/chat.css": ["chat.css", "text/css", false],
  "/fake/page.css": ["page.css", "text/css", true],
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

export interface PageFile {
  readonly body: Buffer;
  /** Of the header `content-type`. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A file of the page whose own files are in `folder` (`test/support/wecom/page`); undefined for any other path. */
export function pageFile(folder: string, path: string): PageFile | undefined {
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (file === undefined) return undefined;
  const [name, type, own] = file;
  return {
    body: readFileSync(join(packageRoot(), own ? folder : SHARED, name)),
    type: `${type}; charset=utf-8`,
    headers: { "content-security-policy": POLICY },
  };
}
