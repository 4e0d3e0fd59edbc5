/** What a request to the door of a flow says: JSON, a form or a query, in many words. */

import type { State } from "../../monitors/flow/options.ts";
import type { FlowEvent } from "../../monitors/flow/run.ts";
import { DoorError } from "./door-error.ts";

/** The keys that are understood. */
const KEYS = ["step", "state", "at", "note"] as const;
type Key = (typeof KEYS)[number];
const ALIASES: Readonly<Record<string, Key>> = { status: "state", time: "at", message: "note", msg: "note" };

/** So much of a note is kept, in characters. */
const KEPT_NOTE = 2_000;
const LONGEST_STEP = 200;

const WORDS: Readonly<Record<State, readonly string[]>> = {
  start: ["start", "started", "begin", "began", "begun", "running", "开始"],
  done: [
    "done",
    "success",
    "succeeded",
    "successful",
    "ok",
    "finish",
    "finished",
    "complete",
    "completed",
    "end",
    "ended",
    "完成",
    "成功",
    "结束",
  ],
  fail: ["fail", "failed", "failure", "error", "errored", "失败", "出错"],
  skip: ["skip", "skipped", "跳过"],
};
const STATES = new Map(
  Object.entries(WORDS).flatMap(([state, words]) => words.map((word) => [word, state as State] as const)),
);

/** The furthest back that something may have happened, in milliseconds. */
const OLDEST_MS = 31 * 86_400_000;

/** Values by key, from a JSON object or the pairs of a form or a query. Throws `DoorError` 400. */
export function keysOf(pairs: Iterable<readonly [string, unknown]>): ReadonlyMap<Key, string> {
  const found = new Map<Key, string>();
  for (const [key, value] of pairs) {
    const known = KEYS.find((one) => one === key) ?? (Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined);
    if (known === undefined)
      throw bad(
        `没有 ${shown(key)} 这一项；可以写 step、state、at、note。`,
        `There is no ${shown(key)}; there are step, state, at and note.`,
      );
    if (typeof value !== "string" && typeof value !== "number")
      throw bad(`${known} 应是文字。`, `${known} must be a text.`);
    if (found.has(known)) throw bad(`${known} 写了两次。`, `${known} is there twice.`);
    found.set(known, String(value));
  }
  return found;
}

/** The event of a flow whose steps are `steps`, as of `now`. Throws `DoorError` 400, or 422 for a step there is not. */
export function eventOf(given: ReadonlyMap<Key, string>, steps: readonly string[], now: number): FlowEvent {
  const state = stateOf(given.get("state"));
  const step = given.get("step")?.trim() ?? "";
  if (step !== "" && !steps.includes(step))
    throw new DoorError(422, {
      zh: `没有步骤 ${shown(step)}；这个流程的步骤是：${steps.join("、")}。没有记下。`,
      en: `There is no step ${shown(step)}; the steps are: ${steps.join(", ")}. Nothing was taken.`,
    });
  const at = given.get("at");
  return {
    state,
    note: (given.get("note") ?? "").slice(0, KEPT_NOTE),
    ...(step === "" ? {} : { step }),
    ...(at === undefined || at.trim() === "" ? {} : { at: momentOf(at.trim(), now) }),
  };
}

function stateOf(said: string | undefined): State {
  const word = said?.trim().toLowerCase() ?? "";
  const exit = /^\d{1,3}$/.test(word) ? Number(word) : undefined;
  if (exit !== undefined && exit <= 255) return exit === 0 ? "done" : "fail";
  const state = STATES.get(word);
  if (state !== undefined) return state;
  const what = word === "" ? { zh: "没有写 state。", en: "state is missing. " } : { zh: "", en: "" };
  throw bad(
    `${what.zh || `state 不能是 ${shown(word)}。`}应是 start、done、fail、skip 之一，或退出码（$?）。`,
    `${what.en || `state cannot be ${shown(word)}. `}It must be start, done, fail or skip, or an exit code ($?).`,
  );
}

/** RFC 3339, or seconds since the Unix epoch. What is ahead of our clock happened now: clocks differ. */
function momentOf(text: string, now: number): number {
  const number = /^\d{1,17}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  // Milliseconds, as programs have them, are a thousand times as many.
  const at =
    number === undefined
      ? /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) && /(?:z|[+-]\d\d:?\d\d)$/i.test(text)
        ? Date.parse(text.replace(" ", "T"))
        : Number.NaN
      : number < 1e11
        ? number * 1_000
        : number;
  if (!Number.isFinite(at))
    throw bad(
      `at ${shown(text)} 不是时刻；要像 2026-11-28T02:00:00+08:00 或 $(date +%s) 这样写。`,
      `at ${shown(text)} is no moment; write it like 2026-11-28T02:00:00+08:00 or $(date +%s).`,
    );
  if (at < now - OLDEST_MS) throw bad("at 是 31 天以前，太早了。", "at is more than 31 days ago.");
  return Math.min(Math.round(at), now);
}

function bad(zh: string, en: string): DoorError {
  return new DoorError(400, { zh, en });
}

function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_STEP ? `${text.slice(0, LONGEST_STEP)}…` : text);
}
