/** The nearest known words to one that nobody knows. */

const LONGEST = 48;

/** A candidate ready to be compared. */
interface Known {
  readonly candidate: string;
  readonly letters: readonly string[];
  readonly han: ReadonlySet<string>;
}

/** Candidates come from tables and stay the same: each list is made ready once. */
const ready = new WeakMap<readonly string[], readonly Known[]>();

/**
 * The candidates nearest to `word`, best first, at most `most`. Near is: it begins the candidate, or few slips of the
 * keyboard lie between them (Damerau-Levenshtein), or they share Chinese characters. Case does not count. What is
 * not near at all is not suggested. Words are compared by their first 48 characters, so a long line costs nothing.
 * A list that is asked again must not have been changed.
 */
export function suggest(word: string, candidates: readonly string[], most = 3): string[] {
  const letters = lettersOf(word.trim());
  if (letters.length === 0) return [];
  const asked = { letters, han: new Set(letters.filter(isHan)) };
  let all = ready.get(candidates);
  if (all === undefined) {
    all = [...new Set(candidates)].map(madeReady);
    ready.set(candidates, all);
  }
  const scored: { candidate: string; cost: number }[] = [];
  for (const known of all) {
    const cost = distance(asked, known);
    if (cost !== undefined) scored.push({ candidate: known.candidate, cost });
  }
  // Sorting is stable, so equally near words keep the order of the table they come from.
  scored.sort((a, b) => a.cost - b.cost);
  return scored.slice(0, most).map((each) => each.candidate);
}

function lettersOf(word: string): readonly string[] {
  return [...word.slice(0, LONGEST).toLowerCase()];
}

function madeReady(candidate: string): Known {
  const letters = lettersOf(candidate);
  return { candidate, letters, han: new Set(letters.filter(isHan)) };
}

/** How far two words are apart, 0 being equal; `undefined` when they have nothing to do with each other. */
function distance(asked: Omit<Known, "candidate">, known: Known): number | undefined {
  const [a, b] = [asked.letters, known.letters];
  if (b.length === 0) return undefined;
  const prefix = commonPrefix(a, b);
  const slips = edits(a, b, Math.max(1, Math.floor(Math.max(a.length, b.length) / 3)));
  let cost = Number.POSITIVE_INFINITY;
  // A single character is one slip from every other single character: that is no likeness.
  if (slips !== undefined && (slips === 0 || slips < Math.min(a.length, b.length))) cost = slips;
  if (prefix === a.length) cost = Math.min(cost, 0.5 + (b.length - prefix) * 0.01);
  if (prefix === b.length && prefix > 1) cost = Math.min(cost, 1 + (a.length - prefix) * 0.01);
  const shared = sharedHan(asked.han, known.han);
  if (shared > 0) cost = Math.min(cost, 2 + 2 * (1 - shared));
  return cost === Number.POSITIVE_INFINITY ? undefined : cost;
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** Share of the shorter word's Chinese characters that the other word has too, from 0 to 1; 0 below a half. */
function sharedHan(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const least = Math.min(a.size, b.size);
  if (least === 0) return 0;
  let both = 0;
  for (const char of a) if (b.has(char)) both++;
  return both * 2 >= least ? both / Math.max(a.size, b.size) : 0;
}

function isHan(char: string): boolean {
  return char >= "\u4e00" && char <= "\u9fff";
}

/** Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; `undefined` when more than `most`. */
function edits(a: readonly string[], b: readonly string[], most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  const far = most + 1;
  let before: number[] = [];
  let last = b.map((_, j) => j);
  last.push(b.length);
  for (let i = 1; i <= a.length; i++) {
    // Whatever lies farther than `most` from the diagonal has cost more than `most` already.
    const to = Math.min(b.length, i + most);
    const row = new Array<number>(b.length + 1).fill(far);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - most); j <= to; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return undefined;
    before = last;
    last = row;
  }
  const found = last[b.length] as number;
  return found <= most ? found : undefined;
}
