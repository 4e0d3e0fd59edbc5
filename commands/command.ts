import type { Card } from "../alerts/card.ts";
import { inLocale, type Locale, type Text } from "../storage/locale.ts";
import type { Change } from "../storage/store.ts";
import type { Role } from "./allow.ts";
import type { World } from "./world.ts";

/** Where a role comes from: `gengfu.yml`, the people book, the default, this machine's own console; or nobody was named. */
export type RoleSource = "file" | "book" | "default" | "console" | "unnamed";

/** Who speaks, as the roles see them. */
export interface Person {
  /** `console:alice`, `dingtalk:0123`. */
  readonly id: string;
  /** For display. */
  readonly name: string;
  readonly role: Role;
  readonly from: RoleSource;
}

/** One command being carried out: who, where, when, in which language, and the line as it was said. */
export interface Call {
  readonly person: Person;
  readonly conversation: string;
  /** One-to-one with the bot; nobody else reads along. */
  readonly isPrivate: boolean;
  readonly at: number;
  readonly locale: Locale;
  readonly line: string;
  /** How somebody is called; plain text. */
  nameOf(person: string): string;
  /** Commits what `edit` changes together with a line of the audit trail; the only way for a command to change anything. */
  change<R>(edit: (change: Change) => R): Promise<R>;
}

/** What a command answers. `card` is shown to the people in the conversation. */
export type Reply = Card | readonly Card[];

/** One thing people can say. Help, the reference and the contract tests are made from these fields. */
export interface Command {
  /** The English words that name it, in full: `rule add`. */
  readonly words: readonly [string, ...string[]];
  /** The Chinese twins. */
  readonly twins: readonly [string, ...string[]];
  /** What follows the words, e.g. `N [30m] [note]`; "" when nothing may follow. */
  readonly takes: Text;
  readonly summary: Text;
  /** Whole lines that work as they stand, once what they name exists. */
  readonly examples: Text;
  readonly needs: Role;
  /** Its word also begins ordinary sentences (`监控 https://… 打不开时告警`), which then win. */
  readonly yieldsToSentence?: true;
  /** What follows begins with the number of an incident; where it is missing, a quoted message may name it. */
  readonly takesIncident?: true;
  /** What follows may make it another command: `值班 db 换 张三 …` is a swap, and needs what a swap needs. */
  instead?(rest: string): { readonly command: Command; readonly rest: string } | undefined;
  run(rest: string, call: Call, world: World): Promise<Reply> | Reply;
}

/** An error meant for people: it has words for them, in both languages. Anything else that is thrown is a fault of ours. */
export class Refusal extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.name = "Refusal";
    this.text = text;
  }
}

/** A plain answer. `text` is markdown. */
export function answer(call: Call, text: Text, more: Omit<Card, "kind" | "text"> = {}): Card {
  return { kind: "reply", text: inLocale(call.locale, text), ...more };
}

/** A button in the language of the call. */
export function action(
  call: Call,
  id: string,
  label: Text,
  command: string,
): { id: string; label: string; command: string } {
  return { id, label: inLocale(call.locale, label), command };
}
