/** What is wrong with a flow, in words: which step of which run, since when, how long it may take and usually takes. Pure. */

import { spanWords } from "../../storage/duration.ts";
import type { Text } from "../../storage/locale.ts";
import { reasonText } from "../reason.ts";
import { localTime } from "../told/words.ts";
import type { FlowPlan } from "./plan.ts";
import { endedBefore, isBehind, type Run, stepOf } from "./run.ts";
import { type Outlook, outlookOf, type UsualRun } from "./usual.ts";
import type { Problem } from "./verdict.ts";

/** So much of what came with an event stands beside the reason, in characters. */
const SHOWN_NOTE = 120;

/** What the words are made from. */
export interface About {
  readonly plan: FlowPlan;
  readonly usual: UsualRun;
  /** Now, where the words may say for how long; they are kept otherwise, and a length would go stale. */
  readonly at?: number;
}

/** One line of plain text. */
export function problemWords(problem: Problem, about: About): Text {
  const { reason, step, run } = problem;
  if (reason === "missing") return missingWords(problem, about.plan);
  const said = sayings[reason](problem, about);
  const known = usualWords(step, about);
  const of = run === undefined ? "" : run.id;
  const { zh, en } = reasonText[reason === "failed" ? "failed" : reason];
  const what = { zh: step === "" ? zh : `${step} ${zh}`, en: step === "" ? en : `${step}: ${en}` };
  return {
    zh: `${what.zh}（${of}）：${said.zh}${reason === "failed" || reason === "out_of_order" ? "" : known.zh}`,
    en: `${what.en} (${of}): ${said.en}${reason === "failed" || reason === "out_of_order" ? "" : known.en}`,
  };
}

function missingWords({ due = 0 }: Problem, plan: FlowPlan): Text {
  const when = localTime(due, plan.zone);
  if (plan.due === "end")
    return {
      zh: `没来：${when} 之前应该跑完，到时一点消息也没有`,
      en: `missing: it was to be done by ${when}, and nothing was heard of it`,
    };
  const grace = spanWords(plan.graceMs);
  return {
    zh: `没来：应在 ${when} 开始，宽限 ${grace.zh} 已过`,
    en: `missing: it was due to begin ${when}, with a grace of ${grace.en}`,
  };
}

type Saying = (problem: Problem, about: About) => Text;

const sayings: Readonly<Record<Exclude<Problem["reason"], "missing">, Saying>> = {
  late({ step, due = 0, run }, { plan }) {
    const when = localTime(due, plan.zone);
    const begun = run !== undefined && stepOf(run, step) !== undefined;
    return begun
      ? { zh: `截止 ${when}，还没有完成`, en: `it is not done, and had to be by ${when}` }
      : { zh: `截止 ${when}，还没有开始`, en: `it has not begun, and had to be done by ${when}` };
  },
  stuck({ step, since, allowedMs = 0, waiting }, { plan, at }) {
    const from = since - allowedMs;
    const [time, most] = [localTime(from, plan.zone), spanWords(allowedMs)];
    const so = at === undefined ? undefined : spanWords(at - from);
    const [zhFor, enFor] = so === undefined ? ["", ""] : [`，已 ${so.zh}`, `, for ${so.en}`];
    if (waiting === true)
      return {
        zh: `${time} 轮到它，一直没有开始${zhFor}，最多 ${most.zh}`,
        en: `its turn came ${time} and it has not begun${enFor}, at most ${most.en}`,
      };
    const what = step === "" ? { zh: "整个运行 ", en: "the run began " } : { zh: "", en: "since " };
    return {
      zh: `${what.zh}${time} 开始${zhFor}，最多 ${most.zh}`,
      en: `${what.en}${time}${enFor}, at most ${most.en}`,
    };
  },
  out_of_order({ since, behind = "" }, { plan }) {
    const time = localTime(since, plan.zone);
    return {
      zh: `${time} 已经开始，前面的 ${behind} 还没有完成`,
      en: `it has begun by ${time}, and ${behind} before it is not done`,
    };
  },
  failed({ step, since, run }, { plan }) {
    const known = run === undefined ? undefined : stepOf(run, step);
    const note = shorten(known?.note ?? (step === "" ? (run?.end?.note ?? "") : ""));
    const again = known?.state === "running" ? localTime(known.from ?? known.at, plan.zone) : undefined;
    const tries = known?.tries ?? 1;
    return {
      zh: `${localTime(since, plan.zone)}${tries > 1 ? `（第 ${tries} 次）` : ""}${note === "" ? "" : `，${note}`}${again === undefined ? "" : `；${again} 起在重试`}`,
      en: `${localTime(since, plan.zone)}${tries > 1 ? ` (try ${tries})` : ""}${note === "" ? "" : `: ${note}`}${again === undefined ? "" : `; being tried again since ${again}`}`,
    };
  },
};

