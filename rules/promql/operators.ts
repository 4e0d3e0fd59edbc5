/** The binary operators of PromQL: one line each. */
interface Arithmetic {
  readonly kind: "arithmetic";
  readonly sign: string;
  readonly of: (a: number, b: number) => number;
}

interface Comparison {
  readonly kind: "comparison";
  readonly sign: string;
  readonly of: (a: number, b: number) => boolean;
}

interface SetOperator {
  readonly kind: "set";
  readonly sign: "and" | "or" | "unless";
}

export type Operator = Arithmetic | Comparison | SetOperator;

/** By the name that the grammar gives each of them. */
export const operators: Readonly<Record<string, Operator>> = {
  Add: { kind: "arithmetic", sign: "+", of: (a, b) => a + b },
  Sub: { kind: "arithmetic", sign: "-", of: (a, b) => a - b },
  Mul: { kind: "arithmetic", sign: "*", of: (a, b) => a * b },
  Div: { kind: "arithmetic", sign: "/", of: (a, b) => a / b },
  Mod: { kind: "arithmetic", sign: "%", of: (a, b) => a % b },
  Pow: { kind: "arithmetic", sign: "^", of: power },
  Atan2: { kind: "arithmetic", sign: "atan2", of: Math.atan2 },
  Eql: { kind: "comparison", sign: "==", of: (a, b) => a === b },
  Neq: { kind: "comparison", sign: "!=", of: (a, b) => a !== b },
  Gtr: { kind: "comparison", sign: ">", of: (a, b) => a > b },
  Lss: { kind: "comparison", sign: "<", of: (a, b) => a < b },
  Gte: { kind: "comparison", sign: ">=", of: (a, b) => a >= b },
  Lte: { kind: "comparison", sign: "<=", of: (a, b) => a <= b },
  And: { kind: "set", sign: "and" },
  Or: { kind: "set", sign: "or" },
  Unless: { kind: "set", sign: "unless" },
};

/** IEEE 754 and Go, hence Prometheus, say that 1 to any power is 1, as is -1 to ±Inf; JavaScript says NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}
