/**
 * Receivers whose channel is not built yet: what they will take is checked already, so that a file that is read today
 * is read tomorrow.
 */
import { z } from "zod";
import { named, scalar } from "../../alerts/config-parts.ts";
import { oncall } from "./robot-config.ts";

const phone = z
  .strictObject({
    send_resolved: z.boolean().default(false),
    provider: named.optional(),
    to: z.array(named).default([]),
    oncall,
    access_key_id: scalar.optional(),
    access_key_secret: scalar.optional(),
    sign_name: scalar.optional(),
    template: scalar.optional(),
  })
  .refine(({ to, oncall: rotation }) => to.length > 0 || rotation !== undefined, {
    path: ["to"],
    message: "must not be empty without oncall",
    params: { zh: "没有 oncall 时不能为空" },
  });

/** By the word before `_configs`. */
export const laterSchemas = {
  sms: phone,
  voice: phone,
} as const;

export type LaterChannel = keyof typeof laterSchemas;
