/** Arithmetic over readings of one look: `(a - b) / c * 100`. Linear in its length, and never deeper than it may be. */
import type { Text } from "../../storage/locale.ts";

/** What is wrong with an expression, with its place. */
export class ExpressionError extends Error {
  readonly text: Text;

  constructor(text: Text, at: number) {
    super(`${text.en} (character ${at + 1})`);
    this.name = "ExpressionError";
    this.text = { zh: `${text.zh}（第 ${at + 1} 个字符）`, en: this.message };
  }
}

export interface Expression {
  /** The metrics that it names, each once, as they are read. */
  readonly metrics: readonly string[];
  /** `of` gives the value of a metric. */
  evaluate(of: (metric: string) => number): number;
}

type Node = (of: (metric: string) => number) => number;

const FUNCTIONS: Readonly<
  Record<string, { least: number; most: number; of: (...values: number[]) => number }>
> = {
  abs: { least: 1, most: 1, of: Math.abs },
  ceil: { least: 1, most: 1, of: Math.ceil },
  floor: { least: 1, most: 1, of: Math.floor },
  round: { least: 1, most: 1, of: Math.round },
  sqrt: { least: 1, most: 1, of: Math.sqrt },
  min: { least: 2, most: 10, of: Math.min },
  max: { least: 2, most: 10, of: Math.max },
};

const LONGEST = 1_000;
const DEEPEST = 50;
const TOKEN =
  /\s*(?:(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)|([a-zA-Z_:][a-zA-Z0-9_:]*)|([-+*/%^(),]))/iy;

interface Token {
  readonly kind: "number" | "name" | "sign";
  readonly text: string;
  readonly at: number;
}

/** Reads an expression; throws an ExpressionError that names what is wrong and where. */
export function parseExpression(text: string): Expression {
  if (text.length > LONGEST)
    throw new ExpressionError(
      { zh: `表达式超过 ${LONGEST} 个字符`, en: `longer than ${LONGEST} characters` },
      LONGEST,
    );
  const reader = new Reader(tokensOf(text), text.length);
  const root = reader.sum(0);
  reader.end();
  return { metrics: [...reader.metrics], evaluate: root };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && text.slice(TOKEN.lastIndex).trim() !== "") {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) {
      const at = from + (/\S/.exec(text.slice(from))?.index ?? 0);
      throw new ExpressionError({ zh: `看不懂“${text[at]}”`, en: `'${text[at]}' cannot be read` }, at);
    }
    const [whole, number, name, sign] = found;
    const word = number ?? name ?? sign ?? "";
    const kind = number !== undefined ? "number" : name !== undefined ? "name" : "sign";
    tokens.push({ kind, text: word, at: from + whole.length - word.length });
  }
  return tokens;
}

class Reader {
  readonly metrics = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #next = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#length = length;
  }

  sum(depth: number): Node {
    let left = this.#product(depth);
    for (let sign = this.#take("+", "-"); sign !== undefined; sign = this.#take("+", "-")) {
      const [a, b] = [left, this.#product(depth)];
      left = sign === "+" ? (of) => a(of) + b(of) : (of) => a(of) - b(of);
    }
    return left;
  }

  end(): void {
    const rest = this.#tokens[this.#next];
    if (rest !== undefined)
      throw new ExpressionError(
        { zh: `这里不该有“${rest.text}”`, en: `'${rest.text}' is not expected here` },
        rest.at,
      );
  }

  #product(depth: number): Node {
    let left = this.#signed(depth);
    for (let sign = this.#take("*", "/", "%"); sign !== undefined; sign = this.#take("*", "/", "%")) {
      const [a, b] = [left, this.#signed(depth)];
      if (sign === "*") left = (of) => a(of) * b(of);
      else left = sign === "/" ? (of) => a(of) / b(of) : (of) => a(of) % b(of);
    }
    return left;
  }

  /** As in PromQL: `-2 ^ 2` is -4. */
  #signed(depth: number): Node {
    this.#check(depth);
    const sign = this.#take("-", "+");
    if (sign === undefined) return this.#power(depth);
    const inner = this.#signed(depth + 1);
    return sign === "-" ? (of) => -inner(of) : inner;
  }

  #power(depth: number): Node {
    const base = this.#atom(depth);
    if (this.#take("^") === undefined) return base;
    const exponent = this.#signed(depth + 1);
    return (of) => base(of) ** exponent(of);
  }

  #atom(depth: number): Node {
    this.#check(depth);
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#incomplete();
    this.#next++;
    if (token.kind === "number") {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind === "name")
      return this.#take("(") === undefined ? this.#metric(token.text) : this.#call(token, depth);
    if (token.text !== "(")
      throw new ExpressionError(
        { zh: `这里不该有“${token.text}”`, en: `'${token.text}' is not expected here` },
        token.at,
      );
    const inner = this.sum(depth + 1);
    this.#close();
    return inner;
  }

  #metric(name: string): Node {
    this.metrics.add(name);
    return (of) => of(name);
  }

  #call({ text, at }: Token, depth: number): Node {
    const row = Object.hasOwn(FUNCTIONS, text) ? FUNCTIONS[text] : undefined;
    if (row === undefined) {
      const known = Object.keys(FUNCTIONS).join(", ");
      throw new ExpressionError(
        { zh: `没有函数 ${text}，可用 ${known}`, en: `there is no function ${text}; use ${known}` },
        at,
      );
    }
    const inner = [this.sum(depth + 1)];
    while (this.#take(",") !== undefined) inner.push(this.sum(depth + 1));
    this.#close();
    if (inner.length < row.least || inner.length > row.most) {
      const many = row.least === row.most ? `${row.least}` : `${row.least}–${row.most}`;
      throw new ExpressionError(
        { zh: `${text} 要 ${many} 个参数`, en: `${text} takes ${many} arguments` },
        at,
      );
    }
    return (of) => row.of(...inner.map((one) => one(of)));
  }

  #close(): void {
    if (this.#take(")") === undefined) {
      const rest = this.#tokens[this.#next];
      if (rest === undefined) throw this.#incomplete();
      throw new ExpressionError({ zh: "这里应当是 )", en: ") is expected here" }, rest.at);
    }
  }

  #incomplete(): ExpressionError {
    return new ExpressionError({ zh: "表达式不完整", en: "the expression is not complete" }, this.#length);
  }

  #check(depth: number): void {
    if (depth > DEEPEST)
      throw new ExpressionError(
        { zh: "括号太深", en: "too many brackets inside each other" },
        this.#tokens[this.#next]?.at ?? this.#length,
      );
  }

  #take(...signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind !== "sign" || !signs.includes(token.text)) return undefined;
    this.#next++;
    return token.text;
  }
}
