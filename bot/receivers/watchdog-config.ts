/** `watchdog:` — somebody outside who misses us when we fall silent. */
import { z } from "zod";
import { positiveDuration } from "../../alerts/config-parts.ts";
import { address } from "./webhook-config.ts";

/** Asks `url` every so often; whoever is behind it raises the alarm when nothing comes. The address may be a secret. */
export interface WatchdogConfig {
  readonly url: string;
  readonly everyMs: number;
}

export const watchdogSchema = z
  .strictObject({ url: address, every: positiveDuration.default(60_000) })
  .transform(({ url, every }): WatchdogConfig => ({ url, everyMs: every }));
