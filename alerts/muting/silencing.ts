/** Silences: made, ended, and what they do to the cards of the incidents they hide. */
import type { Labels } from "../../storage/labels.ts";
import { type Matcher, matches } from "../../storage/matchers.ts";
import type { Change } from "../../storage/store.ts";
import { isActive } from "../alert.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { fromTheStart } from "../incidents/escalation.ts";
import type { Incident, TimelineEntry } from "../incidents/incident.ts";
import { note } from "../incidents/story.ts";
import { isOver, isRefused, noSuchIncident, type Refused } from "../refused.ts";
import { settle, speak } from "../routing/telling.ts";
import { muters, type SilenceView, withSilence } from "./mute.ts";
import { isInForce, type Silence } from "./silence.ts";

/** What a silence would hide. */
export interface Hidden {
  readonly alerts: number;
  readonly incidents: number;
}

/** What is said to make a silence. */
export type NewSilence = Pick<
  Silence,
  "matchers" | "startsAt" | "endsAt" | "person" | "conversation" | "why"
> & {
  readonly incident?: number;
  readonly at: number;
};

export interface Silencing {
  /** Makes a silence and, if it has begun, sets the cards of what it hides to "silenced". */
  addSilence(change: Change, wanted: NewSilence): Silence | Refused;
  /** Makes a silence last longer, from its end or from now; the answer refuses what is over or would be too long. */
  extendSilence(
    change: Change,
    id: number,
    by: { person: string; byMs: number; at: number },
  ): Silence | Refused;
  /** Moves the window of a silence that is not over, and says why anew; its matchers stay. */
  changeSilence(
    change: Change,
    id: number,
    by: Pick<Silence, "startsAt" | "endsAt" | "person" | "why"> & { at: number },
  ): Silence | Refused;
  /** Ends a silence early; what still fires and was never told is told now. */
  endSilence(change: Change, id: number, by: { person: string; at: number }): Silence | Refused;
  /** The matchers that fit exactly the group of an incident. */
  matchersFor(incident: Incident): readonly Matcher[];
  /** How much a silence with these matchers would hide now; throws MatcherError like `matches`. */
  preview(matchers: readonly Matcher[]): Hidden;
  /** Draws the consequences of a silence that begins or is over at `at`, and stores that they are drawn. */
  draw(change: Change, silence: Silence, at: number): void;
}

