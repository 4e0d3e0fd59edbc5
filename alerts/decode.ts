/** What is read back from the store is checked before it is believed. */
import * as z from "zod";
import { ENDINGS } from "./actions/run.ts";
import type { Alert } from "./alert.ts";
import { cardSchema } from "./card-schema.ts";
import { type Delivery, LANES } from "./delivery/delivery.ts";
import type { TargetRecord } from "./delivery/target.ts";
import { HAPPENINGS, type Incident, type TimelineEntry } from "./incidents/incident.ts";
import type { Heard, Received } from "./intake/received.ts";
import type { Silence } from "./muting/silence.ts";
import { type IncidentRoute, REASONS } from "./routing/incident-route.ts";

const at = z.number();
const text = z.object({ zh: z.string(), en: z.string() });
const labels = z.record(z.string(), z.string());
const severity = z.enum(["critical", "warning", "info"]);
/** JSON has no NaN and no infinity; the store writes null for them. */
const value = z
  .number()
  .nullable()
  .transform((read) => read ?? Number.NaN);

const identity = {
  id: z.string(),
  rule: z.number(),
  labels,
  found: labels,
  annotations: labels,
  source: z.object({ sender: z.string(), generatorURL: z.string() }).exactOptional(),
  since: at,
  value,
};
const fired = { ...identity, firedAt: at, incident: z.number() };

const alert = z.discriminatedUnion("state", [
  z.object({ ...identity, state: z.literal("pending") }),
  z.object({ ...fired, state: z.literal("firing"), keptSince: at.exactOptional() }),
  z.object({ ...fired, state: z.literal("nodata"), blindSince: at, reason: text }),
  z.object({
    ...fired,
    state: z.literal("resolved"),
    resolvedAt: at,
    reason: z.enum(["recovered", "expired", "closed", "rule-removed", "rule-paused"]),
    held: z.literal(true).exactOptional(),
  }),
]);

const route = z.object({
  path: z.string(),
  receiver: z.string(),
  waitMs: z.number(),
  intervalMs: z.number(),
  repeatMs: z.number().exactOptional(),
  muteTimeIntervals: z.array(z.string()).exactOptional(),
  activeTimeIntervals: z.array(z.string()).exactOptional(),
  escalation: z.string().exactOptional(),
  owes: z.enum(REASONS).exactOptional(),
  tellAt: at.exactOptional(),
  heldBy: z.string().exactOptional(),
  toldAt: at.exactOptional(),
  repeatAt: at.exactOptional(),
  step: z.number().exactOptional(),
  escalateAt: at.exactOptional(),
});

const incidentFields = z.object({
  id: z.number(),
  group: z.string(),
  title: z.string(),
  labels,
  severity,
  openedAt: at,
  resolvedAt: at.exactOptional(),
  closedBy: z.string().exactOptional(),
  acknowledgement: z
    .object({
      person: z.string(),
      at,
      until: at,
      note: z.string().exactOptional(),
      active: z.number().exactOptional(),
    })
    .exactOptional(),
  formerOwner: z
    .object({ person: z.string(), at, why: z.enum(["deadline", "severity", "alerts", "given-back"]) })
    .exactOptional(),
  active: z.number(),
  peak: z.number(),
  version: z.number(),
  news: z.number(),
  moved: z.number().exactOptional(),
  newsOf: z.enum(REASONS).exactOptional(),
  tells: z.array(z.string()),
  routes: z.array(route).exactOptional(),
  flips: z.array(at).exactOptional(),
  flapping: z.object({ since: at, changes: z.number(), until: at }).exactOptional(),
  untold: z
    .object({ by: z.string(), silence: z.number().exactOptional(), note: z.string().exactOptional() })
    .exactOptional(),
});

/** Before there were routes an incident told conversations, at once and all the same. */
const incident = incidentFields.transform(({ routes, ...read }): Incident => {
  if (routes !== undefined) return { ...read, routes };
  const former = read.tells.map((receiver): IncidentRoute => {
    const terms = { path: "{}", receiver, waitMs: 0, intervalMs: 0 };
    if (read.untold === undefined) return { ...terms, toldAt: read.openedAt };
    if (read.resolvedAt !== undefined) return terms;
    return { ...terms, owes: "first", tellAt: read.openedAt, heldBy: read.untold.by };
  });
  return { ...read, routes: former, tells: read.untold === undefined ? read.tells : [] };
});

