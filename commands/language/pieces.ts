/** Cuts a sentence into pieces that mean something: words, amounts, addresses, labels; the rest is unknown. */
import { findWord, isHan, lower } from "./lexicon.ts";
import type { Meaning } from "./meaning.ts";
import { isRunning, readRunning, scanRunning } from "./running.ts";
import type { Comparison } from "./sentence-types.ts";
import { type Measure, scanMeasure } from "./units.ts";

/** One piece of a sentence and where it stands. */
export type Piece = { readonly from: number; readonly to: number } & (
  | Meaning
  | { readonly kind: "measure"; readonly measure: Measure }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "label"; readonly name: string; readonly value: string }
  | { readonly kind: "raw"; readonly metric: string }
  | { readonly kind: "named"; readonly text: string }
  | { readonly kind: "quoted" }
  | { readonly kind: "unknown" }
);

type Body<T = Piece> = T extends Piece ? Omit<T, "from"> : never;

/** More unknown characters than this make no rule; giving up early keeps long chatter cheap. */
const MOST_UNKNOWN = 80;

/** Nobody says a rule in more pieces than this. */
const MOST_PIECES = 80;

const URL_START = /https?:\/\//iy;
/** `tcp://db.example:5432`, and the same as people say it: `tcp 10.0.0.5:3306`, `ping 10.0.0.1`. */
const PROBED =
  /(?:(tcp|端口)(?::\/\/| )((?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\]):\d{1,5})|(tls|dns|icmp|ping)(?::\/\/| )((?:[\w-]+(?:\.[\w-]+)+|\[[0-9a-f:.]+\])(?::\d{1,5})?))(?![\w/-])/iy;
/** What people say, and the kind of monitor that is meant. */
const PROBE_WORDS: Readonly<Record<string, string>> = { 端口: "tcp", ping: "icmp" };
const PATH = /\/(?:[\w.-]+\/?)*/y;
const DRIVE = /([a-z])(?:盘|:(?=[ \\]|$)|:\\)/iy;
const ROOT = /(?:根分区|根目录|root partition|root filesystem)/iy;
const INTERFACE = /(?:eth|en[opsx]|en|wlan|wl|bond|br|docker|veth|tun|tap|virbr|wwan|ppp)\d[\w.]*(?![\w-])/y;
const LABEL = /(mount|device|interface|process|instance|monitor|job|host)="?([\w./:@-]+)"?/iy;
const SELECTOR = /\{((?: ?[a-z_]\w* ?= ?"[^"{}]*" ?,?)*)\}/iy;
const PROCESS =
  /(?:进程|process) ?([a-z][\w.-]*)|([a-z][\w.-]*) ?(?:进程|process)(?= ?(?:的|cpu|内存|mem))/iy;
const RAW = /[a-z_:][a-z0-9_:]*_[a-z0-9_:]*|up(?= ?(?:[=!]=|\{))/iy;
const SIGN = /(>=|=>|≥|⩾|≧|<=|=<|≤|⩽|≦|==|!=|<>|≠|>|<|=)/y;
const PUNCTUATION = /[ ,.;:!、~]+/y;
const MENTION = /@\S+ /y;
const WORD = /[\w.-]+/y;
const BEGINS_MEASURE = /[\da-z零〇○一二两俩三四五六七八九幺十百负半每-]/;
const QUOTED = /"[^"]*"/y;
const NAME = / ?:? ?(?:"([^"]+)"|([^\s,;"]+))/y;

const SIGNS: Readonly<Record<string, Comparison>> = {
  ">": ">",
  "<": "<",
  "=": "==",
  "==": "==",
  "!=": "!=",
  "<>": "!=",
  "≠": "!=",
  ">=": ">=",
  "=>": ">=",
  "≥": ">=",
  "⩾": ">=",
  "≧": ">=",
  "<=": "<=",
  "=<": "<=",
  "≤": "<=",
  "⩽": "<=",
  "≦": "<=",
};

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/**
 * The pieces of a normalized sentence in their order; `undefined` when too much of it is unknown. `metrics` are names
 * of metrics that are no plain words: `订单量`.
 */
