/** What a finished handshake tells of the other side's certificates, under blackbox_exporter's names. */
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Reading } from "../monitor.ts";

/** What was seen of the other side's TLS. */
export interface TlsSeen {
  /** `TLS 1.3`, as blackbox_exporter writes it. */
  readonly version: string;
  readonly cipher: string;
  /** Unix seconds at which the first certificate of the chain runs out. */
  readonly earliestExpiry: number | undefined;
}

/** Reads a handshake that has come to its end. */
export function seenOf(socket: TLSSocket): TlsSeen {
  return {
    version: (socket.getProtocol() ?? "").replace(/^TLSv1$/, "TLSv1.0").replace(/^TLSv/, "TLS "),
    cipher: socket.getCipher()?.standardName ?? "",
    earliestExpiry: earliestExpiry(socket.getPeerCertificate(true)),
  };
}

/** The readings of a connection with TLS; none where there was none. */
export function tlsReadings(seen: TlsSeen | undefined): Reading[] {
  if (seen === undefined) return [];
  const { version, earliestExpiry } = seen;
  return [
    { name: "probe_tls_version_info", labels: { version }, value: 1 },
    ...(earliestExpiry === undefined
      ? []
      : [{ name: "probe_ssl_earliest_cert_expiry", value: earliestExpiry }]),
  ];
}

/** The certificates that were sent, leaf first. A root found locally does not count. */
export function chainOf(leaf: DetailedPeerCertificate | undefined): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (let one = leaf; one?.valid_to !== undefined && !chain.includes(one); one = one.issuerCertificate) {
    if (one !== leaf && one.issuerCertificate === one) break;
    chain.push(one);
  }
  return chain;
}

function earliestExpiry(leaf: DetailedPeerCertificate | undefined): number | undefined {
  // biome-ignore lint/style/noRestrictedGlobals: reads a written date, not the clock.
  const dates = chainOf(leaf).map(({ valid_to }) => Date.parse(valid_to) / 1000);
  const known = dates.filter(Number.isFinite);
  return known.length === 0 ? undefined : Math.min(...known);
}
