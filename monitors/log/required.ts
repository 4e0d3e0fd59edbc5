/**
 * Which literals a text must contain for an RE2 expression to have a chance: looking for a literal costs a fiftieth of
 * running the expression, and nearly all lines of a log match nothing. What is not understood requires nothing, so that
 * no match is ever lost.
 */

/** A text matches only if it contains one of `any`; those are small letters where `fold` is set, and so must the text be. */
export interface Required {
  readonly any: readonly string[];
  readonly fold: boolean;
}

/** What is known of a part of an expression: the one text that it matches, or texts of which it contains one. */
interface Known {
  readonly exact?: string;
  readonly any?: readonly string[];
}

/** More alternatives cost more than they save. */
const MOST_ALTERNATIVES = 16;
const LONGEST_LITERAL = 200;
const ANYTHING: Known = {};
const NOTHING: Known = { exact: "" };
const CONTROL: Readonly<Record<string, string>> = {
  a: "\u0007",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\u000b",
};

/** What a text must contain; undefined where nothing is known. */
export function requiredLiterals(pattern: string): Required | undefined {
  const reader = new Reader(pattern);
  const known = reader.alternatives();
  const any = anyOf(known);
  if (any === undefined || !reader.isAtEnd || reader.isLost) return undefined;
  if (!reader.fold) return { any, fold: false };
  // Beyond ASCII letters fold in more ways than small and capital.
  return any.some((text) => /[^\p{ASCII}\p{Lo}]/u.test(text))
    ? undefined
    : { any: any.map(foldCase), fold: true };
}

/** The text in small letters, as an expression that ignores case compares them. */
export function foldCase(text: string): string {
  const small = text.toLowerCase();
  // The one letter that folds to a letter of ASCII and is small already.
  return small.includes("\u017f") ? small.replaceAll("\u017f", "s") : small;
}

class Reader {
  /** Some part of the expression ignores case. */
  fold = false;
  /** Something was not understood. */
  isLost = false;
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  alternatives(): Known {
    const branches = [this.#concatenation()];
    while (this.#take("|")) branches.push(this.#concatenation());
    const [only] = branches;
    if (branches.length === 1 && only !== undefined) return only;
    const all: string[] = [];
    for (const branch of branches) {
      const any = anyOf(branch);
      if (any === undefined) return ANYTHING;
      all.push(...any);
    }
    const any = [...new Set(all)];
    return any.length > MOST_ALTERNATIVES ? ANYTHING : { any };
  }

  #concatenation(): Known {
    const candidates: (readonly string[])[] = [];
    let run = "";
    let isExact = true;
    const endRun = (): void => {
      if (run !== "") candidates.push([run]);
      run = "";
    };
    while (!this.isAtEnd && !this.#sees("|") && !this.#sees(")")) {
      const part = this.#repeated();
      if (part.exact !== undefined && run.length < LONGEST_LITERAL) {
        run += part.exact;
        continue;
      }
      isExact = false;
      endRun();
      if (part.any !== undefined) candidates.push(part.any);
    }
    if (isExact) return { exact: run };
    endRun();
    const [best] = candidates.sort((a, b) => shortest(b) - shortest(a) || a.length - b.length);
    return best === undefined ? ANYTHING : { any: best };
  }

  #repeated(): Known {
    let known = this.#atom();
    for (;;) {
      const [found, least] =
        /^(?:\{(\d+)(?:,\d*)?\}|[*+?])\??/.exec(this.#pattern.slice(this.#at, this.#at + 20)) ?? [];
      if (found === undefined) return known;
      this.#at += found.length;
      const isOptional = least === undefined ? !found.startsWith("+") : Number(least) === 0;
      const any = anyOf(known);
      known = isOptional || any === undefined ? ANYTHING : { any };
    }
  }

  #atom(): Known {
    const character = this.#next();
    if (character === "(") return this.#group();
    if (character === "[") return this.#characterClass();
    if (character === "\\") return this.#escape();
    if (character === "^" || character === "$") return NOTHING;
    return character === "." ? ANYTHING : literal(character);
  }

  #group(): Known {
    const [opening] = /^\?P?<[^>]*>/.exec(this.#pattern.slice(this.#at, this.#at + 200)) ?? [];
    if (opening !== undefined) this.#at += opening.length;
    else if (this.#sees("?")) {
      const [flags] = /^\?[a-zA-Z-]*/.exec(this.#pattern.slice(this.#at)) ?? [""];
      this.#at += flags.length;
      // `(?-i:…)` means case, but whoever ignores it loses nothing.
      if (flags.includes("i")) this.fold = true;
      if (this.#take(")")) return NOTHING;
      if (!this.#take(":")) return this.#giveUp();
    }
    const inner = this.alternatives();
    return this.#take(")") ? inner : this.#giveUp();
  }

  #characterClass(): Known {
    this.#take("^");
    this.#take("]");
    while (!this.isAtEnd && !this.#sees("]")) {
      if (this.#take("\\")) this.#next();
      else if (this.#pattern.startsWith("[:", this.#at)) {
        const end = this.#pattern.indexOf(":]", this.#at);
        this.#at = end < 0 ? this.#at + 1 : end + 2;
      } else this.#next();
    }
    return this.#take("]") ? ANYTHING : this.#giveUp();
  }

  #escape(): Known {
    const character = this.#next();
    if (character === "Q") {
      const end = this.#pattern.indexOf("\\E", this.#at);
      const quoted = this.#pattern.slice(this.#at, end < 0 ? undefined : end);
      this.#at = end < 0 ? this.#pattern.length : end + 2;
      // A repetition after it would mean its last character only.
      return quoted.length === 1 ? literal(quoted) : ANYTHING;
    }
    if (/[AzbB]/.test(character)) return NOTHING;
    if (character === "p" || character === "P") {
      if (this.#take("{")) while (!this.isAtEnd && this.#next() !== "}");
      else this.#next();
      return ANYTHING;
    }
    if (character === "x") {
      const [digits] = /^(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{2})/.exec(this.#pattern.slice(this.#at)) ?? [""];
      this.#at += digits.length;
      return ANYTHING;
    }
    if (/\d/.test(character)) {
      this.#at += (/^[0-7]{0,2}/.exec(this.#pattern.slice(this.#at)) ?? [""])[0].length;
      return ANYTHING;
    }
    const control = CONTROL[character];
    if (control !== undefined) return literal(control);
    return /[a-zA-Z]/.test(character) ? ANYTHING : literal(character);
  }

  /** The rest is not read. */
  #giveUp(): Known {
    this.isLost = true;
    this.#at = this.#pattern.length;
    return ANYTHING;
  }

  #next(): string {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) {
      this.#at = this.#pattern.length;
      return "";
    }
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  #sees(character: string): boolean {
    return this.#pattern[this.#at] === character;
  }

  #take(character: string): boolean {
    if (!this.#sees(character)) return false;
    this.#at++;
    return true;
  }
}

function literal(character: string): Known {
  return { exact: character };
}

function anyOf({ exact, any }: Known): readonly string[] | undefined {
  return exact === undefined ? any : exact === "" ? undefined : [exact];
}

function shortest(texts: readonly string[]): number {
  return Math.min(...texts.map(({ length }) => length));
}
