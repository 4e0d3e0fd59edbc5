/** The table of steps, and the schema of `shape`: a list of them, or the short form in one line. */
import { z } from "zod";
import { clamp } from "./clamp.ts";
import { convert } from "./convert.ts";
import { dedupe } from "./dedupe.ts";
import { derive } from "./derive.ts";
import { dropEmpty } from "./drop-empty.ts";
import { outliers } from "./outliers.ts";
import { rate } from "./rate.ts";
import { rename } from "./rename.ts";
import { readShort, ShortError } from "./short.ts";
import type { StepKind } from "./step.ts";

/** Every step there is. A new one is one line here. */
export const stepKinds = {
  drop_empty: dropEmpty,
  dedupe,
  clamp,
  outliers,
  convert,
  rate,
  rename,
  derive,
} satisfies Readonly<Record<string, StepKind<unknown>>>;

/** One step as it is stored: the word and its options, checked, with defaults filled in. Plain JSON. */
export interface ShapeStep {
  readonly step: string;
  readonly [option: string]: unknown;
}

const MOST_STEPS = 50;

/** What only the kinds themselves know is unknown here. */
type AnyStepKind = StepKind<unknown>;

const all: readonly AnyStepKind[] = Object.values(stepKinds);

/** The kind of a step by its word or its twin. */
export function stepNamed(word: string): AnyStepKind | undefined {
  return all.find(({ step, twin }) => step === word.toLowerCase() || twin === word);
}

function schemaOf(kind: AnyStepKind) {
  return kind.options.safeExtend({ step: z.literal(kind.step) });
}

const [first, ...rest] = all.map(schemaOf);
if (first === undefined) throw new Error("the table of steps is empty");
const step = z.discriminatedUnion("step", [first, ...rest]) as unknown as z.ZodType<ShapeStep>;

/** `shape:` of a monitor: steps in order, or the short form, `clamp cpu_* max=100; rename a b`. */
export const shapeOption: z.ZodType<readonly ShapeStep[]> = z
  .union([z.string(), z.array(z.unknown())])
  .transform((given, context): unknown[] => {
    if (typeof given !== "string") return given;
    try {
      return readShort(given, stepNamed);
    } catch (error) {
      if (!(error instanceof ShortError)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { zh: error.zh } });
      return z.NEVER;
    }
  })
  .pipe(z.array(step).max(MOST_STEPS));
