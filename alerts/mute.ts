/** What holds a notification back. Every muter gives its reason; none just says no. */
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import { matches } from "../storage/matchers.ts";
import type { Incident } from "./incident.ts";
import type { IncidentRoute } from "./incident-route.ts";
import type { Index } from "./index-of.ts";
import { type Inhibition, inhibitionMuter } from "./inhibit.ts";
import { isInForce, type Silence } from "./silence.ts";
import type { RouteMute } from "./time-interval.ts";
import { formatTime, nameOf } from "./words.ts";

/** Why somebody is not told. */
export interface MuteReason {
  /** The muter's word: `silence`, `inhibition`, `time-interval`, `acknowledgement`, `flapping`. */
  readonly by: string;
  /** `everything`: no card at all. `repeats`: the news is told, repeats and single changes are not. */
  readonly holds: "everything" | "repeats";
  readonly why: Text;
  readonly until?: number;
  readonly silence?: number;
  /** What a person wrote as the reason. */
  readonly note?: string;
}

/** Whether an alert with these labels, in this incident, is held back at this moment, and why. */
export type Muter = (labels: Labels, incident: Incident, at: number) => MuteReason | undefined;

/** A muter and the word that `why` lists it by. */
export interface NamedMuter {
  readonly name: string;
  readonly mutes: Muter;
}

/** The silences in force over a label set. */
export type SilenceView = (labels: Labels, at: number) => readonly Silence[];

/** Looks silences up in the index and remembers the answer per label set until a silence changes. */
export function silenceView(index: Index): SilenceView {
  const known = new WeakMap<Labels, { epoch: number; matching: readonly Silence[] }>();
  return (labels, at) => {
    if (index.silences.size === 0) return [];
    let entry = known.get(labels);
    if (entry === undefined || entry.epoch !== index.silenceEpoch) {
      const matching = [...index.silences.values()].filter((silence) => matches(silence.matchers, labels));
      entry = { epoch: index.silenceEpoch, matching };
      known.set(labels, entry);
    }
    return entry.matching.length === 0 ? [] : entry.matching.filter((silence) => isInForce(silence, at));
  };
}

/** The same view as it will be once `silence`, which a commit is about to put, is stored. */
export function withSilence(view: SilenceView, silence: Silence): SilenceView {
  return (labels, at) => {
    const others = view(labels, at).filter(({ id }) => id !== silence.id);
    return isInForce(silence, at) && matches(silence.matchers, labels) ? [...others, silence] : others;
  };
}

/** Why a route tells nobody at a moment: its time intervals. */
export function routeHold(
  { routeMute }: { readonly routeMute: RouteMute },
  { muteTimeIntervals = [], activeTimeIntervals = [] }: IncidentRoute,
  at: number,
): MuteReason | undefined {
  return routeMute({ muteTimeIntervals, activeTimeIntervals }, at);
}

/** Every muter of alerts there is, in the order in which they are asked; those of routes are asked before them. */
export function muters(
  silencesOver: SilenceView,
  inhibition: Inhibition,
  zone: string,
): readonly NamedMuter[] {
  return [
    {
      name: "silence",
      mutes: (labels, _incident, at) => {
        const longest = silencesOver(labels, at).reduce<Silence | undefined>(
          (best, silence) => (best === undefined || silence.endsAt > best.endsAt ? silence : best),
          undefined,
        );
        return longest === undefined ? undefined : silenceReason(longest, zone);
      },
    },
    inhibitionMuter(inhibition),
    {
      name: "acknowledgement",
      mutes: (_labels, incident, at) => {
        const owner = incident.acknowledgement;
        if (owner === undefined || at >= owner.until) return undefined;
        return {
          by: "acknowledgement",
          holds: "repeats",
          until: owner.until,
          ...(owner.note === undefined ? {} : { note: owner.note }),
          why: {
            zh: `${nameOf(owner.person)} 已认领，到 ${formatTime(owner.until, zone, "zh-CN")}`,
            en: `acknowledged by ${nameOf(owner.person)} until ${formatTime(owner.until, zone, "en")}`,
          },
        };
      },
    },
    {
      name: "flapping",
      mutes: (_labels, { flapping }) => {
        if (flapping === undefined) return undefined;
        const { changes, since, until } = flapping;
        return {
          by: "flapping",
          holds: "repeats",
          until,
          why: {
            zh: `抖动：${formatTime(since, zone, "zh-CN")} 以来变化 ${changes} 次，到 ${formatTime(until, zone, "zh-CN")} 没有变化才算稳定`,
            en: `flapping: ${changes} changes, since ${formatTime(since, zone, "en")}; steady when nothing changes until ${formatTime(until, zone, "en")}`,
          },
        };
      },
    },
  ];
}

function silenceReason(silence: Silence, zone: string): MuteReason {
  const { id, endsAt, person, why } = silence;
  return {
    by: "silence",
    holds: "everything",
    silence: id,
    until: endsAt,
    ...(why === "" ? {} : { note: why }),
    why: {
      zh: `静默 ${id}（${nameOf(person)}，到 ${formatTime(endsAt, zone, "zh-CN")}）`,
      en: `silence ${id} (${nameOf(person)}, until ${formatTime(endsAt, zone, "en")})`,
    },
  };
}
