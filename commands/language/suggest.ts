/** The nearest known words to one that nobody knows. */

const LONGEST = 48;

/**
 * The candidates nearest to `word`, best first, at most `most`. Near is: it begins the candidate, or few slips of the
 * keyboard lie between them (Damerau-Levenshtein), or they share Chinese characters. Case does not count. What is
 * not near at all is not suggested. Words are compared by their first 48 characters, so a long line costs nothing.
 */
export function suggest(word: string, candidates: readonly string[], most = 3): string[] {
  const asked = [...word.slice(0, LONGEST).toLowerCase().trim()];
  if (asked.length === 0) return [];
  const scored: { candidate: string; cost: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const cost = distance(asked, [...candidate.slice(0, LONGEST).toLowerCase()]);
    if (cost !== undefined) scored.push({ candidate, cost });
  }
  // Sorting is stable, so equally near words keep the order of the table they come from.
  scored.sort((a, b) => a.cost - b.cost);
  return scored.slice(0, most).map((each) => each.candidate);
}

/** How far two words are apart, 0 being equal; `undefined` when they have nothing to do with each other. */
function distance(asked: readonly string[], known: readonly string[]): number | undefined {
  if (known.length === 0) return undefined;
  const prefix = commonPrefix(asked, known);
  const allowed = Math.max(1, Math.floor(Math.max(asked.length, known.length) / 3));
  const slips = edits(asked, known, allowed);
  const costs: number[] = [];
  // A single character is one slip from every other single character: that is no likeness.
  if (slips !== undefined && (slips === 0 || slips < Math.min(asked.length, known.length))) costs.push(slips);
  if (prefix === asked.length) costs.push(0.5 + (known.length - prefix) * 0.01);
  if (prefix === known.length && prefix > 1) costs.push(1 + (asked.length - prefix) * 0.01);
  const shared = sharedHan(asked, known);
  if (shared > 0) costs.push(2 + 2 * (1 - shared));
  return costs.length === 0 ? undefined : Math.min(...costs);
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** Share of the shorter word's Chinese characters that the other word has too, from 0 to 1; 0 below a half. */
function sharedHan(a: readonly string[], b: readonly string[]): number {
  const inA = new Set(a.filter(isHan));
  const inB = new Set(b.filter(isHan));
  const least = Math.min(inA.size, inB.size);
  if (least === 0) return 0;
  let both = 0;
  for (const char of inA) if (inB.has(char)) both++;
  return both * 2 >= least ? both / Math.max(inA.size, inB.size) : 0;
}

function isHan(char: string): boolean {
  return char >= "\u4e00" && char <= "\u9fff";
}

/** Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; `undefined` when more than `most`. */
function edits(a: readonly string[], b: readonly string[], most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return undefined;
    before = last;
    last = row;
  }
  const found = last[b.length] as number;
  return found <= most ? found : undefined;
}