/** Builds the operations. */
export function silencing(context: TurnContext, view: SilenceView): Silencing {
  const { tables, index } = context;

  /** The open incidents that have an active alert which these matchers fit. */
  function* touched(change: Change, fitting: readonly Matcher[]): Generator<Incident> {
    const ids = new Set<number>();
    for (const { incident } of index.labelled.fitting(fitting)) ids.add(incident);
    for (const id of ids) {
      const incident = change.get(tables.incidents, String(id));
      if (incident !== undefined && incident.resolvedAt === undefined) yield incident;
    }
  }

  function draw(change: Change, silence: Silence, at: number): void {
    const begins = isInForce(silence, at);
    const after = withSilence(view, silence);
    const asked: TurnContext = { ...context, muters: muters(after, context.inhibition, context) };
    for (const incident of touched(change, silence.matchers)) {
      note(change, tables, storyOf(silence, incident.id, begins, at));
      const moved = { ...incident, version: incident.version + 1 };
      if (incident.untold !== undefined) {
        // What nobody has heard of yet is told once nothing hides it any more.
        settle(asked, change, begins ? incident : moved, at);
        continue;
      }
      const hidden = activeLabels(context, incident.id).every((labels) => after(labels, at).length > 0);
      // Begun and all hidden, or over and no longer so: what the card says of it has changed.
      if (hidden !== begins) continue;
      speak(asked, change, begins ? moved : fromTheStart(moved), begins ? "silenced" : "let-go", at);
    }
    change.put(tables.silences, String(silence.id), drawn(silence, begins));
  }

  /** A silence that is not over. */
  function standing(change: Change, id: number, at: number): Silence | Refused {
    const silence = change.get(tables.silences, String(id));
    if (silence === undefined)
      return { refused: { zh: `没有静默 ${id}。`, en: `There is no silence ${id}.` } };
    if (silence.drawn === "over" || silence.endsAt <= at)
      return { refused: { zh: `静默 ${id} 已经结束了。`, en: `Silence ${id} is over already.` } };
    return silence;
  }

  function tellOfItsEnd(change: Change, silence: Silence, person: string, at: number): void {
    const { id, endsAt, matchers: fitting } = silence;
    for (const incident of touched(change, fitting))
      note(change, tables, {
        incident: incident.id,
        at,
        what: "silence-extended",
        silence: id,
        person,
        until: endsAt,
      });
  }

  return {
    draw,
    addSilence(change, { at, ...wanted }) {
      if (wanted.matchers.length === 0 || wanted.matchers.every((matcher) => matches([matcher], {})))
        return {
          refused: {
            zh: "这个静默会匹配所有告警；至少要有一个不匹配空值的条件。",
            en: "That silence would match every alert; at least one matcher must not match an absent label.",
          },
        };
      if (wanted.endsAt <= at || wanted.endsAt <= wanted.startsAt)
        return { refused: { zh: "静默的结束时间已经过去了。", en: "That silence would be over already." } };
      if (wanted.incident !== undefined) {
        const incident = change.get(tables.incidents, String(wanted.incident));
        if (incident === undefined) return noSuchIncident(wanted.incident);
        if (incident.resolvedAt !== undefined) return isOver(incident);
      }
      const id = change.next("silences");
      const silence: Silence = remindable({ ...wanted, id, createdAt: at, drawn: "waiting" });
      change.put(tables.silences, String(silence.id), silence);
      if (isInForce(silence, at)) draw(change, silence, at);
      return silence;
    },

    extendSilence(change, id, { person, byMs, at }) {
      const before = standing(change, id, at);
      if (isRefused(before)) return before;
      const silence = remindable({ ...before, endsAt: before.endsAt + byMs });
      change.put(tables.silences, String(id), silence);
      tellOfItsEnd(change, silence, person, at);
      return silence;
    },

    changeSilence(change, id, { startsAt, endsAt, person, why, at }) {
      const before = standing(change, id, at);
      if (isRefused(before)) return before;
      const silence = remindable({ ...before, startsAt, endsAt, person, why });
      change.put(tables.silences, String(id), silence);
      if (silence.drawn === "waiting" && isInForce(silence, at)) draw(change, silence, at);
      else if (endsAt !== before.endsAt) tellOfItsEnd(change, silence, person, at);
      return silence;
    },

    endSilence(change, id, { person, at }) {
      const before = standing(change, id, at);
      if (isRefused(before)) return before;
      const silence: Silence = { ...before, endsAt: at, endedBy: person };
      if (before.drawn === "begun") draw(change, silence, at);
      else change.put(tables.silences, String(id), drawn(silence, false));
      return silence;
    },

    matchersFor(incident) {
      return Object.entries(incident.labels).map(([name, value]): Matcher => ({ name, op: "=", value }));
    },

    preview(fitting) {
      let alerts = 0;
      const incidents = new Set<number>();
      for (const { incident } of index.labelled.fitting(fitting)) {
        alerts++;
        incidents.add(incident);
      }
      return { alerts, incidents: incidents.size };
    },
  };
}

function drawn({ remindAt, ...silence }: Silence, begins: boolean): Silence {
  if (!begins) return { ...silence, drawn: "over" };
  return { ...silence, drawn: "begun", ...(remindAt === undefined ? {} : { remindAt }) };
}

/** Reminds people this long before it ends, of a silence that is longer than that. */
const REMIND_MS = 10 * 60_000;

function remindable(silence: Silence): Silence {
  const { startsAt, endsAt } = silence;
  return endsAt - startsAt > REMIND_MS ? { ...silence, remindAt: endsAt - REMIND_MS } : silence;
}

/** The labels of every alert that is trouble in an incident now. */
export function activeLabels(context: Pick<TurnContext, "index">, incident: number): readonly Labels[] {
  const labels: Labels[] = [];
  for (const alert of context.index.members.get(incident)?.values() ?? [])
    if (isActive(alert)) labels.push(alert.labels);
  return labels;
}

function storyOf(silence: Silence, incident: number, begins: boolean, at: number): TimelineEntry {
  if (begins) {
    const { id, person, endsAt, why } = silence;
    const because = why === "" ? {} : { note: why };
    return { incident, at, what: "silenced", silence: id, person, until: endsAt, ...because };
  }
  return silence.endedBy === undefined
    ? { incident, at, what: "silence-ended", silence: silence.id }
    : { incident, at, what: "unsilenced", silence: silence.id, person: silence.endedBy };
}
