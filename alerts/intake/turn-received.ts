/** What a received alert makes of the alert that incidents know: fires, says something else, is over. Pure. */
import { type Labels, labelValue } from "../../storage/labels.ts";
import { type Alert, identityOf, RECEIVED, type Standing } from "../alert.ts";
import type { Turn } from "../evaluation/turn.ts";
import type { RuleOrigin } from "../routing/route.ts";
import { type StepOptions, step, type Verdict } from "../step.ts";
import type { Known, Received } from "./received.ts";

/** The sender waited before it fired; here nothing is waited for. */
const AT_ONCE: StepOptions = {
  forMs: 0,
  keepFiringForMs: 0,
  maxGapMs: Number.POSITIVE_INFINITY,
  lastJudgedAt: undefined,
};

/** Senders give no value; this is that of Prometheus' own series `ALERTS`, and nobody is shown it. */
const BAD: Verdict = { is: "bad", value: 1 };
const OK: Verdict = { is: "ok" };
/** No expression of ours found it. */
const NOTHING: Labels = {};

/** The id of the alert that a received one becomes. */
export function receivedId(fingerprint: string): string {
  return `${RECEIVED}/${fingerprint}`;
}

/** The turn, or nothing when the alert stands where it should. `fires`: whether it does at `at`. */
export function turnReceived(
  fingerprint: string,
  { received, heard }: Known,
  before: Alert | undefined,
  fires: boolean,
  at: number,
): Turn | undefined {
  const verdict = fires ? BAD : OK;
  const after = dated(step(before, verdict, AT_ONCE, at), before, received, heard.endsAt <= heard.at, at);
  const renewed = before !== undefined && fires && before.annotations !== received.annotations;
  if (after === before && !renewed) return undefined;
  const { labels, annotations, sender, generatorURL } = received;
  const identity = {
    id: receivedId(fingerprint),
    rule: RECEIVED,
    labels,
    found: NOTHING,
    annotations,
    source: { sender, generatorURL },
  };
  return {
    identity: before === undefined || fires ? identity : identityOf(before),
    before,
    after,
    rule: originOf(labels, received.receiver),
  };
}

/** A start is when the sender says; an end that only came about because the sender fell silent says so. */
function dated(
  after: Standing | undefined,
  before: Alert | undefined,
  { startsAt }: Received,
  told: boolean,
  at: number,
): Standing | undefined {
  if (after === before || after === undefined) return after;
  if (after.state === "firing") {
    const since = Math.min(startsAt, at);
    return { ...after, since, firedAt: since };
  }
  return after.state === "resolved" && after.reason === "recovered" && !told && !("held" in after)
    ? { ...after, reason: "expired" }
    : after;
}

/** What stands in place of a rule for a received alert. */
export function originOf(labels: Labels, receiver?: string): RuleOrigin {
  const name = labelValue(labels, "alertname");
  return {
    id: RECEIVED,
    name: name === "" ? "alert" : name,
    tells: [],
    conversation: undefined,
    ...(receiver === undefined ? {} : { receiver }),
  };
}
