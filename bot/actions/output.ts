/** What a program wrote, as people may see it: its beginning and its end, without secrets and without what only terminals read. */
import { stripVTControlCharacters } from "node:util";

const HEAD = 1_000;
const TAIL = 3_000;

/** Takes in whatever comes and keeps so much of it in memory. */
export interface Output {
  add(chunk: Buffer): void;
  text(): string;
}

/** `mask` takes out secrets. */
export function keepOutput(mask: (text: string) => string): Output {
  // Masked and cut in characters at the end; a secret must not be cut in two before it is looked for.
  const most = 4 * (HEAD + TAIL);
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let left = 0;
  return {
    add(chunk) {
      const room = most - head.length;
      if (room > 0) head = Buffer.concat([head, chunk.subarray(0, room)]);
      if (chunk.length <= room) return;
      const more = Buffer.concat([tail, chunk.subarray(Math.max(0, room))]);
      left += Math.max(0, more.length - most);
      tail = Buffer.from(more.subarray(-most));
    },
    text() {
      const whole = tail.length === 0 || left === 0;
      const first = readable(mask(Buffer.concat(whole ? [head, tail] : [head]).toString()));
      const rest = whole ? "" : readable(mask(tail.toString()));
      if (whole && first.length <= HEAD + TAIL) return first;
      const end = whole ? first : rest;
      return `${first.slice(0, HEAD)}\n…\n${end.slice(-TAIL)}`;
    },
  };
}

function readable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, "")
    .trim();
}

/** `password=…`, `Authorization: Bearer …`: what looks like a secret although nobody said that it is one. */
const LOOKS_SECRET =
  /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization)["']?\s*[=:]\s*)(?:(?:bearer|basic)\s+)?("[^"\n]*"|'[^'\n]*'|[^\s,;]+)/gi;

/** Takes out the given secrets, and what looks like one. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "••••"), text);
  return known.replace(LOOKS_SECRET, "$1••••");
}
