/** Hosts and ports as people write them, and the one way in which they are stored and compared. */
import { isIP } from "node:net";
import { z } from "zod";
import { issue } from "../../storage/wrong.ts";
import type { HostAddress, Network } from "../network.ts";
import { LookFailed } from "../reason.ts";
import { orTimeUp, type Stopwatch } from "./stopwatch.ts";

/** A host and a port; an IPv6 address stands without brackets. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * The plain form of a host name or an address: lower case, IDN as ASCII, IPv6 without brackets. Every odd way of
 * writing an address (`0x7f.1`) becomes that address, so that the guard judges what will be connected to.
 */
function normaliseHost(text: string): string | undefined {
  const trimmed = text.trim();
  const bracketed = isIP(trimmed) === 6 ? `[${trimmed}]` : trimmed;
  if (!/^(?:\[[^\]]+\]|[^\s/?#@:\\[\]%]+)$/.test(bracketed)) return undefined;
  try {
    const host = new URL(`http://${bracketed}/`).hostname.replace(/^\[|\]$/g, "");
    return /^[a-z0-9_:][a-z0-9._:-]{0,252}$/.test(host) ? host : undefined;
  } catch {
    return undefined;
  }
}

/** Reads `host:port`, `[::1]:22`, or `host` where there is a port to fall back to. */
export function parsePlace(text: string, defaultPort?: number): Place | undefined {
  const trimmed = text.trim();
  const [, before, digits] = /^(.*):(\d{1,5})$/.exec(trimmed) ?? [];
  // A bare IPv6 address ends in what looks like a port.
  const named = isIP(trimmed) !== 6 && before !== undefined;
  const host = normaliseHost(named ? before : trimmed);
  const port = named ? Number(digits) : defaultPort;
  if (host === undefined || port === undefined || port < 1 || port > 65_535) return undefined;
  return { host, port };
}

/** Writes a place as it is stored: `db.example:5432`, `[::1]:22`. */
function formatPlace({ host, port }: Place): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** An option that names a host and a port. */
export function placeOption(defaultPort?: number) {
  const port =
    defaultPort === undefined
      ? { zh: "", en: "" }
      : { zh: `（不写端口就是 ${defaultPort}）`, en: ` (the port is ${defaultPort} where none is given)` };
  return z
    .string()
    .max(300)
    .transform((text, context) => {
      const place = parsePlace(text, defaultPort);
      if (place !== undefined) return formatPlace(place);
      context.addIssue(
        issue(
          `要写 主机:端口，例如 db.example:5432${port.zh}`,
          `must be host:port, such as db.example:5432${port.en}`,
        ),
      );
      return z.NEVER;
    });
}

/** The place that an option of `placeOption` names. */
export function placeOf(option: string): Place {
  const place = parsePlace(option);
  if (place === undefined) throw new Error(`not a place: ${JSON.stringify(option)}`);
  return place;
}

/** An option that names a host alone. */
export const hostOption = z
  .string()
  .max(300)
  .transform((text, context) => {
    const host = normaliseHost(text);
    if (host !== undefined) return host;
    context.addIssue(issue("要写主机名或地址", "must be a host name or an address"));
    return z.NEVER;
  });

/** An option that limits a probe to IPv4 or IPv6. */
export const ipVersionOption = z
  .union([z.literal(4), z.literal(6), z.literal("4").transform(() => 4), z.literal("6").transform(() => 6)])
  .optional();

/** The checked addresses of a host, of one family where that is asked for. Rejects with `LookFailed`. */
export async function addressesOf(
  host: string,
  about: {
    readonly network: Network;
    readonly ipVersion: number | undefined;
    readonly watch: Pick<Stopwatch<never>, "timeUp">;
    readonly signal: AbortSignal;
  },
): Promise<readonly HostAddress[]> {
  const all = await orTimeUp(about.network.addressesOf({ hostname: host }), about.watch, about.signal);
  if (about.ipVersion === undefined) return all;
  const wanted = all.filter(({ family }) => family === about.ipVersion);
  if (wanted.length === 0)
    throw new LookFailed({ code: "dns", detail: `${host}: no IPv${about.ipVersion} address` });
  return wanted;
}
