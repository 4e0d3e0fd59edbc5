/** One expectation of a JSON answer, as people write it: `$.data.queue[0].length < 100`, or a path alone. */
import { compileSearch } from "../../storage/regex.ts";

const OPERATORS = ["==", "!=", "<=", ">=", "=~", "!~", "<", ">", "="] as const;
type Operator = Exclude<(typeof OPERATORS)[number], "=">;

export interface JsonCheck {
  /** The path as it was written, for the label and for people. */
  readonly path: string;
  readonly steps: readonly (string | number)[];
  /** What the value must be; without it the value must merely be there. */
  readonly expected?: {
    readonly op: Operator;
    readonly text: string;
    readonly fits: (value: unknown) => boolean;
  };
}

/** Reads an expectation; throws an error that says what is wrong with it. */
export function parseJsonCheck(text: string): JsonCheck {
  const steps: (string | number)[] = [];
  const step = /\.?([^\s.[\]"'=<>!~$]+)|\[(-?\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/y;
  const trimmed = text.trim();
  let at = trimmed.startsWith("$") ? 1 : 0;
  for (;;) {
    step.lastIndex = at;
    const found = step.exec(trimmed);
    if (found === null) break;
    const [all, name, index, quoted, single] = found;
    steps.push(index === undefined ? (name ?? quoted ?? single ?? "") : Number(index));
    at += all.length;
  }
  const path = trimmed.slice(0, at);
  const rest = trimmed.slice(at).trim();
  if (path === "" || (rest !== "" && !/^[=!<>]/.test(rest)))
    throw new Error("must be a path such as $.data.items[0].name, and perhaps a comparison such as > 5");
  const sign = OPERATORS.find((one) => rest.startsWith(one));
  if (sign === undefined) {
    if (rest !== "") throw new Error(`no comparison begins with ${rest.slice(0, 2)}`);
    return { path, steps };
  }
  const op = sign === "=" ? "==" : sign;
  const operand = rest.slice(sign.length).trim();
  return { path, steps, expected: { op, text: `${op} ${operand}`, fits: comparison(op, operand) } };
}

function comparison(op: Operator, operand: string): (value: unknown) => boolean {
  const literal = literalOf(operand);
  if (op === "=~" || op === "!~") {
    const matches = compileSearch(String(literal));
    return (value) => value !== undefined && matches(textOf(value)) === (op === "=~");
  }
  if (op === "==" || op === "!=") {
    const same = (value: unknown): boolean =>
      typeof literal === "number" ? numberOf(value) === literal : textOf(value) === textOf(literal);
    return (value) => value !== undefined && same(value) === (op === "==");
  }
  if (typeof literal !== "number") throw new Error(`${op} compares with a number`);
  return (value) => {
    const number = numberOf(value);
    if (number === undefined) return false;
    if (op === "<") return number < literal;
    if (op === "<=") return number <= literal;
    return op === ">" ? number > literal : number >= literal;
  };
}

/** A number, `true`, `false`, `null` or a text in quotes as in JSON; anything else is text as it stands. */
function literalOf(operand: string): unknown {
  if (operand === "") throw new Error("the comparison has nothing to compare with");
  const single = /^'(.*)'$/s.exec(operand)?.[1];
  if (single !== undefined) return single;
  try {
    const value: unknown = JSON.parse(operand);
    return typeof value === "object" && value !== null ? operand : value;
  } catch {
    return operand;
  }
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What can be written as a sample: a number, also one written as text; true is 1, false is 0. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && value.trim() === "") return undefined;
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** What stands at a path; `undefined` where nothing does. `length` of a list is how long it is. */
export function valueAt(document: unknown, steps: JsonCheck["steps"]): unknown {
  let here = document;
  for (const step of steps) {
    if (Array.isArray(here)) {
      const index = typeof step === "number" ? step : /^\d+$/.test(step) ? Number(step) : undefined;
      here = step === "length" ? here.length : index === undefined ? undefined : here.at(index);
    } else if (typeof here === "object" && here !== null && Object.hasOwn(here, step)) {
      here = (here as Readonly<Record<string | number, unknown>>)[step];
    } else return undefined;
  }
  return here;
}

/** What is wrong with a value, for people who know the protocol; `undefined` when nothing is. */
export function complaint({ path, expected }: JsonCheck, value: unknown): string | undefined {
  if (value === undefined) return `there is no ${path}`;
  if (expected === undefined || expected.fits(value)) return undefined;
  const shown = textOf(value);
  return `${path} is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}, expected ${expected.text}`;
}
