/** The `tls` monitor: the certificate of a port, its chain, its host name, and the versions that are spoken there. */
import type { TLSSocket } from "node:tls";
import type { Look, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import type { HostAddress } from "../network.ts";
import { chainOf, seenOf, tlsReadings } from "../probe/certificate.ts";
import { familyOf } from "../probe/dial.ts";
import { exchangeFailed } from "../probe/failure.ts";
import { addressesOf, placeOf } from "../probe/place.ts";
import { askForTls } from "../probe/starttls.ts";
import { createStopwatch, type Stopwatch } from "../probe/stopwatch.ts";
import { converse, TALK_PARTS, type TalkPhase } from "../probe/talk.ts";
import { type TlsConfig, tlsConnection, tlsVersionOption } from "../probe/tls-options.ts";
import { LookFailed, reasonOf } from "../reason.ts";
import { type TlsOptions, tlsOptions } from "./options.ts";

export const tls: MonitorKind<TlsOptions> = {
  kind: "tls",
  summary: {
    zh: "检查一个端口的证书：到期时间、证书链、主机名、TLS 版本",
    en: "looks at the certificate of a port: expiry, chain, host name, TLS versions",
  },
  example: {
    zh: "证书 mail.example:993",
    en: "tls mail.example:993",
  },
  options: tlsOptions,
  intervalMs: 60_000,
  timeoutMs: 10_000,
  target: "target",
  fileOnly: ["tls_config"],
  instance: ({ target }) => `tls://${target}`,
  hosts: ({ target }) => [placeOf(target).host],
  create: (options, world) => ({ look: (signal) => probe(options, world, signal) }),
};

interface Probe {
  readonly options: TlsOptions;
  readonly addresses: readonly HostAddress[];
  readonly certificates: string | undefined;
  readonly watch: Stopwatch<TalkPhase>;
  readonly signal: AbortSignal;
}

/** The longest subject or issuer that becomes a label. */
const LONGEST_LABEL = 300;

async function probe(options: TlsOptions, world: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const watch = createStopwatch<TalkPhase>(TALK_PARTS, world.elapsed);
  const seen: Reading[] = [];
  try {
    const asked = { network: world.network, ipVersion: options.ip_version, watch, signal };
    const addresses = await addressesOf(placeOf(options.target).host, asked);
    const about: Probe = { options, addresses, certificates: world.certificates, watch, signal };
    const trouble = await handshake(about, options.tls_config, (socket) => {
      seen.push(...certificateReadings(socket));
      return troubleOf(socket);
    });
    if (options.versions !== undefined) {
      const accepted = await versionsOf(about);
      for (const version of tlsVersionOption.options) {
        const value = accepted.includes(version) ? 1 : 0;
        seen.push({ name: "probe_tls_version_accepted", labels: { version: spoken(version) }, value });
      }
      if (trouble === undefined) judgeVersions(options.versions, accepted);
    }
    if (trouble !== undefined && options.tls_config?.insecure_skip_verify !== true) throw trouble;
    return { readings: [...watch.readings("probe_tls_duration_seconds", true), ...seen] };
  } catch (thrown) {
    const timed = watch.readings("probe_tls_duration_seconds", false);
    return { readings: [...timed, ...seen], failure: reasonOf(thrown) };
  }
}

/** Shakes hands, whatever the certificate, and hands the connection to `use`. Rejects with `LookFailed`. */
function handshake<T>(
  { options, addresses, certificates, watch, signal }: Probe,
  config: TlsConfig | undefined,
  use: (socket: TLSSocket) => T,
): Promise<T> {
  const { host, port } = placeOf(options.target);
  return converse({ to: { host, port, addresses }, watch, signal }, async (talk) => {
    if (options.starttls !== undefined) await askForTls(talk, options.starttls);
    const asked = {
      ...tlsConnection(config, certificates),
      ...(options.server_name === undefined ? {} : { servername: options.server_name }),
      // A certificate that is bad is looked at all the same: when it ran out is what people want to know.
      rejectUnauthorized: false,
    };
    return use(await talk.startTls(host, asked));
  });
}

function certificateReadings(socket: TLSSocket): Reading[] {
  const seen = seenOf(socket);
  const leaf = socket.getPeerCertificate(true);
  const chain = chainOf(leaf);
  const readings: Reading[] = [
    { name: "probe_ip_protocol", value: familyOf(socket) },
    ...tlsReadings(seen),
    { name: "probe_tls_cipher_info", labels: { cipher: seen.cipher }, value: 1 },
    { name: "probe_ssl_chain_certificates", value: chain.length },
  ];
  if (chain.length === 0) return readings;
  const labels = {
    fingerprint_sha256: leaf.fingerprint256.replaceAll(":", "").toLowerCase(),
    subject: named(leaf.subject),
    issuer: named(leaf.issuer),
    subjectalternative: (leaf.subjectaltname ?? "").replace(/DNS:|IP Address:/g, "").slice(0, LONGEST_LABEL),
  };
  return [...readings, { name: "probe_ssl_last_chain_info", labels, value: 1 }];
}

/** `CN=shop.example,O=Shop`, as blackbox_exporter writes it. */
function named(who: object): string {
  return Object.entries(who)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",")
    .slice(0, LONGEST_LABEL);
}

/** Why the certificate is not to be trusted. */
function troubleOf(socket: TLSSocket): LookFailed | undefined {
  if (socket.authorized) return undefined;
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? error.message : String(error);
  const { valid_to, subjectaltname } = socket.getPeerCertificate();
  const more =
    code === "CERT_HAS_EXPIRED"
      ? `valid until ${valid_to}`
      : code === "ERR_TLS_CERT_ALTNAME_INVALID"
        ? `it is for ${(subjectaltname ?? "nobody").slice(0, LONGEST_LABEL)}`
        : "the certificate was not accepted";
  return exchangeFailed(Object.assign(new Error(more), { code }), { phase: "tls" }, true);
}

type Version = TlsVersions[number];
type TlsVersions = NonNullable<TlsOptions["versions"]>;

/** Which versions the other side speaks, each tried by a handshake of its own. */
async function versionsOf(about: Probe): Promise<Version[]> {
  const accepted: Version[] = [];
  for (const version of tlsVersionOption.options) {
    const only: TlsConfig = { ...about.options.tls_config, min_version: version, max_version: version };
    const spoke = await handshake(about, only, () => true).catch((thrown: unknown) => {
      const { code } = reasonOf(thrown);
      // Whoever does not speak a version says so with an alert, or hangs up. Anything else is no answer.
      if (code === "tls" || code === "reset") return false;
      throw thrown;
    });
    if (spoke) accepted.push(version);
  }
  return accepted;
}

function judgeVersions(wanted: TlsVersions, accepted: readonly Version[]): void {
  const surplus = accepted.filter((version) => !wanted.includes(version));
  const missing = wanted.filter((version) => !accepted.includes(version));
  if (surplus.length === 0 && missing.length === 0) return;
  const parts = [
    surplus.length === 0 ? "" : `accepts ${surplus.map(spoken).join(", ")}`,
    missing.length === 0 ? "" : `refuses ${missing.map(spoken).join(", ")}`,
  ];
  throw new LookFailed({ code: "tls", detail: parts.filter(Boolean).join("; ") });
}

/** `TLS 1.2`, as blackbox_exporter writes it. */
function spoken(version: Version): string {
  return `TLS 1.${version.at(-1)}`;
}
