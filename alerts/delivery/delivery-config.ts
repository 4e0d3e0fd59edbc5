/** How much may be said how fast: budgets per channel, and when a storm begins. */
import { z } from "zod";
import { positiveDuration } from "../config-parts.ts";

/** So many messages in so much time. */
export interface Budget {
  readonly messages: number;
  readonly perMs: number;
}

/** Budgets per target, by what stands before the colon of an address: `dingtalk_robot`, `webhook`. */
export type Limits = Readonly<Record<string, Budget>>;

/** A storm begins when more incidents than this start within this time. */
export interface Storm {
  readonly incidents: number;
  readonly perMs: number;
}

/** Where the file says nothing. */
export const DEFAULT_STORM: Storm = { incidents: 10, perMs: 60_000 };

/** `limits: { wecom: { messages: 30, per: 1m } }`. */
export const limitsSchema = z.record(
  z.string().refine((name) => /^[a-z][a-z_]*$/.test(name), {
    message: "is no name of a channel, such as email or dingtalk_robot",
    params: { zh: "不是渠道的名字，例如 email、dingtalk_robot" },
  }),
  z
    .strictObject({ messages: z.int().positive(), per: positiveDuration })
    .transform(({ messages, per }): Budget => ({ messages, perMs: per })),
);

/** `storm: { incidents: 20, per: 1m }`; `false` turns it off. */
export const stormSchema = z.union([
  z.literal(false).transform(() => null),
  z
    .strictObject({ incidents: z.int().positive(), per: positiveDuration })
    .transform(({ incidents, per }): Storm => ({ incidents, perMs: per })),
]);