export function cutPieces(text: string, metrics: readonly string[] = []): Piece[] | undefined {
  const small = lower(text);
  const pieces: Piece[] = [];
  let unknown = 0;
  // Whom a line is said to is no part of what it says.
  let i = match(MENTION, text, 0)?.[0].length ?? 0;
  while (i < text.length) {
    i += match(PUNCTUATION, text, i)?.[0].length ?? 0;
    if (i >= text.length) break;
    if (pieces.length > MOST_PIECES) return undefined;
    const body = scanMetric(text, small, i, metrics) ??
      scanPiece(text, small, i) ?? { kind: "unknown", to: i + unknownLength(text, i) };
    const piece = { ...body, from: i } as Piece;
    const last = pieces.at(-1);
    if (piece.kind === "unknown") {
      unknown += piece.to - piece.from;
      if (unknown > MOST_UNKNOWN) return undefined;
    }
    if (piece.kind === "unknown" && last?.kind === "unknown")
      pieces[pieces.length - 1] = { ...last, to: piece.to };
    else pieces.push(piece);
    i = piece.to;
    if (piece.kind === "raw" || piece.kind === "metric") i = addSelector(text, i, pieces);
    else if (piece.kind === "name") i = addName(text, i, pieces);
    else if (piece.kind === "url" && isRunning(piece.url)) i = addRunning(text, i, piece.url, pieces);
  }
  return pieces;
}

function unknownLength(text: string, at: number): number {
  return match(WORD, text, at)?.[0].length ?? 1;
}

/** The longest of these metrics that stands here; a word of ours that is as long goes before it. */
function scanMetric(text: string, small: string, at: number, metrics: readonly string[]): Body | undefined {
  const found = metrics
    .filter((name) => text.startsWith(name, at))
    .reduce((longest, name) => (name.length > longest.length ? name : longest), "");
  const to = at + found.length;
  return to === at || (findWord(small, at)?.to ?? 0) >= to ? undefined : { kind: "raw", metric: found, to };
}

function scanPiece(text: string, small: string, at: number): Body | undefined {
  const char = small[at] as string;
  const ascii = char < "\u0080";
  const inWord = /\w/.test(char) && /\w/.test(text[at - 1] ?? "");
  const url = char === "h" ? scanUrl(text, at) : inWord ? undefined : scanProbed(text, at);
  if (url !== undefined) return url;
  const sign = match(SIGN, text, at);
  if (sign !== undefined) {
    return { kind: "comparison", op: SIGNS[sign[0]] as Comparison, to: at + sign[0].length };
  }
  if (!inWord) {
    const running = ascii || char === "进" ? scanRunning(text, small, at) : undefined;
    if (running !== undefined) return running;
    const label = ascii || char === "根" ? scanLabel(text, at) : undefined;
    if (label !== undefined) return label;
    const word = findWord(small, at);
    if (word !== undefined) return { ...word.meaning, to: word.to };
    const process = ascii || char === "进" ? scanProcess(text, small, at) : undefined;
    if (process !== undefined) return process;
  }
  const measure =
    BEGINS_MEASURE.test(char) && !/\d/.test(text[at - 1] ?? "") ? scanMeasure(text, at) : undefined;
  // `5xx` is no five.
  if (measure !== undefined && !(/\w/.test(text[measure.to - 1] ?? "") && /\w/.test(text[measure.to] ?? "")))
    return { kind: "measure", measure, to: measure.to };
  if (inWord || !ascii) return undefined;
  const raw = match(RAW, text, at);
  if (raw !== undefined && /[a-z]/i.test(raw[0]))
    return { kind: "raw", metric: raw[0], to: at + raw[0].length };
  const quoted = match(QUOTED, text, at);
  return quoted && { kind: "quoted", to: at + quoted[0].length };
}

