/** `{{ $labels.host }}` in what an action runs: the value of a label that the action allows. Nothing else is a template. */
import type { Labels } from "../../storage/labels.ts";

const PLACEHOLDER = /\{\{\s*\$labels\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}/g;

/** The labels that a text asks for, in order. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, label = ""]) => label);
}

/** Whether something in it looks like a placeholder and is none. */
export function hasOther(text: string): boolean {
  return text.replace(PLACEHOLDER, "").includes("{{");
}

/** The text with the values in it, each written by `write`. A value is never read for placeholders itself. */
export function filledIn(text: string, values: Labels, write: (value: string) => string = String): string {
  return text.replace(PLACEHOLDER, (_, label: string) => write(values[label] ?? ""));
}

/** Every text in a JSON value, changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]));
}
