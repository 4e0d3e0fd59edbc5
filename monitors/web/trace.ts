/** What is known of one probe so far: filled in while it goes on, so that a probe cut short still tells. */
import type { Reading } from "../monitor.ts";
import { type TlsSeen, tlsReadings } from "../probe/certificate.ts";
import { createStopwatch, type Stopwatch } from "../probe/stopwatch.ts";

/** The parts of an exchange, blackbox_exporter's names, and what is waited for in each. */
const PARTS = {
  resolve: "the name to resolve",
  connect: "the connection",
  tls: "the TLS handshake",
  processing: "the response headers",
  transfer: "the response body",
};

export type Phase = keyof typeof PARTS;

/** Stopwatch and notebook of one probe. Phases of all redirects are added up, as blackbox_exporter does. */
export interface HttpTrace {
  readonly watch: Stopwatch<Phase>;
  status: number;
  redirects: number;
  /** 1.1 as a number; 0 where there was no answer. */
  version: number;
  /** Of the last answer, as its header says; -1 where it does not. */
  contentLength: number;
  bodyBytes: number;
  /** 4 or 6; 0 where no connection came about. */
  family: number;
  /** Of the last connection; `undefined` where it has no TLS. */
  tls: TlsSeen | undefined;
}

export function createTrace(elapsed: () => number): HttpTrace {
  return {
    watch: createStopwatch<Phase>(PARTS, elapsed),
    status: 0,
    redirects: 0,
    version: 0,
    contentLength: -1,
    bodyBytes: 0,
    family: 0,
    tls: undefined,
  };
}

/** The readings of a probe that ends now. */
export function traceReadings(trace: HttpTrace, success: boolean): Reading[] {
  return [
    ...trace.watch.readings("probe_http_duration_seconds", success),
    { name: "probe_ip_protocol", value: trace.family },
    { name: "probe_http_status_code", value: trace.status },
    { name: "probe_http_version", value: trace.version },
    { name: "probe_http_redirects", value: trace.redirects },
    { name: "probe_http_content_length", value: trace.contentLength },
    { name: "probe_http_uncompressed_body_length", value: trace.bodyBytes },
    { name: "probe_http_ssl", value: trace.tls === undefined ? 0 : 1 },
    ...tlsReadings(trace.tls),
  ];
}
