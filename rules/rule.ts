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
  | {
      readonly kind: "file";
      readonly group: string;
      /** Its place in the group, from 0: rules of a group are judged in order. Earlier versions did not store it. */
      readonly place?: number;
    };

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

interface Judged extends RuleCommon {
  readonly expr: string;
  readonly intervalMs: number;
  /** The most label sets that it may find; with more it fails. No limit where it is absent. */
  readonly limit?: number;
}

/** An opinion about series. */
export interface PromqlRule extends Judged {
  readonly kind: "promql";
  /** How long it must hold before it fires. */
  readonly forMs: number;
  /** How long it keeps firing after it stopped holding. */
  readonly keepFiringForMs: number;
}

/** Writes what its expression gives as samples of the metric that is its name. */
export interface RecordingRule extends Judged {
  readonly kind: "record";
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

/** A rule whose expression is evaluated on an interval. */
export type JudgedRule = PromqlRule | RecordingRule;

export type Rule = JudgedRule | CronRule;

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
  z.strictObject({ kind: z.literal("file"), group: z.string(), place: length.exactOptional() }),
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

const judged = {
  ...common,
  expr: z.string(),
  intervalMs: length.positive(),
  limit: length.positive().exactOptional(),
};

const schema: z.ZodType<Rule> = z.discriminatedUnion("kind", [
  z.strictObject({ ...judged, kind: z.literal("promql"), forMs: length, keepFiringForMs: length }),
  z.strictObject({ ...judged, kind: z.literal("record") }),
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
