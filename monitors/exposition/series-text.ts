/**
 * A series as pages of metrics write it: `name{label="value"}`, or `{"a name", "a label"="value"}` since Prometheus 3.
 * Grammar: https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics 1.0 specification.
 */
import { METRIC_NAME } from "../../storage/labels.ts";

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
/** A text in quotes; what stands after a backslash belongs to it, whatever it is. */
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BLANK = /[ \t]*/y;

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/**
 * Where the series ends that begins at `from`, on a line that ends at `to`: after its name, or after its `}`.
 * -1 when a bracket or a quote is never closed.
 */
export function endOfSeries(text: string, from: number, to: number): number {
  let i = from;
  while (i < to && !isBlank(text.charCodeAt(i)) && text.charCodeAt(i) !== OPEN) i++;
  const nameEnd = i;
  while (i < to && isBlank(text.charCodeAt(i))) i++;
  if (text.charCodeAt(i) !== OPEN || i >= to) return nameEnd;
  let quoted = false;
  for (i++; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted && code === BACKSLASH) i++;
    else if (!quoted && code === CLOSE) return i + 1;
  }
  return -1;
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** The label set of a series, metric name included. Throws an Error that says what is wrong with it. */
export function readSeries(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let at = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found[1] ?? found[0];
  }
  const takeQuoted = (): string | undefined => {
    const raw = take(QUOTED);
    return raw === undefined ? undefined : unescaped(raw);
  };
  const takeSign = (sign: string): boolean => {
    take(BLANK);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  const set = (name: string, value: string): void => {
    if (Object.hasOwn(labels, name))
      throw new Error(name === METRIC_NAME ? "two metric names" : `the label ${name} stands there twice`);
    // Not an assignment, which `__proto__` would turn into something else.
    Object.defineProperty(labels, name, { value, enumerable: true, writable: true, configurable: true });
  };

  const name = take(NAME);
  if (name !== undefined) set(METRIC_NAME, name);
  if (takeSign("{")) {
    while (!takeSign("}")) {
      take(BLANK);
      const quoted = takeQuoted();
      const label = quoted ?? take(LABEL);
      if (label === undefined || label === "") throw new Error("no label name where one should be");
      if (takeSign("=")) {
        take(BLANK);
        const value = takeQuoted();
        if (value === undefined) throw new Error(`the value of ${label} is not in quotes`);
        if (label === METRIC_NAME) throw new Error(`${METRIC_NAME} is not a label to set`);
        set(label, value);
      } else if (quoted !== undefined) set(METRIC_NAME, quoted);
      else throw new Error(`no = after the label ${label}`);
      if (!takeSign(",")) {
        if (takeSign("}")) break;
        throw new Error(`neither , nor } after the label ${label}`);
      }
    }
  }
  if (at < text.length) throw new Error("the metric name is not valid");
  if (!Object.hasOwn(labels, METRIC_NAME)) throw new Error("no metric name");
  return labels;
}

/** The three escapes; a backslash before anything else stands for itself. */
function unescaped(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\([\\"n])/g, (_, code: string) => (code === "n" ? "\n" : code));
}
