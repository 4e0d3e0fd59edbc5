import type { Card } from "../../alerts/card.ts";
import type { Hidden } from "../../alerts/muting/silencing.ts";
import { isRefused } from "../../alerts/refused.ts";
import { formatSpan, formatTime } from "../../alerts/words.ts";
import { MatcherError } from "../../storage/matcher-error.ts";
import { formatMatchers, type Matcher, parseMatchers } from "../../storage/matchers.ts";
import { takeNumber, takeSpan } from "../arguments.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { tokenize } from "../language/tokenize.ts";
import { code, maskedCode } from "../markdown.ts";
import { counted, noIncident, quoted, refuse } from "../phrases.ts";
import type { World } from "../world.ts";
import { askAgain } from "./guard.ts";

/** How long a silence lasts when nothing is said. */
const DEFAULT_MS = 3_600_000;

/** What is to be silenced, for how long, and why. */
interface Wanted {
  readonly matchers: readonly Matcher[];
  readonly incident?: number;
  readonly forMs: number;
  readonly why: string;
}

/** `silence 12 2h [why]` by incident, `silence host=~"web.*" 2h [why]` by matchers. */
export const silence: Command = {
  words: ["silence", "mute"],
  twins: ["静默", "静音", "屏蔽"],
  takes: { zh: "编号|匹配条件 [时长] [原因]", en: "N|MATCHERS [2h] [why]" },
  summary: {
    zh: "静默一个告警，或所有符合条件的告警，默认 1 小时",
    en: "silence an incident, or everything that matches, for 1 hour unless said otherwise",
  },
  examples: {
    zh: '静默 12 2小时 发布中\n静默 instance=~"web.*" 2小时',
    en: 'silence 12 2h deploying\nsilence instance=~"web.*" 2h',
  },
  needs: "operator",
  takesIncident: true,
  async run(rest, call, world) {
    const wanted = read(rest, world);
    const hidden = world.alerts.book.preview(wanted.matchers);
    return askAgain(hidden, { ...wanted, rest }, call, world) ?? make(wanted, hidden, call, world);
  },
};

/** `silence anyway severity=~".+" 2h`: the same, without being asked again. Its button stands under that question. */
export const silenceAnyway: Command = {
  words: ["silence anyway"],
  twins: ["确认静默"],
  takes: silence.takes,
  summary: {
    zh: "静默，哪怕会挡住很多告警或全部告警",
    en: "silence, even if that hides very many alerts or all of them",
  },
  examples: {
    zh: '确认静默 instance=~"web.*" 2小时 机房搬迁',
    en: 'silence anyway instance=~"web.*" 2h moving house',
  },
  needs: silence.needs,
  takesIncident: true,
  async run(rest, call, world) {
    const wanted = read(rest, world);
    return make(wanted, world.alerts.book.preview(wanted.matchers), call, world);
  },
};

function read(rest: string, world: World): Wanted {
  return takeNumber(rest) === undefined ? byMatchers(rest) : byIncident(rest, world);
}

/** Makes it. `hidden` was counted before: afterwards what it hides no longer counts as news. */
async function make(wanted: Wanted, hidden: Hidden, call: Call, world: World): Promise<Card> {
  const made = await call.change((change) => {
    const result = world.alerts.book.addSilence(change, {
      matchers: wanted.matchers,
      startsAt: call.at,
      endsAt: call.at + wanted.forMs,
      person: call.person.id,
      conversation: call.conversation,
      why: wanted.why,
      at: call.at,
      ...(wanted.incident === undefined ? {} : { incident: wanted.incident }),
    });
    if (isRefused(result)) throw refuse(result.refused);
    return result;
  });
  const number = wanted.incident === undefined ? "" : `#${wanted.incident} `;
  const what = number + maskedCode(formatMatchers(wanted.matchers));
  const why =
    wanted.why === ""
      ? { zh: "", en: "" }
      : { zh: `，原因：${quoted(wanted.why)}`, en: `, because: ${quoted(wanted.why)}` };
  return answer(
    call,
    {
      zh: `静默 ${made.id}：${what}，${formatSpan(wanted.forMs, "zh-CN")}，到 ${formatTime(made.endsAt, world.zone, "zh-CN")}${why.zh}。现在挡住 ${hidden.incidents} 起告警，共 ${hidden.alerts} 条。`,
      en: `Silence ${made.id}: ${what} for ${formatSpan(wanted.forMs, "en")}, until ${formatTime(made.endsAt, world.zone, "en")}${why.en}. It hides ${counted(hidden.alerts, "alert")} of ${counted(hidden.incidents, "incident")} now.`,
    },
    { actions: [unsilenceAction(call, made.id)] },
  );
}

/** The button that ends a silence. */
export function unsilenceAction(call: Call, id: number): ReturnType<typeof action> {
  return action(
    call,
    `unsilence-${id}`,
    { zh: `解除静默 ${id}`, en: `End silence ${id}` },
    `unsilence ${id}`,
  );
}

function byIncident(rest: string, { alerts }: World): Wanted {
  const { value: id, rest: after } = takeNumber(rest) ?? { value: 0, rest };
  const incident = alerts.book.incident(id);
  if (incident === undefined) throw noIncident(id);
  return { incident: id, matchers: alerts.book.matchersFor(incident), ...spanAndWhy(after) };
}

function byMatchers(rest: string): Wanted {
  const { text, after } = takeMatchers(rest);
  if (text === "") {
    throw new Refusal({
      zh: `要静默哪个告警？例如 ${code("静默 12 2小时")}，或按条件 ${code('静默 instance=~"web.*" 2小时')}`,
      en: `Silence which incident? For example ${code("silence 12 2h")}, or by matchers ${code('silence instance=~"web.*" 2h')}`,
    });
  }
  return { matchers: readMatchers(text), ...spanAndWhy(after) };
}

/** Parts a line after its matchers: the first word that is none begins the time or the reason. */
export function takeMatchers(rest: string): { text: string; after: string } {
  const tokens = tokenize(rest);
  const end = tokens.findIndex(({ text }) => !/^[{,]|[=~]|[,}]$/.test(text));
  const cut = end === -1 ? rest.length : (tokens[end]?.from ?? rest.length);
  return { text: rest.slice(0, cut).trim(), after: rest.slice(cut).trim() };
}

/** Parses matchers that somebody typed; a mistake becomes a refusal with its place. */
export function readMatchers(text: string): readonly Matcher[] {
  try {
    return parseMatchers(text);
  } catch (error) {
    if (error instanceof MatcherError) throw refuse(error.text);
    throw error;
  }
}

function spanAndWhy(text: string): Pick<Wanted, "forMs" | "why"> {
  const span = takeSpan(text);
  return { forMs: span?.value ?? DEFAULT_MS, why: span?.rest ?? text };
}
