/**
 * Receivers whose channel is not built yet: what they will take is checked already, so that a file that is read today
 * is read tomorrow.
 */
import { z } from "zod";
import { named, scalar } from "../../alerts/config-parts.ts";
import { tlsSchema } from "./http-config.ts";

/** As in `alertmanager.yml`. What is not said here is taken from `global`. */
const email = z.strictObject({
  send_resolved: z.boolean().default(false),
  to: named,
  from: scalar.optional(),
  smarthost: scalar.optional(),
  hello: scalar.optional(),
  auth_username: scalar.optional(),
  auth_password: scalar.optional(),
  auth_secret: scalar.optional(),
  auth_identity: scalar.optional(),
  headers: z.record(z.string(), scalar).optional(),
  html: scalar.optional(),
  text: scalar.optional(),
  require_tls: z.boolean().optional(),
  force_implicit_tls: z.boolean().optional(),
  tls_config: tlsSchema.optional(),
  threading: z
    .strictObject({ enabled: z.boolean().optional(), thread_by_date: scalar.optional() })
    .optional(),
});

const phone = z.strictObject({
  send_resolved: z.boolean().default(false),
  provider: named.optional(),
  to: z.array(named).min(1),
  access_key_id: scalar.optional(),
  access_key_secret: scalar.optional(),
  sign_name: scalar.optional(),
  template: scalar.optional(),
});

/** By the word before `_configs`. */
export const laterSchemas = {
  email,
  sms: phone,
  voice: phone,
} as const;

export type LaterChannel = keyof typeof laterSchemas;
