/**
 * The `task_id` of a card: the same for every attempt to send the same thing, another for everything else, and one can
 * tell from it where the card stands. WeCom takes 128 letters, digits, `_`, `-` and `@`.
 */
import { createHash } from "node:crypto";

const PREFIX = "gengfu-";
const PLACE = 10;
const CONTENT = 24;

/** For a card at `address`; `content` is all that makes it that card. */
export function taskId(address: string, content: readonly string[]): string {
  return `${PREFIX}${hash(address, PLACE)}-${hash(JSON.stringify([address, ...content]), CONTENT)}`;
}

/** Which of the addresses a card stands at; undefined when it is none of them, or the card is none of ours. */
export function placeOfTask(task: string, addresses: Iterable<string>): string | undefined {
  for (const address of addresses) if (task.startsWith(`${PREFIX}${hash(address, PLACE)}-`)) return address;
  return undefined;
}

function hash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
