/** What holds a notification back. Every muter gives its reason; none just says no. */
import type { Labels } from "../../storage/labels.ts";
import { matches } from "../../storage/matchers.ts";
import type { Index } from "../index-of.ts";
import type { IncidentRoute } from "../routing/incident-route.ts";
import { formatTime, type NameOf } from "../words.ts";
import { type Inhibition, inhibitionMuter } from "./inhibit.ts";
import type { MuteReason, NamedMuter } from "./mute-reason.ts";
import { isInForce, type Silence } from "./silence.ts";
import type { RouteMute } from "./time-interval.ts";

/** The silences in force over a label set. */
export type SilenceView = (labels: Labels, at: number) => readonly Silence[];

/** Looks silences up in the index and remembers the answer per label set until a silence changes. */
export function silenceView(index: Index): SilenceView {
  const known = new WeakMap<Labels, { epoch: number; matching: readonly Silence[] }>();
  return (labels, at) => {
    if (index.silences.size === 0) return [];
    let entry = known.get(labels);
    if (entry === undefined || entry.epoch !== index.silenceEpoch) {
      const matching = index.silencesNear(labels).filter((silence) => matches(silence.matchers, labels));
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

/** How reasons name times and people. */
interface Words {
  /** IANA name of the time zone. */
  readonly zone: string;
  readonly nameOf: NameOf;
}

/** Every muter of alerts there is, in the order in which they are asked; those of routes are asked before them. */
export function muters(
  silencesOver: SilenceView,
  inhibition: Inhibition,
  words: Words,
): readonly NamedMuter[] {
  const { zone, nameOf } = words;
  return [
    {
      name: "silence",
      mutes: (labels, _incident, at) => {
        const longest = silencesOver(labels, at).reduce<Silence | undefined>(
          (best, silence) => (best === undefined || silence.endsAt > best.endsAt ? silence : best),
          undefined,
        );
        return longest === undefined ? undefined : silenceReason(longest, words);
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

function silenceReason(silence: Silence, { zone, nameOf }: Words): MuteReason {
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
