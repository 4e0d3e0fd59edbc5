/** What is known of one probe so far: filled in while it goes on, so that a probe cut short still tells. */
import type { Reading } from "../monitor.ts";

/** The parts of an exchange, in order; blackbox_exporter's names. */
const PHASES = ["resolve", "connect", "tls", "processing", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

/** What the probe was waiting for, for the reason of a timeout. */
const waitingFor: Readonly<Record<Phase, string>> = {
  resolve: "the name to resolve",
  connect: "the connection",
  tls: "the TLS handshake",
  processing: "the response headers",
  transfer: "the response body",
};

/** Stopwatch and notebook of one probe. Phases of all redirects are added up, as blackbox_exporter does. */
export class HttpTrace {
  status = 0;
  redirects = 0;
  /** Of the last answer, as its header says; -1 where it does not. */
  contentLength = -1;
  bodyBytes = 0;
  ssl = false;
  /** Unix seconds at which the first certificate of the chain runs out. */
  earliestExpiry: number | undefined;
  phase: Phase = "resolve";

  readonly #elapsed: () => number;
  readonly #startedAt: number;
  #phaseStartedAt: number;
  readonly #spent: Record<Phase, number> = { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0 };

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
    this.#startedAt = elapsed();
    this.#phaseStartedAt = this.#startedAt;
  }

  /** Books the time since the last call to the phase that ends, and begins `phase`. */
  enter(phase: Phase): void {
    const now = this.#elapsed();
    this.#spent[this.phase] += now - this.#phaseStartedAt;
    this.#phaseStartedAt = now;
    this.phase = phase;
  }

  /** How long the probe has taken, and what it waits for. */
  whereTimeWent(): string {
    const seconds = (this.#elapsed() - this.#startedAt) / 1000;
    return `no answer after ${seconds.toFixed(1)}s, waiting for ${waitingFor[this.phase]}`;
  }

  /** The readings of a probe that ends now. */
  readings(success: boolean): Reading[] {
    this.enter(this.phase);
    const readings: Reading[] = [
      { name: "probe_success", value: success ? 1 : 0 },
      { name: "probe_duration_seconds", value: (this.#phaseStartedAt - this.#startedAt) / 1000 },
      { name: "probe_dns_lookup_time_seconds", value: this.#spent.resolve / 1000 },
      { name: "probe_http_status_code", value: this.status },
      { name: "probe_http_redirects", value: this.redirects },
      { name: "probe_http_content_length", value: this.contentLength },
      { name: "probe_http_uncompressed_body_length", value: this.bodyBytes },
      { name: "probe_http_ssl", value: this.ssl ? 1 : 0 },
    ];
    for (const phase of PHASES) {
      const value = this.#spent[phase] / 1000;
      readings.push({ name: "probe_http_duration_seconds", labels: { phase }, value });
    }
    if (this.earliestExpiry !== undefined)
      readings.push({ name: "probe_ssl_earliest_cert_expiry", value: this.earliestExpiry });
    return readings;
  }
}
