/** One carrying-out of an action, as it is stored. */
import { z } from "zod";

/** When an action is taken by itself. */
export const OCCASIONS = ["firing", "acknowledged", "resolved"] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** How a run ended. `unknown`: the process died meanwhile. `refused`, `late`: it was never begun. */
export const ENDINGS = ["ok", "failed", "timeout", "refused", "late", "unknown"] as const;
export type Ending = (typeof ENDINGS)[number];

const schema = z.strictObject({
  incident: z.number(),
  action: z.string(),
  /** What brought it about; absent when a person asked. */
  occasion: z.enum(OCCASIONS).exactOptional(),
  /** Who asked. */
  person: z.string().exactOptional(),
  /** Where they asked: there it is answered. */
  conversation: z.string().exactOptional(),
  /** What filled in its parameters. */
  values: z.record(z.string(), z.string()),
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  ending: z.enum(ENDINGS).exactOptional(),
  /** An exit code, an HTTP status, why not: plain text. */
  detail: z.string().exactOptional(),
  /** What it wrote, cut, without secrets. */
  output: z.string().exactOptional(),
});

export type Run = Readonly<z.output<typeof schema>>;

export function decodeRun(raw: unknown): Run {
  return schema.parse(raw);
}

/** The id of a run that an occasion brings about: the same each time, so that it is begun once. */
export function runIdOf(incident: number, action: string, occasion: string): string {
  return `${incident}/${occasion}/${action}`;
}