/** `；通常 12分钟，九成在 18分钟 内（近 14 次）`; nothing where nothing is known. */
function usualWords(step: string, { plan, usual }: About): Text {
  const known = step === "" ? usual.run : usual.steps[plan.steps.findIndex(({ name }) => name === step)];
  if (known === undefined) return { zh: "", en: "" };
  const [median, p90] = [spanWords(known.medianMs), spanWords(known.p90Ms)];
  return {
    zh: `；通常 ${median.zh}，九成在 ${p90.zh} 内（近 ${known.runs} 次）`,
    en: `; usually ${median.en}, nine of ten within ${p90.en} (last ${known.runs})`,
  };
}

/** How far a run is that goes on: `正在跑 2026-11-28：对账（2/3），已 12分钟`. */
export function runningWords(run: Run, { plan, usual, at = run.last.at }: About): Text {
  const running = plan.steps.findIndex(({ name }) => stepOf(run, name)?.state === "running");
  const index = running >= 0 ? running : plan.steps.findIndex(({ name }) => !isBehind(run, name));
  const isWaiting = running < 0 && index > 0;
  const step = plan.steps[index];
  const began = step === undefined ? undefined : stepOf(run, step.name)?.from;
  const from = began ?? (isWaiting ? endedBefore(run, plan, index) : undefined) ?? run.from;
  const known = usual.steps[index];
  const place =
    step === undefined
      ? ""
      : `${isWaiting ? "等 " : ""}${step.name}${isWaiting ? " 开始" : ""}（${index + 1}/${plan.steps.length}）`;
  const inEnglish =
    step === undefined
      ? ""
      : `${isWaiting ? "waiting for " : ""}${step.name} (${index + 1}/${plan.steps.length})`;
  const often = known === undefined ? undefined : spanWords(known.medianMs);
  const so = spanWords(at - from);
  const late = outlookOf(run, plan, usual, at).find(({ deadline, expected }) => expected > deadline);
  const soon = late === undefined ? { zh: "", en: "" } : outlookWords(late, plan);
  return {
    zh: `正在跑 ${run.id}${place === "" ? "" : `：${place}`}，已 ${so.zh}${often === undefined ? "" : `，通常 ${often.zh}`}${soon.zh}`,
    en: `running ${run.id}${inEnglish === "" ? "" : `: ${inEnglish}`}, for ${so.en}${often === undefined ? "" : `, usually ${often.en}`}${soon.en}`,
  };
}

function outlookWords({ step, deadline, expected }: Outlook, { zone }: FlowPlan): Text {
  const [by, then] = [localTime(deadline, zone), localTime(Math.floor(expected / 60_000) * 60_000, zone)];
  return {
    zh: `；照平时要到 ${then} 才完成 ${step}，截止 ${by}`,
    en: `; as usual ${step} is done by ${then}, and had to be by ${by}`,
  };
}

function shorten(note: string): string {
  const flat = note.replace(/\s+/g, " ").trim();
  return flat.length > SHOWN_NOTE ? `${flat.slice(0, SHOWN_NOTE)}…` : flat;
}
