/** Programs and systemd units in a sentence: `nginx 进程不在`, `systemd nginx.service 失败`, `process nginx is down`. */
import { metricWords } from "../../rules/metric-words.ts";
import { findWord } from "./lexicon.ts";
import type { Meaning } from "./meaning.ts";

const PROGRAM =
  /process:\/\/([a-z][\w.+-]*)|(?:进程|process) ?([a-z][\w.+-]*)|([a-z][\w.+-]*) ?(?:的 ?)?(?:进程|process(?![\w-]))/iy;
const UNIT =
  /systemd(?::\/\/| ?(?:服务|单元|unit|service)? )([\w@\\-]+(?:[.:][\w@\\-]+)*)|([\w@\\-]+(?:[.:][\w@\\-]+)*\.(?:service|timer|socket|mount|target|path))(?![\w.:/-])/iy;

/** It does not run. Only beside a program or a unit: elsewhere these are words of ordinary talk. */
const STOPPED =
  /(?: ?的)? ?(?:状态)? ?(?:已经|已)?(?:不在(?:运行)?了?|没在(?:运行|跑)|没有?在?(?:运行|跑|启动)|没了|未运行|不运行|不见了?|退出了?|停止(?:运行)?了?|停了|停掉了?|消失了?|不存在|死了|死掉了?|崩溃了?|失败了?|掉了)|(?:(?: is| has| goes)? (?:not running|no longer running|not active|gone|missing|dead|stopped|exited|crashed|failed|inactive)| (?:exits|dies|stops|crashes|fails|disappears))(?![\w-])/iy;
/** How many of it there are. */
const COUNT = /(?: ?的)? ?(?:进程)?(?:数量|个数|实例数|数(?!据))| (?:count|instances?)(?![\w-])/iy;

/** A program or a unit, as the address of its monitor. */
export interface Running {
  readonly kind: "url";
  readonly url: string;
  readonly to: number;
}

/** Whether an address is that of a program or a unit of this machine. */
export function isRunning(url: string | undefined): boolean {
  return url !== undefined && /^(?:process|systemd):/.test(url);
}

/** A program or a unit that begins here, where the sentence goes on to say whether it runs or how many there are. */
export function scanRunning(text: string, small: string, at: number): Running | undefined {
  return scanUnit(text, small, at) ?? scanProgram(text, small, at);
}

function scanUnit(text: string, small: string, at: number): Running | undefined {
  const found = match(UNIT, text, at);
  const name = found?.[1] ?? found?.[2];
  if (found === undefined || name === undefined) return undefined;
  const to = at + found[0].length;
  if (!found[0].includes("://") && !goesOn(text, small, to)) return undefined;
  return { kind: "url", url: `systemd://${name}`, to };
}

function scanProgram(text: string, small: string, at: number): Running | undefined {
  const found = match(PROGRAM, text, at);
  const name = found?.[1] ?? found?.[2] ?? found?.[3];
  if (found === undefined || name === undefined) return undefined;
  const to = at + found[0].length;
  if (found[1] !== undefined) return { kind: "url", url: `process://${name}`, to };
  // `the process is down` names none, and `process cpu` is something else.
  const nameAt = found[2] === undefined ? at : to - name.length;
  if ((findWord(small, nameAt)?.to ?? 0) >= nameAt + name.length) return undefined;
  if (!goesOn(text, small, to) && match(COUNT, text, to) === undefined) return undefined;
  return { kind: "url", url: `process://${name}`, to };
}

/** Whether a word for a state follows. */
function goesOn(text: string, small: string, at: number): boolean {
  if (match(STOPPED, text, at) !== undefined) return true;
  const meaning = findWord(small, text[at] === " " ? at + 1 : at)?.meaning;
  if (meaning?.kind === "state") return meaning.word.metric === "probe_success";
  return meaning?.kind === "wellness" || (meaning?.kind === "comparison" && meaning.recovery === true);
}

/** What is said of a program or a unit right behind its name, in words that only mean something there. */
export function readRunning(
  text: string,
  at: number,
  url: string,
): { meaning: Meaning; to: number } | undefined {
  const stopped = match(STOPPED, text, at);
  const up = metricWords.find(({ metric }) => metric === "up");
  if (stopped !== undefined && up !== undefined)
    return { meaning: { kind: "state", word: up, op: "==", threshold: 0 }, to: at + stopped[0].length };
  const count = url.startsWith("process:") ? match(COUNT, text, at) : undefined;
  const word = metricWords.find(({ metric }) => metric === "process_count");
  return count && word && { meaning: { kind: "metric", word }, to: at + count[0].length };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
