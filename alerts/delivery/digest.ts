/** Acts on digests inside a commit: fold news into one, change it, end it. One conversation has one open digest. */
import type { Change } from "../../storage/store.ts";
import { type Severity, worseThan } from "../card.ts";
import type { Incident } from "../incidents/incident.ts";
import type { Index } from "../index-of.ts";
import type { Tables } from "../tables.ts";
import { type Delivery, type DigestFacts, isFolded, type Pressure } from "./delivery.ts";

/** A digest's number is a word of ours: people see incidents. */
function digestId(change: Change, conversation: string): string {
  return `digest-${change.next("digests")}@${conversation}`;
}

/**
 * Folds deliveries into the open digest of their conversation, which is opened if there is none. Gives back those
 * that were folded: one that meanwhile arrived, was given up or went away stays as it is.
 */
export function fold(
  change: Change,
  tables: Tables,
  open: Delivery | undefined,
  ids: readonly string[],
  about: { readonly conversation: string; readonly why: Pressure; readonly at: number },
): readonly Delivery[] {
  const { conversation, why, at } = about;
  const current = open === undefined ? undefined : change.get(tables.deliveries, open.id);
  const goesOn =
    current !== undefined && "digest" in current.about && current.about.digest.endedAt === undefined;
  const into = goesOn ? current.id : digestId(change, conversation);
  const folded: Delivery[] = [];
  for (const id of ids) {
    const now = change.get(tables.deliveries, id);
    if (now === undefined || now.folded !== undefined || now.lostAt !== undefined || now.wanted <= now.sent)
      continue;
    const severity = severityOf(change, tables, now);
    if (severity === undefined) continue;
    const { failedOverAt: _, ...rest } = now;
    const after: Delivery = { ...rest, attempts: 0, dueAt: at, folded: { into, at, severity } };
    change.put(tables.deliveries, id, after);
    folded.push(after);
  }
  if (folded.length === 0) return folded;
  if (goesOn) bump(change, tables, into, at, { news: true });
  else
    change.put(tables.deliveries, into, {
      id: into,
      conversation,
      lane: "digest",
      about: { digest: { why, since: at, news: 1 } },
      wanted: 1,
      sent: 0,
      attempts: 0,
      dueAt: at,
      createdAt: at,
    });
  return folded;
}

/** Gives a folded delivery a card of its own; the digest goes on telling it, too. */
export function setApart(change: Change, tables: Tables, id: string, at: number): void {
  const now = change.get(tables.deliveries, id);
  if (now !== undefined && isFolded(now))
    change.put(tables.deliveries, id, { ...now, dueAt: at, apart: true });
}

/** Nothing more goes into it. */
export function endDigest(change: Change, tables: Tables, id: string, at: number): void {
  bump(change, tables, id, at, { endedAt: at });
}

/**
 * What a delivery keeps of being folded when its incident changes: the digest is to say it. An incident that got
 * worse than it was when it was folded stands out, and is told by a card of its own.
 */
export function foldedStill(
  change: Change,
  tables: Tables,
  before: Delivery | undefined,
  incident: Incident,
  at: number,
): Pick<Delivery, "folded" | "apart"> {
  const folded = before?.folded;
  if (folded === undefined) return {};
  const isNews = incident.news === incident.version;
  bump(change, tables, folded.into, at, { news: isNews });
  const rose = incident.resolvedAt === undefined && worseThan(incident.severity, folded.severity);
  return rose || before?.apart === true ? { folded, apart: true } : { folded };
}

/** The incidents that a digest tells, in the order in which they were folded. */
export function foldedInto(
  { index, tables }: { readonly index: Index; readonly tables: Tables },
  digest: string,
): readonly Incident[] {
  const incidents: Incident[] = [];
  for (const { about } of index.folded.get(digest)?.values() ?? []) {
    const incident = "incident" in about ? tables.incidents.get(String(about.incident)) : undefined;
    if (incident !== undefined) incidents.push(incident);
  }
  return incidents;
}

/** Wants the digest said again, as it is after this commit. A digest that was given up is tried again. */
function bump(
  change: Change,
  tables: Tables,
  id: string,
  at: number,
  { news = false, endedAt }: { news?: boolean; endedAt?: number },
): void {
  const before = change.get(tables.deliveries, id);
  if (before === undefined || !("digest" in before.about)) return;
  const { lostAt, ...rest } = before;
  const wanted = before.wanted + 1;
  const digest: DigestFacts = {
    ...before.about.digest,
    ...(news ? { news: wanted } : {}),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
  const idle = lostAt !== undefined || before.wanted <= before.sent;
  change.put(tables.deliveries, id, {
    ...rest,
    about: { digest },
    wanted,
    ...(idle ? { attempts: 0, dueAt: at } : {}),
  });
}

function severityOf(change: Change, tables: Tables, { about }: Delivery): Severity | undefined {
  return "incident" in about ? change.get(tables.incidents, String(about.incident))?.severity : undefined;
}
