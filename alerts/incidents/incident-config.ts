/** How long an acknowledgement lasts, and when an incident counts as flapping. */
import { z } from "zod";
import type { Severity } from "../card.ts";
import { positiveDuration } from "../config-parts.ts";

/** How long an acknowledgement lasts where nobody says, in milliseconds; 4 h for a severity that is not here. */
export type AcknowledgeSpans = Readonly<Partial<Record<Severity, number>>>;

/** An incident flaps once it has fired and recovered this often within this time. */
export interface Flapping {
  readonly changes: number;
  readonly withinMs: number;
}

/** Where the file says nothing. */
export const DEFAULT_FLAPPING: Flapping = { changes: 6, withinMs: 30 * 60_000 };

/** `acknowledge: { critical: 2h, warning: 4h }`. */
export const acknowledgeSchema = z
  .strictObject({
    critical: positiveDuration.optional(),
    warning: positiveDuration.optional(),
    info: positiveDuration.optional(),
  })
  .transform(
    (spans): AcknowledgeSpans =>
      Object.fromEntries(Object.entries(spans).filter(([, ms]) => ms !== undefined)),
  );

/** `flapping: { changes: 6, within: 30m }`; `false` turns it off. */
export const flappingSchema = z.union([
  z.literal(false).transform(() => null),
  z
    .strictObject({ changes: z.int().min(3), within: positiveDuration })
    .transform(({ changes, within }): Flapping => ({ changes, withinMs: within })),
]);
