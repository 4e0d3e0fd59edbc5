/** The code blocks of a page of `docs/`, for tests that hold the page to what it shows. */
import { readFileSync } from "node:fs";

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The line of the page on which it begins. */
  readonly line: number;
}

/** A page of `docs/`, by its name. */
export function docsPage(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

/** Every block between fences, in the order of the page. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ 1: language = "", 2: text = "", index }) => ({
    language,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}
