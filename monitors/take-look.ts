/** One look with a limit on its time: it always comes back, whatever the monitor does. */
import type { Clock } from "../storage/clock.ts";
import { durationWords } from "../storage/duration.ts";
import type { Look, Monitor, SampleBatch } from "./monitor.ts";
import { type Reason, reasonOf, reasonText } from "./reason.ts";

/** How long a look may go on after its time was up, to bring home what it has. */
const GRACE_MS = 1_000;

/** How one look went. */
export interface LookReport {
  /** When it began, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly durationMs: number;
  readonly readings: Look["readings"];
  readonly complete?: true;
  readonly batch?: SampleBatch;
  /** What the look saw before the monitor's steps made `readings` of it; absent where there are no steps. */
  readonly seen?: Look["readings"];
  /** Set when it failed. */
  readonly reason?: Reason;
  /** What is worth saying although it has not failed. */
  readonly remark?: Reason;
  /** Neither well nor failed. */
  readonly unknown?: true;
  readonly excerpt?: readonly string[];
}

export interface TakenLook {
  readonly report: LookReport;
  /** Set when the monitor has not come to an end; resolves when it has. Until then it must not look again. */
  readonly ending?: Promise<void>;
}

/** Looks once. `stop` ends the look early; what it then reports is of no interest. */
export async function takeLook(
  monitor: Monitor,
  about: { clock: Clock; elapsed: () => number; timeoutMs: number; stop: AbortSignal },
): Promise<TakenLook> {
  const at = about.clock.now();
  const startedAt = about.elapsed();
  // Aborts when the time is up, and also when the look has ended, which ends the wait for that.
  const limit = new AbortController();
  let grace: AbortController | undefined;
  // A reason is given because the default one is an error with a stack, made for every look.
  const stop = (): void => {
    limit.abort("nobody waits for it");
    grace?.abort("nobody waits for it");
  };
  about.stop.addEventListener("abort", stop, { once: true });
  if (about.stop.aborted) stop();

  let ended = false;
  const attempt = look(monitor, limit.signal, about.timeoutMs).finally(() => {
    ended = true;
  });
  const expire = async (): Promise<Look> => {
    await about.clock.sleep(about.timeoutMs, limit.signal);
    if (!ended) {
      limit.abort();
      grace = new AbortController();
      await about.clock.sleep(GRACE_MS, grace.signal);
    }
    return { readings: [], failure: timeUp(about.timeoutMs) };
  };
  const seen = await Promise.race([attempt, expire()]);
  const { readings, complete, batch, failure, remark, unknown, excerpt } = seen;
  about.stop.removeEventListener("abort", stop);
  stop();

  const durationMs = about.elapsed() - startedAt;
  return {
    report: {
      at,
      durationMs,
      readings,
      ...(complete === undefined || failure !== undefined ? {} : { complete }),
      ...(batch === undefined ? {} : { batch }),
      ...(failure === undefined ? {} : { reason: failure }),
      ...(remark === undefined ? {} : { remark }),
      ...(unknown === undefined || failure !== undefined ? {} : { unknown }),
      ...(excerpt === undefined ? {} : { excerpt }),
    },
    ...(ended ? {} : { ending: attempt.then(() => undefined) }),
  };
}

/** Made when it is needed: most looks end in time. */
function timeUp(timeoutMs: number): Reason {
  const { zh, en } = durationWords(timeoutMs);
  const detail = `no end after ${en}`;
  const text = { zh: `${reasonText.timeout.zh}（等了${zh}）`, en: `${reasonText.timeout.en} (${detail})` };
  return { code: "timeout", detail, text };
}

/** Never rejects. */
async function look(monitor: Monitor, signal: AbortSignal, timeoutMs: number): Promise<Look> {
  try {
    return await monitor.look(signal);
  } catch (thrown) {
    const reason = reasonOf(thrown);
    return { readings: [], failure: signal.aborted && reason.code === "error" ? timeUp(timeoutMs) : reason };
  }
}