/** `tcp 10.0.0.5:3306` as the address of a monitor. */
function scanProbed(text: string, at: number): Body | undefined {
  const found = match(PROBED, text, at);
  const word = (found?.[1] ?? found?.[3])?.toLowerCase();
  if (found === undefined || word === undefined) return undefined;
  const place = (found[2] ?? found[4] ?? "").toLowerCase();
  return { kind: "url", url: `${PROBE_WORDS[word] ?? word}://${place}`, to: at + found[0].length };
}

/** Chinese ends an address, and so does the sign that ends a sentence or a clause. */
function scanUrl(text: string, at: number): Body | undefined {
  const start = match(URL_START, text, at);
  if (start === undefined) return undefined;
  const hostAt = at + start[0].length;
  // A host in Chinese letters (https://例子.中国) runs to the next space or slash.
  let to = hostAt;
  if (isHan(text[hostAt])) while (to < text.length && !/[ /]/.test(text[to] as string)) to++;
  while (
    to < text.length &&
    text[to] !== " " &&
    !isHan(text[to]) &&
    !/["'`<>|\\^{}]/.test(text[to] as string)
  )
    to++;
  while (to > hostAt && /[,.;:!?)\]]/.test(text[to - 1] as string)) to--;
  return to === hostAt ? undefined : { kind: "url", url: text.slice(at, to), to };
}

function scanLabel(text: string, at: number): Body | undefined {
  const named = match(LABEL, text, at);
  if (named !== undefined) {
    const [all, name, value] = named as unknown as [string, string, string];
    return { kind: "label", name: name.toLowerCase(), value, to: at + all.length };
  }
  if (text[at] === "/") {
    const path = (match(PATH, text, at) as RegExpExecArray)[0];
    const name = path.startsWith("/dev/") ? "device" : "mount";
    return {
      kind: "label",
      name,
      value: path.length > 1 ? path.replace(/\/$/, "") : path,
      to: at + path.length,
    };
  }
  const drive = match(DRIVE, text, at);
  if (drive !== undefined) {
    const value = `${(drive[1] as string).toUpperCase()}:`;
    return { kind: "label", name: "mount", value, to: at + drive[0].length };
  }
  const root = match(ROOT, text, at);
  if (root !== undefined) return { kind: "label", name: "mount", value: "/", to: at + root[0].length };
  const nic = match(INTERFACE, text, at);
  return nic && { kind: "label", name: "interface", value: nic[0], to: at + nic[0].length };
}

/** `进程 nginx`, `nginx 进程`: a name that is no word of ours. */
function scanProcess(text: string, small: string, at: number): Body | undefined {
  const found = match(PROCESS, text, at);
  const name = found?.[1] ?? found?.[2];
  if (found === undefined || name === undefined) return undefined;
  const nameAt = found[1] === undefined ? at : at + found[0].length - name.length;
  if (findWord(small, nameAt) !== undefined) return undefined;
  return { kind: "label", name: "process", value: name, to: at + found[0].length };
}

/** `{mount="/data"}` right behind a metric's name; only plain equality can become a subject's labels. */
function addSelector(text: string, at: number, pieces: Piece[]): number {
  const found = match(SELECTOR, text, at);
  if (found === undefined) return at;
  for (const [, name, value] of (found[1] as string).matchAll(/([a-z_]\w*) ?= ?"([^"{}]*)"/gi))
    pieces.push({ kind: "label", name: name as string, value: value as string, from: at, to: at });
  return at + found[0].length;
}

/** `nginx 进程不在`: the words behind the name of a program that say how it is. */
function addRunning(text: string, at: number, url: string, pieces: Piece[]): number {
  const said = readRunning(text, at, url);
  if (said === undefined) return at;
  pieces.push({ ...said.meaning, from: at, to: said.to });
  return said.to;
}

/** The word or quotation behind `named` is the rule's name, whatever it would mean elsewhere. */
function addName(text: string, at: number, pieces: Piece[]): number {
  const found = match(NAME, text, at);
  if (found === undefined) return at;
  const to = at + found[0].length;
  pieces.push({ kind: "named", text: found[1] ?? (found[2] as string), from: at, to });
  return to;
}
