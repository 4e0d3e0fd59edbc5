/**
 * Kinds of lines, found by the lines themselves: Drain (He et al., "Drain: An Online Log Parsing Approach with Fixed
 * Depth Tree", ICWS 2017), with the number of words and the first of them as the tree.
 */
import { ownText } from "../../storage/label-set.ts";
import { ANY, wordsOf } from "./words.ts";

/** Lines of which at least this share of words is the same, numbers left aside, are of one kind. */
const ALIKE = 0.5;
const MOST_WORDS = 40;
/** Beyond this many kinds nothing is new any more: text without form would otherwise fill the memory. */
const MOST_TEMPLATES = 1_000;
/** More in one branch of the tree would make a line dear. */
const MOST_ALIKE = 300;

/** One kind of line. */
export interface Template {
  /** Unique among those of one monitor; counted from 0. */
  readonly id: number;
  /** `<*>` where they differ. */
  readonly words: readonly string[];
}

export interface Learnt {
  readonly template: number;
  readonly isNew: boolean;
}

export interface Templates {
  readonly size: number;
  /** The kind of a line, which may be new; undefined where there is no room for another kind. */
  learn(line: string): Learnt | undefined;
  /** Those that are new or have become more general since this was asked last. */
  changed(): readonly Template[];
}

interface Cluster {
  readonly id: number;
  readonly words: string[];
}

export function openTemplates(known: Iterable<Template>): Templates {
  const branches = new Map<string, Cluster[]>();
  const changed = new Set<Cluster>();
  let size = 0;
  let next = 0;

  function add(id: number, words: string[]): Cluster {
    const cluster = { id, words };
    const key = branchOf(words);
    const branch = branches.get(key);
    if (branch === undefined) branches.set(key, [cluster]);
    else branch.push(cluster);
    size++;
    next = Math.max(next, id + 1);
    return cluster;
  }

  for (const { id, words } of known) add(id, [...words]);

  return {
    get size() {
      return size;
    },
    learn(line) {
      const words = wordsOf(line, MOST_WORDS);
      const branch = branches.get(branchOf(words)) ?? [];
      const nearest = nearestTo(words, branch);
      if (nearest !== undefined) {
        if (generalise(nearest.words, words)) changed.add(nearest);
        return { template: nearest.id, isNew: false };
      }
      if (size >= MOST_TEMPLATES || branch.length >= MOST_ALIKE) return undefined;
      const cluster = add(next, words.map(ownText));
      changed.add(cluster);
      return { template: cluster.id, isNew: true };
    },
    changed() {
      const all = [...changed].map(({ id, words }) => ({ id, words: [...words] }));
      changed.clear();
      return all;
    },
  };
}

/** Where the tree branches: the number of words, and the first that does not change. It never will. */
function branchOf(words: readonly string[]): string {
  return `${words.length} ${words[firstOf(words)]}`;
}

function firstOf(words: readonly string[]): number {
  return words.findIndex((word) => word !== ANY);
}

function nearestTo(words: readonly string[], branch: readonly Cluster[]): Cluster | undefined {
  let best: Cluster | undefined;
  let most = ALIKE;
  for (const cluster of branch) {
    let same = 0;
    let compared = 0;
    for (let i = 0; i < words.length; i++) {
      // That both have a number there makes them neither alike nor different.
      if (words[i] === ANY && cluster.words[i] === ANY) continue;
      compared++;
      if (cluster.words[i] === words[i]) same++;
    }
    const alike = compared === 0 ? 1 : same / compared;
    if (alike > most || (alike === most && best === undefined)) [best, most] = [cluster, alike];
  }
  return best;
}

function generalise(template: string[], words: readonly string[]): boolean {
  let hasChanged = false;
  for (let i = firstOf(template) + 1; i < template.length; i++) {
    if (template[i] === words[i] || template[i] === ANY) continue;
    template[i] = ANY;
    hasChanged = true;
  }
  return hasChanged;
}