const timelineEntry = z.object({
  incident: z.number(),
  at,
  what: z.enum(HAPPENINGS),
  person: z.string().exactOptional(),
  labels: labels.exactOptional(),
  value: value.exactOptional(),
  rule: z.number().exactOptional(),
  until: at.exactOptional(),
  count: z.number().exactOptional(),
  silence: z.number().exactOptional(),
  conversation: z.string().exactOptional(),
  because: z.enum(REASONS).exactOptional(),
  receiver: z.string().exactOptional(),
  step: z.number().exactOptional(),
  by: z.string().exactOptional(),
  note: z.string().exactOptional(),
  action: z.string().exactOptional(),
  ending: z.enum(ENDINGS).exactOptional(),
  reason: text.exactOptional(),
});

const silence = z.object({
  id: z.number(),
  matchers: z.array(z.object({ name: z.string(), op: z.enum(["=", "!=", "=~", "!~"]), value: z.string() })),
  startsAt: at,
  endsAt: at,
  person: z.string(),
  conversation: z.string(),
  why: z.string(),
  createdAt: at,
  incident: z.number().exactOptional(),
  endedBy: z.string().exactOptional(),
  remindAt: at.exactOptional(),
  drawn: z.enum(["waiting", "begun", "over"]),
});

const trouble = z.object({ at, code: z.string(), message: z.string() });

const delivery = z.object({
  id: z.string(),
  conversation: z.string(),
  lane: z.enum(LANES),
  about: z.union([
    z.object({ incident: z.number() }),
    z.object({ card: cardSchema }),
    z.object({
      digest: z.object({
        why: z.enum(["storm", "budget"]),
        since: at,
        endedAt: at.exactOptional(),
        news: z.number(),
      }),
    }),
  ]),
  wanted: z.number(),
  sent: z.number(),
  receipt: z.record(z.string(), z.string()).exactOptional(),
  attempts: z.number(),
  dueAt: at,
  createdAt: at,
  replyBy: at.exactOptional(),
  saidAt: at.exactOptional(),
  trouble: trouble.exactOptional(),
  lostAt: at.exactOptional(),
  folded: z.object({ into: z.string(), at, severity }).exactOptional(),
  apart: z.literal(true).exactOptional(),
  failedOverAt: at.exactOptional(),
});

const target = z.object({
  address: z.string(),
  saidAt: at.exactOptional(),
  trouble: trouble.exactOptional(),
  failures: z.number(),
  breaker: z.object({ since: at, until: at, openings: z.number() }).exactOptional(),
  rest: z.object({ at, until: at }).exactOptional(),
  givenUpAt: at.exactOptional(),
  bucket: z.object({ at, tokens: z.number() }).exactOptional(),
});

const received = z.object({
  labels,
  annotations: labels,
  startsAt: at,
  generatorURL: z.string(),
  sender: z.string(),
  receiver: z.string().exactOptional(),
});

const heard = z.object({ at, endsAt: at, sender: z.string(), timeout: z.literal(true).exactOptional() });

const watch = z.object({ aliveAt: at });

/** The last time the watchman is known to have been awake. */
export interface Watch {
  readonly aliveAt: number;
}

/** Each throws an error that says what is wrong with the document. */
export const decode = {
  alert: (raw: unknown): Alert => read(alert, raw),
  incident: (raw: unknown): Incident => read(incident, raw),
  timelineEntry: (raw: unknown): TimelineEntry => read(timelineEntry, raw),
  silence: (raw: unknown): Silence => read(silence, raw),
  delivery: (raw: unknown): Delivery => read(delivery, raw),
  target: (raw: unknown): TargetRecord => read(target, raw),
  received: (raw: unknown): Received => read(received, raw),
  heard: (raw: unknown): Heard => read(heard, raw),
  watch: (raw: unknown): Watch => read(watch, raw),
};

function read<T>(schema: z.ZodType<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (!result.success) throw new Error(z.prettifyError(result.error));
  return result.data;
}
