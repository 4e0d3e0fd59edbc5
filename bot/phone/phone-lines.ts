/** The phone receivers of a `gengfu.yml` by the addresses of their targets, with what `global` says for all of them. */
import type { Severity } from "../../alerts/card.ts";
import { humansOf } from "../../alerts/oncall/humans.ts";
import type { FileConfig } from "../config.ts";
import { orEnvironment } from "../http-client/proxy.ts";
import { addressed } from "../plan-of.ts";
import type { HttpConfig } from "../receivers/http-config.ts";
import { type GatewayConfig, gatewayOf, type Medium, USUAL_PER_HOUR, USUAL_SEVERITIES } from "./config.ts";

/** Who is told, by which gateway, of what and how often. */
export interface PhoneLine {
  readonly medium: Medium;
  /** E.164. */
  readonly to: readonly string[];
  /** How those are called who have a number, by their numbers. */
  readonly names: ReadonlyMap<string, string>;
  readonly oncall: string | undefined;
  readonly sendResolved: boolean;
  readonly severities: readonly Severity[];
  /** So many for one person in an hour, whoever else tells them something. */
  readonly maxPerHour: number;
  readonly gateway: GatewayConfig;
  /** How requests of the generic gateway are made; the clouds' clients take the proxy of it. */
  readonly http: HttpConfig;
}

/** By addresses: `sms:ops/0`. */
export function phoneLinesOf(
  config: Pick<FileConfig, "receivers" | "global" | "people">,
): ReadonlyMap<string, PhoneLine> {
  const humans = humansOf(config.people);
  const names = new Map(
    config.people.flatMap(({ phone, name, id }) =>
      phone === undefined ? [] : [[phone, name ?? id] as const],
    ),
  );
  const found = new Map<string, PhoneLine>();
  for (const { address, target, sendResolved } of config.receivers.flatMap(addressed)) {
    if (target.channel !== "sms" && target.channel !== "voice") continue;
    const { channel: medium, phone } = target;
    const gateway = gatewayOf(phone.gateway, config.global.phone[medium]);
    const to = phone.to.flatMap((one) =>
      "phone" in one ? [one.phone] : (humans.of(one.person).phone ?? []),
    );
    found.set(address, {
      medium,
      to: [...new Set(to)],
      names,
      oncall: phone.oncall,
      sendResolved,
      severities: gateway.severities ?? USUAL_SEVERITIES,
      maxPerHour: gateway.max_per_hour ?? USUAL_PER_HOUR[medium],
      gateway,
      http: orEnvironment(gateway.http_config ?? config.global.http),
    });
  }
  return found;
}
