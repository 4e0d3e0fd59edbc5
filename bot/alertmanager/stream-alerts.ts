/** Long lists as JSON in bytes, piece by piece: nobody waits for a hundred thousand alerts that somebody else asked for. */
import type { Labels } from "../../storage/labels.ts";
import { alertWriter, type ShownAlert } from "./alert-text.ts";
import type { AlertList, Listed } from "./list-alerts.ts";
import { openPages } from "./pages.ts";
import type { AlertQuery } from "./query.ts";

export interface StreamDeps {
  readonly list: AlertList;
  /** Resolves when the list knows all that was accepted by now. */
  caughtUp(): Promise<void>;
  /** Lets other work run. */
  breathe(): Promise<void>;
}

/** So many are looked at or written before other work has its turn. */
const AT_ONCE = 500;

/** The alerts that a query asks for as a JSON list, by fingerprint as Alertmanager sorts them. */
export async function* alertsJson(deps: StreamDeps, query: AlertQuery, at: number): AsyncGenerator<Buffer> {
  const show = deps.list.showing(query, at);
  const write = alertWriter();
  const pages = openPages();
  let before = "[";
  let looked = 0;
  for await (const part of sorted(deps, query, at)) {
    for (const listed of part) {
      const shown = show(listed);
      if (shown === undefined) continue;
      pages.add(before + write(shown));
      before = ",";
    }
    looked += part.length;
    if (looked < AT_ONCE) continue;
    yield* pages.take();
    looked = 0;
    await deps.breathe();
  }
  pages.add(before === "[" ? "[]\n" : "]\n");
  yield* pages.take();
}

/** The same alerts by the groups in which they are told. */
export async function* groupsJson(deps: StreamDeps, query: AlertQuery, at: number): AsyncGenerator<Buffer> {
  const groups = new Map<string, { labels: Labels; receiver: string; alerts: ShownAlert[] }>();
  const show = deps.list.showing(query, at);
  for await (const part of sorted(deps, query, at)) {
    for (const listed of part) add(listed);
    await deps.breathe();
  }
  const write = alertWriter();
  const pages = openPages();
  let before = "[";
  for (const { labels, receiver, alerts } of [...groups.values()].sort(byLabels)) {
    const about = JSON.stringify({ labels, receiver: { name: receiver } }).slice(1);
    pages.add(`${before}{"alerts":[${alerts.map(write).join(",")}],${about}`);
    before = ",";
    yield* pages.take();
    await deps.breathe();
  }
  pages.add(before === "[" ? "[]\n" : "]\n");
  yield* pages.take();

  function add(listed: Listed): void {
    const shown = show(listed);
    if (shown === undefined) return;
    // Here, too, only the receivers that were asked for are named.
    const all = shown.receivers.every(({ name }) => query.receiver(name));
    const alert = all
      ? shown
      : { ...shown, receivers: shown.receivers.filter(({ name }) => query.receiver(name)) };
    for (const { key, labels, receiver } of deps.list.ways(listed)) {
      if (!query.receiver(receiver)) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { labels, receiver, alerts: [alert] });
      else group.alerts.push(alert);
    }
  }
}

/** By fingerprint, in parts by its first two digits: each is sorted for itself, so that no sort is long. */
async function* sorted(
  { list, breathe, caughtUp }: StreamDeps,
  query: AlertQuery,
  at: number,
): AsyncGenerator<readonly Listed[]> {
  await caughtUp();
  const parts = Array.from({ length: PARTS }, (): Placed[] => []);
  let looked = 0;
  for (const listed of list.fitting(query, at)) {
    if (++looked % (2 * AT_ONCE) === 0) await breathe();
    const place = Number.parseInt(listed.fingerprint.slice(0, 8), 16);
    parts[place >>> PART_SHIFT]?.push({ place, listed });
  }
  for (const part of parts) if (part.length > 0) yield part.sort(byPlace).map(({ listed }) => listed);
}

/** By its first 32 bits, as a number: to compare texts would cost several times as much. */
interface Placed {
  readonly place: number;
  readonly listed: Listed;
}

/** By the first 8 bits. */
const PARTS = 256;
const PART_SHIFT = 24;

function byPlace(a: Placed, b: Placed): number {
  return a.place - b.place || (a.listed.fingerprint < b.listed.fingerprint ? -1 : 1);
}

interface Labelled {
  readonly labels: Labels;
  readonly receiver: string;
}

/** Alertmanager's order: fewer labels first, then label by label, name before value, and the receiver last. */
function byLabels(a: Labelled, b: Labelled): number {
  const [one, other] = [pairsOf(a), pairsOf(b)];
  if (one.length !== other.length) return one.length - other.length;
  const i = one.findIndex((text, i) => text !== other[i]);
  if (i < 0) return a.receiver < b.receiver ? -1 : 1;
  return (one[i] ?? "") < (other[i] ?? "") ? -1 : 1;
}

function pairsOf({ labels }: Labelled): readonly string[] {
  return Object.keys(labels)
    .sort()
    .flatMap((name) => [name, labels[name] ?? ""]);
}
