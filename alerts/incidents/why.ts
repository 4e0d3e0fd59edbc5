/** The whole decision about an incident, as data: why it fired, what was asked, who was told, and how that went. */
import type { MetricUnit } from "../../rules/metric-words.ts";
import { formatLabels, type Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import { type Alert, type AlertSource, isActive, RECEIVED, type ResolveReason } from "../alert.ts";
import type { AlertBook } from "../alert-book.ts";
import type { IncidentStatus } from "../card.ts";
import type { Receipt } from "../channel.ts";
import { type Delivery, incidentDeliveryId, isFolded, isPending } from "../delivery/delivery.ts";
import type { RuleHealth } from "../evaluation/rule-health.ts";
import type { MuteReason } from "../muting/mute-reason.ts";
import { addressesOf } from "../routing/addresses.ts";
import type { Incident, TimelineEntry } from "./incident.ts";
import { type RouteFacts, routeFacts } from "./why-routes.ts";

/** What is known of the rule behind an incident; the rule itself may be gone. */
export interface RuleFacts {
  readonly name: string;
  readonly expression: string;
  readonly forMs: number;
  /** In what its values count; undefined where nobody can say. */
  readonly unit: MetricUnit | undefined;
}

export interface AlertFacts {
  readonly id: string;
  readonly rule: number;
  readonly state: Alert["state"];
  readonly labels: Labels;
  /** The labels as the expression gave them. */
  readonly found: Labels;
  readonly since: number;
  readonly firedAt: number;
  /** At the last look; at the last turn when nothing was found since. */
  readonly value: number;
  /** Why it is blind. */
  readonly reason?: Text;
  readonly ended?: ResolveReason;
  /** Who sent it, when another system judged. */
  readonly source?: AlertSource;
}

/** One muter, asked about every active alert; that of time intervals about every route. */
export interface MuterAnswer {
  readonly name: string;
  readonly held: number;
  readonly asked: number;
  /** Its reason for the first alert that it holds. */
  readonly reason?: MuteReason;
}

export interface DeliveryFacts {
  readonly conversation: string;
  /** `unsaid`: it is nothing for that channel. `unwanted`: nothing has been wanted there so far, see the muters. */
  readonly state: "told" | "unsaid" | "waiting" | "folded" | "lost" | "unwanted";
  readonly wanted: number;
  readonly sent: number;
  /** Whether the platform gave something back to edit the card by. */
  readonly receipt: boolean;
  /** What it answered, in words: the number of the message, the status. */
  readonly answer?: string;
  readonly attempts: number;
  readonly dueAt?: number;
  readonly lostAt?: number;
  /** When the platform last took it. */
  readonly saidAt?: number;
  readonly trouble?: Delivery["trouble"];
}

export interface Explanation {
  readonly incident: Incident;
  readonly status: IncidentStatus;
  readonly rules: readonly {
    readonly id: number;
    readonly rule: RuleFacts | undefined;
    readonly health: RuleHealth | undefined;
  }[];
  /** The first of them, active ones first. */
  readonly alerts: readonly AlertFacts[];
  /** What fired in it, as its story tells it; the first of them. */
  readonly fired: readonly TimelineEntry[];
  readonly active: number;
  readonly total: number;
  readonly muters: readonly MuterAnswer[];
  readonly routes: readonly RouteFacts[];
  readonly deliveries: readonly DeliveryFacts[];
  /** What was said of it, and what became of that, as its story tells it; the last of them. */
  readonly said: readonly TimelineEntry[];
}

export interface WhyOptions {
  readonly book: AlertBook;
  currentValue(alert: string): number | undefined;
  healthOf(rule: number): RuleHealth | undefined;
  ruleFacts(rule: number): RuleFacts | undefined;
}

/** So many alerts are described one by one. */
const DESCRIBED = 20;

/** Explains an incident as things stand at `at`. */
export function explain(
  { book, currentValue, healthOf, ruleFacts }: WhyOptions,
  incident: Incident,
  at: number,
): Explanation {
  const members = book.members(incident.id);
  const active = members.filter(isActive);
  const fired = book.timeline(incident.id).filter(({ what }) => what === "fired" || what === "joined");
  // The members of an old episode may belong to a newer one by now; its story still knows what it was about.
  const rules = [
    ...new Set(
      [...members, ...fired]
        .map(({ rule }) => rule)
        .filter((rule) => rule !== undefined)
        .filter((rule) => rule !== RECEIVED),
    ),
  ];
  const routes = routeFacts(book.context, incident, at);
  return {
    incident,
    status: book.statusOf(incident, at),
    rules: rules.map((id) => ({ id, rule: ruleFacts(id), health: healthOf(id) })),
    alerts: members.slice(0, DESCRIBED).map((alert) => {
      const { id, rule, state, labels, found, since, firedAt } = alert;
      const value = (state === "firing" ? currentValue(id) : undefined) ?? alert.value;
      const reason = alert.state === "nodata" ? { reason: alert.reason } : {};
      const ended = alert.state === "resolved" ? { ended: alert.reason } : {};
      const source = alert.source === undefined ? {} : { source: alert.source };
      return { id, rule, state, labels, found, since, firedAt, value, ...reason, ...ended, ...source };
    }),
    fired: fired.slice(0, DESCRIBED),
    active: active.length,
    total: members.length,
    muters: [
      ...book.context.muters.map(({ name, mutes }) =>
        answerOf(
          name,
          active.map(({ labels }) => mutes(labels, incident, at)),
        ),
      ),
      answerOf(
        "time-interval",
        routes.map(({ mute }) => mute),
      ),
    ],
    routes,
    deliveries: conversationsOf(book, incident).map((conversation) =>
      deliveryFacts(book, incident.id, conversation),
    ),
    said: book
      .timeline(incident.id)
      .filter(({ what }) => SAID.has(what))
      .slice(-DESCRIBED),
  };
}

function answerOf(name: string, answers: readonly (MuteReason | undefined)[]): MuterAnswer {
  const reasons = answers.filter((reason) => reason !== undefined);
  const [reason] = reasons;
  return {
    name,
    held: reasons.length,
    asked: answers.length,
    ...(reason === undefined ? {} : { reason }),
  };
}

const SAID: ReadonlySet<TimelineEntry["what"]> = new Set([
  "told",
  "edited",
  "not-told",
  "undeliverable",
  "folded",
  "failed-over",
  "repeated",
  "escalated",
]);

/** Those that have its card, and those that are to have it once nothing holds it back. */
function conversationsOf({ context, tables, index }: AlertBook, incident: Incident): readonly string[] {
  const plan = context.plan();
  const to = incident.routes.filter(({ owes }) => owes !== undefined);
  const meant = [...incident.tells, ...to.flatMap((route) => addressesOf(plan, route))];
  // A fallback has a delivery of its own.
  for (const id of index.deliveries.get(incident.id)?.keys() ?? []) {
    const delivery = tables.deliveries.get(id);
    if (delivery !== undefined) meant.push(delivery.conversation);
  }
  return [...new Set(meant)];
}

/** Its own words where the channel has some; otherwise all that it gave back. */
function answerIn(receipt: Receipt): string {
  return receipt["answer"] ?? formatLabels(receipt);
}

function stateOf(delivery: Delivery): DeliveryFacts["state"] {
  if (delivery.lostAt !== undefined) return "lost";
  if (isPending(delivery)) return "waiting";
  if (isFolded(delivery)) return "folded";
  const { saidAt, receipt, trouble } = delivery;
  return saidAt === undefined && receipt === undefined && trouble !== undefined ? "unsaid" : "told";
}

function deliveryFacts(book: AlertBook, incident: number, conversation: string): DeliveryFacts {
  const delivery = book.tables.deliveries.get(incidentDeliveryId(incident, conversation));
  if (delivery === undefined)
    return { conversation, state: "unwanted", wanted: 0, sent: 0, receipt: false, attempts: 0 };
  const { wanted, sent, attempts, dueAt, lostAt, saidAt, trouble } = delivery;
  const waits = isPending(delivery);
  return {
    conversation,
    state: stateOf(delivery),
    wanted,
    sent,
    receipt: delivery.receipt !== undefined,
    ...(delivery.receipt === undefined ? {} : { answer: answerIn(delivery.receipt) }),
    attempts,
    ...(waits ? { dueAt } : {}),
    ...(lostAt === undefined ? {} : { lostAt }),
    ...(saidAt === undefined ? {} : { saidAt }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}
