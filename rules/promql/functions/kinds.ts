/** The shapes that functions come in: each makes a row of the table out of the part that is special to it. */
import type { ArgumentType, CallNode, Element, Evaluation, FunctionRow, RangeNode, Vector } from "../ast.ts";
import { distinct } from "../distinct.ts";
import { withoutName } from "../grouping.ts";
import { EMPTY, eachWindow, type Window } from "../select.ts";

/** Computes a new value for each element; `undefined` leaves it out. Scalars of the call come in order. */
type PerValue = (value: number, a: number, b: number) => number | undefined;

/** A function of each value of a vector, which takes the metric name away. */
export function perValue(
  of: PerValue,
  zh: string,
  en: string,
  ...scalars: ("scalar" | "scalar?")[]
): FunctionRow {
  return {
    returns: "vector",
    args: ["vector", ...scalars],
    doc: { zh, en },
    run(call, evaluation) {
      const vector = evaluation.vector(argument(call, 0));
      if (vector.length === 0) return EMPTY;
      const [a, b] = scalarsOf(call, evaluation, 1);
      const out: Element[] = [];
      for (const { labels, value } of vector) {
        const next = of(value, a, b);
        if (next !== undefined) out.push({ labels: withoutName(labels), value: next });
      }
      return isApart(call, 0) ? out : distinct(out, call);
    },
  };
}

/** Computes a value of the samples inside a range; `undefined` when they are too few. */
type PerWindow = (window: Window, a: number, b: number) => number | undefined;

interface PerWindowOptions {
  /** `last_over_time` gives a value that was really there, and keeps its name. */
  readonly keepsName?: boolean;
  /** Types of all arguments; one of them is the range. */
  readonly args?: readonly ArgumentType[];
}

/** A function of the samples inside a range, one result per series. */
export function perWindow(
  of: PerWindow,
  zh: string,
  en: string,
  options: PerWindowOptions = {},
): FunctionRow {
  const { keepsName = false, args = ["range"] } = options;
  const rangeAt = args.indexOf("range");
  return {
    returns: "vector",
    args,
    doc: { zh, en },
    keepsName,
    run(call, evaluation) {
      const range = argument(call, rangeAt) as RangeNode;
      const out: Element[] = [];
      const [a, b] = scalarsOf(call, evaluation, 0);
      eachWindow(range, evaluation, (window) => {
        const value = of(window, a, b);
        const { labels } = window.series;
        if (value !== undefined) out.push({ labels: keepsName ? labels : withoutName(labels), value });
      });
      return keepsName || range.selector.apart ? out : distinct(out, call);
    },
  };
}

/** A vector of the same elements in another order or choice. */
export function rearranged(of: (vector: Vector) => Vector, zh: string, en: string): FunctionRow {
  return {
    returns: "vector",
    args: ["vector"],
    doc: { zh, en },
    keepsName: true,
    run: (call, evaluation) => of(evaluation.vector(argument(call, 0))),
  };
}

/** The argument at this place; parsing has made sure that it is there. */
export function argument(call: CallNode, i: number): CallNode["args"][number] {
  const node = call.args[i];
  if (node === undefined) throw new Error(`${call.name} has no argument ${i + 1}`);
  return node;
}

/** Whether dropping the metric name of this argument cannot make two elements equal. */
export function isApart(call: CallNode, i: number): boolean {
  const node = argument(call, i);
  return "apart" in node && node.apart;
}

/** The values of the scalar arguments from this place on; NaN where there is none. */
function scalarsOf(call: CallNode, evaluation: Evaluation, from: number): [a: number, b: number] {
  const values: [number, number] = [Number.NaN, Number.NaN];
  let n = 0;
  for (let i = from; i < call.args.length && n < 2; i++) {
    const node = argument(call, i);
    if (node.type === "scalar") values[n++] = evaluation.scalar(node);
  }
  return values;
}
