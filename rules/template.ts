/** Fills in the texts of a rule: `{{ $labels.mount }} is at {{ $value | humanize }}`. No logic, only interpolation. */
import { type Labels, labelValue } from "../storage/labels.ts";
import { formatGeneral, humanize, humanize1024, humanizeDuration, printf } from "./humanize.ts";

/** A longer piece between braces is left as it is, in characters. */
const LONGEST_PIECE = 200;

type Operand = string | number;

const functions: Readonly<Record<string, (args: readonly Operand[]) => string | undefined>> = {
  humanize: ofNumber(humanize),
  humanize1024: ofNumber(humanize1024),
  humanizePercentage: ofNumber((value) => `${formatGeneral(value * 100, 4)}%`),
  humanizeDuration: ofNumber(humanizeDuration),
  printf: ([format, ...args]) =>
    typeof format === "string" && args.length === 1 ? printf(format, args[0] as Operand) : undefined,
};

/**
 * Replaces `{{ $value }}`, `{{ $labels.x }}`, and what `humanize`, `humanize1024`, `humanizePercentage`,
 * `humanizeDuration` and `printf "%.2f"` make of them, before the operand or after a bar. A label that is not there
 * is empty. Anything else between braces stays as it was written. Takes time linear in the length of the text.
 */
export function renderTemplate(text: string, labels: Labels, value: number): string {
  let out = "";
  let from = 0;
  for (;;) {
    const open = text.indexOf("{{", from);
    const close = open < 0 ? -1 : text.indexOf("}}", open + 2);
    if (close < 0) return out + text.slice(from);
    const piece = text.slice(open + 2, close);
    const filled = piece.length > LONGEST_PIECE ? undefined : fill(piece, labels, value);
    out += text.slice(from, open) + (filled ?? text.slice(open, close + 2));
    from = close + 2;
  }
}

function fill(piece: string, labels: Labels, value: number): string | undefined {
  const stages = tokenize(piece.replace(/^-\s/, " ").replace(/\s-$/, " "));
  if (stages === undefined) return undefined;
  let piped: Operand | undefined;
  for (const stage of stages) {
    const [first, ...rest] = stage;
    if (first === undefined) return undefined;
    const operands = (
      first.quoted || first.text.startsWith("$") || first.text.startsWith(".") ? stage : rest
    ).map((token) => operandOf(token, labels, value));
    if (operands.some((operand) => operand === undefined)) return undefined;
    const args = [...(operands as Operand[]), ...(piped === undefined ? [] : [piped])];
    if (operands.length === stage.length) piped = args.length === 1 ? args[0] : undefined;
    else piped = Object.hasOwn(functions, first.text) ? functions[first.text]?.(args) : undefined;
    if (piped === undefined) return undefined;
  }
  return piped === undefined ? undefined : String(piped);
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** Words and quoted strings, parted by bars. */
function tokenize(piece: string): Token[][] | undefined {
  const stages: Token[][] = [[]];
  const pattern = /\s+|(\|)|"((?:[^"\\]|\\["\\])*)"|([^\s|"]+)/y;
  while (pattern.lastIndex < piece.length) {
    const found = pattern.exec(piece);
    if (found === null) return undefined;
    const [, bar, quoted, word] = found;
    if (bar !== undefined) stages.push([]);
    else if (quoted !== undefined)
      stages.at(-1)?.push({ text: quoted.replace(/\\(.)/g, "$1"), quoted: true });
    else if (word !== undefined) stages.at(-1)?.push({ text: word, quoted: false });
  }
  return stages;
}

function operandOf({ text, quoted }: Token, labels: Labels, value: number): Operand | undefined {
  if (quoted) return text;
  if (text === "$value" || text === ".Value") return value;
  const label = /^(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)$/.exec(text)?.[1];
  return label === undefined ? undefined : labelValue(labels, label);
}

function ofNumber(of: (value: number) => string): (args: readonly Operand[]) => string | undefined {
  return ([value, ...rest]) => {
    if (rest.length > 0 || value === undefined) return undefined;
    // Prometheus takes texts of numbers too.
    const number = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value);
    return typeof value === "string" && Number.isNaN(number) ? undefined : of(number);
  };
}
