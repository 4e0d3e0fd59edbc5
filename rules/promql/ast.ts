/** A checked PromQL expression as a tree, and what a function of it looks like. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { Matcher } from "../../storage/matchers.ts";
import type { SeriesSource } from "../../storage/series.ts";
import type { Aggregation } from "./aggregations.ts";
import type { Grouping } from "./grouping.ts";
import type { Operator } from "./operators.ts";

/** Where something stands in the text of an expression, in UTF-16 units. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

export type Vector = readonly Element[];

export interface NumberNode extends Place {
  readonly kind: "number";
  readonly type: "scalar";
  readonly value: number;
}

export interface StringNode extends Place {
  readonly kind: "string";
  readonly type: "string";
  readonly value: string;
}

export interface SelectorNode extends Place {
  readonly kind: "selector";
  readonly type: "vector";
  /** One array per selector for as long as the expression lives: sources remember their answer by it. */
  readonly matchers: readonly Matcher[];
  /** How far back to look, in milliseconds; negative looks ahead. */
  readonly offsetMs: number;
  readonly apart: boolean;
}

export interface RangeNode extends Place {
  readonly kind: "range";
  readonly type: "range";
  readonly selector: SelectorNode;
  readonly rangeMs: number;
}

export interface NegateNode extends Place {
  readonly kind: "negate";
  readonly type: "scalar" | "vector";
  readonly operand: ValueNode;
  readonly apart: boolean;
}

/** How the elements of two vectors find each other. */
export interface Matching {
  readonly grouping: Grouping;
  /** Which side may have many elements for one of the other side. */
  readonly many?: "left" | "right";
  /** Labels taken over from the side that has one. */
  readonly include: readonly string[];
}

export interface BinaryNode extends Place {
  readonly kind: "binary";
  readonly type: "scalar" | "vector";
  readonly operator: Operator;
  /** Comparisons only: answer 0 or 1 instead of filtering. */
  readonly bool: boolean;
  readonly left: ValueNode;
  readonly right: ValueNode;
  readonly matching: Matching;
  readonly apart: boolean;
}

export interface AggregateNode extends Place {
  readonly kind: "aggregate";
  readonly type: "vector";
  readonly op: string;
  readonly aggregation: Aggregation;
  readonly grouping: Grouping;
  readonly param: StringNode | ValueNode | undefined;
  readonly operand: ValueNode;
  readonly apart: boolean;
}

export interface CallNode extends Place {
  readonly kind: "call";
  readonly type: "scalar" | "vector";
  readonly name: string;
  readonly row: FunctionRow;
  readonly args: readonly Node[];
  readonly apart: boolean;
}

/** What has a value of its own: a scalar or an instant vector. */
export type ValueNode = NumberNode | SelectorNode | NegateNode | BinaryNode | AggregateNode | CallNode;
export type Node = ValueNode | StringNode | RangeNode;

/** One evaluation of one expression at one moment. */
export interface Evaluation {
  readonly source: SeriesSource;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** A sample this old or older no longer counts as the present value. */
  readonly lookbackMs: number;
  /** The elements of a node whose type is `vector`. */
  vector(node: Node): Vector;
  /** The value of a node whose type is `scalar`. */
  scalar(node: Node): number;
}

/** The type of an argument; `scalar?` and `vector?` may be left out, `string…` may stand any number of times. */
export type ArgumentType = "scalar" | "vector" | "range" | "string" | "scalar?" | "vector?" | "string…";

interface Described {
  readonly args: readonly ArgumentType[];
  readonly doc: Text;
  /** Looks at the call once, when the expression is compiled; throws a PromqlError for what can never work. */
  check?(call: CallNode): void;
}

export interface ScalarFunction extends Described {
  readonly returns: "scalar";
  run(call: CallNode, evaluation: Evaluation): number;
}

export interface VectorFunction extends Described {
  readonly returns: "vector";
  /** Whether the result keeps the metric names of its argument. */
  readonly keepsName?: boolean;
  /** Whether it writes the label that its second argument names. */
  readonly writesLabel?: boolean;
  /** Whether it asks for absence, so that an empty answer is knowledge even where there is no data. */
  readonly asksForAbsence?: boolean;
  run(call: CallNode, evaluation: Evaluation): Vector;
}

/** One row of the table of functions. */
export type FunctionRow = ScalarFunction | VectorFunction;
