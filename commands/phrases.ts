/** Turns of phrase that several commands share. */
import { escapeMarkdown, plain } from "../alerts/words.ts";
import type { Text } from "../storage/locale.ts";
import { type Call, Refusal } from "./command.ts";

/** What a number of an incident is called when it is missing. */
export const alertNumber: Text = { zh: "告警（编号）", en: "incident (its number)" };

/** What a person or a machine wrote, on one line, as text inside markdown. */
export function quoted(text: string, most = 200): string {
  return escapeMarkdown(plain(text, most));
}

/** A person's name inside markdown. */
export function named(person: string, call: Pick<Call, "nameOf">): string {
  return escapeMarkdown(call.nameOf(person));
}

/** What a room below says in plain words, as a refusal; it may hold names, and a reply is markdown. */
export function refuse({ zh, en }: Text): Refusal {
  return new Refusal({ zh: escapeMarkdown(zh), en: escapeMarkdown(en) });
}

/** There is no incident of this number. */
export function noIncident(id: number): Refusal {
  return new Refusal({
    zh: `没有告警 #${id}。说“告警”看现在有哪些。`,
    en: `There is no incident #${id}. Say alerts to see which there are.`,
  });
}

/** `1 alert`, `2 alerts`. Chinese has no need of it. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
