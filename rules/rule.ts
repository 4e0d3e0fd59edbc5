/** A rule as it is kept: what it is called, what it judges or when it speaks, whom it tells, who made it. */
import * as z from "zod";
import type { Labels } from "../storage/labels.ts";

/** Who made a rule: somebody in a conversation, with the words they used, or a rule file. */
export type RuleSource =
  | {
      readonly kind: "chat";
      /** `console:alice`. */
      readonly person: string;
      /** `console:ops`. */
      readonly conversation: string;
      readonly at: number;
      /** What was said. */
      readonly text: string;
    }
  | { readonly kind: "file"; readonly group: string };

interface RuleCommon {
  /** The number people say: `rule 3`. Never used twice. */
  readonly id: number;
  readonly name: string;
  /** Put on every alert of the rule; the severity is one of them. */
  readonly labels: Labels;
  /** Texts for people; may hold templates. */
  readonly annotations: Labels;
  readonly paused: boolean;
  readonly source: RuleSource;
  /** Conversations that it tells; none means the usual ones. */
  readonly tells: readonly string[];
}

/** An opinion about series. */
export interface PromqlRule extends RuleCommon {
  readonly kind: "promql";
  readonly expr: string;
  readonly intervalMs: number;
  /** How long it must hold before it fires. */
  readonly forMs: number;
  /** How long it keeps firing after it stopped holding. */
  readonly keepFiringForMs: number;
}

/** Something to be said at certain times. */
export interface CronRule extends RuleCommon {
  readonly kind: "cron";
  /** Cron fields, `@daily` or `@every 90m`; see `cron.ts`. */
  readonly cron: string;
  /** IANA name of the time zone that the schedule is meant in. */
  readonly zone: string;
  /** What to say. */
  readonly text: string;
  /** The first run after it was made or resumed; absent when there was none. */
  readonly nextAt?: number;
}

export type Rule = PromqlRule | CronRule;

/** How often a rule is judged where nothing is said, in milliseconds. */
export const DEFAULT_INTERVAL_MS = 15_000;

const texts = z.record(z.string(), z.string());
const length = z.number().int().nonnegative();

const source = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("chat"),
    person: z.string(),
    conversation: z.string(),
    at: z.number(),
    text: z.string(),
  }),
  z.strictObject({ kind: z.literal("file"), group: z.string() }),
]);

const common = {
  id: z.number().int().positive(),
  name: z.string(),
  labels: texts,
  annotations: texts,
  paused: z.boolean(),
  source,
  tells: z.array(z.string()),
};

const schema: z.ZodType<Rule> = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("promql"),
    expr: z.string(),
    intervalMs: length.positive(),
    forMs: length,
    keepFiringForMs: length,
  }),
  z.strictObject({
    ...common,
    kind: z.literal("cron"),
    cron: z.string(),
    zone: z.string(),
    text: z.string(),
    nextAt: z.number().exactOptional(),
  }),
]);

/** Reads a rule from the store; throws with what is wrong and where. */
export function decodeRule(raw: unknown): Rule {
  return schema.parse(raw);
}
