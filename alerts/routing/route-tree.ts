/** The routing tree at work: which routes an alert takes, exactly as Alertmanager's tree decides. */
import { formatLabels, type Labels, labelValue } from "../../storage/labels.ts";
import { compileMatcher, formatMatchers, type Matcher } from "../../storage/matchers.ts";
import { regexLiterals } from "../../storage/regex.ts";
import type { RuleOrigin } from "./route.ts";
import { BLANK_ROUTE, type RouteNode } from "./route-config.ts";
import type { GroupKey, RouteOptions, Router } from "./routing.ts";
import type { Subscription } from "./subscriptions.ts";

/** A node of the tree, ready to be asked: inherited options filled in, matchers compiled. */
export interface Branch {
  readonly options: RouteOptions;
  readonly matchers: readonly Matcher[];
  readonly continue: boolean;
  readonly children: readonly Branch[];
  fits(labels: Labels): boolean;
  /** The children that may fit, in their order. Those it leaves out do not. */
  candidates(labels: Labels): Iterable<Branch>;
}

export interface RouterParts {
  readonly tree: Branch;
  /** Whether the file has a tree of its own; else the root is only there for what has no other place to go. */
  readonly written: boolean;
  /** The same list while nothing changes. */
  subscriptions(): readonly Subscription[];
}

/** What Alertmanager takes where the file says nothing; `global` has no say in these. */
const DEFAULTS = { groupWaitMs: 30_000, groupIntervalMs: 5 * 60_000, repeatIntervalMs: 4 * 3_600_000 };

/** From so many children on, they are found by their labels instead of being asked one after the other. */
const WORTH_AN_INDEX = 8;

/** A router remembers so many decisions; a tree that asks for a label with a value for each alert makes no use of them. */
const MOST_DECIDED = 1_000;

/** Makes a tree ready. The root must name a receiver, and matchers must be ones that compile. */
export function compileTree(root: RouteNode): Branch {
  return branchOf(root, undefined);
}

/** The routes of the tree that a label set takes, depth first; never empty, since the root takes everything. */
export function routesOf(tree: Branch, labels: Labels): readonly Branch[] {
  const taken: Branch[] = [];
  descend(tree, labels, taken);
  return taken;
}

/**
 * The router of a tree. After the routes of the tree come those of people: subscriptions that fit, and the
 * conversations of the rule. A rule's own conversation is told unless a route below the root, or a subscription,
 * takes the alert; conversations that a rule names are told in any case. They follow the timing of the first route.
 */
export function makeRouter({ tree, written, subscriptions }: RouterParts): Router {
  let known: readonly Subscription[] | undefined;
  let subscribed: Branch | undefined;
  let decisive: readonly string[] = [];
  const decided = new Map<string, readonly RouteOptions[]>();

  /** Most alerts differ only in labels that no route asks for, so they go where one has gone before. */
  return (labels, origin) => {
    follow(subscriptions());
    const key = keyOf(labels, origin);
    let routes = decided.get(key);
    if (routes === undefined) {
      routes = decide(labels, origin);
      if (decided.size >= MOST_DECIDED) decided.clear();
      decided.set(key, routes);
    }
    return routes;
  };

  function follow(now: readonly Subscription[]): void {
    if (now === known) return;
    known = now;
    subscribed = now.length === 0 ? undefined : treeOf(now);
    const names = new Set<string>();
    for (const branch of [tree, ...(subscribed?.children ?? [])]) addNames(branch, names);
    decisive = [...names];
    decided.clear();
  }

  function keyOf(labels: Labels, { tells, conversation = "", receiver = "" }: RuleOrigin): string {
    let key = tells.length === 0 ? "" : piece(tells.map(piece).join(""));
    key += piece(conversation) + piece(receiver);
    for (const name of decisive) key += piece(labelValue(labels, name));
    return key;
  }

  function subscribedTo(labels: Labels): readonly Branch[] {
    if (subscribed === undefined) return [];
    return routesOf(subscribed, labels).filter((branch) => branch !== subscribed);
  }

  function decide(labels: Labels, origin: RuleOrigin): readonly RouteOptions[] {
    const taken = routesOf(tree, labels);
    const [first = tree] = taken;
    const subscriptions = subscribedTo(labels);
    const onlyRoot = taken.length === 1 && first === tree;
    const own = tellsOf(origin, onlyRoot && subscriptions.length === 0);
    const routes = taken.map(({ options }) => options);
    const theirs = [
      ...own.map((receiver) => aside(first.options, receiver, "rule")),
      ...subscriptions.map(({ options: { receiver, path } }) => aside(first.options, receiver, path)),
    ];
    if (onlyRoot && origin.receiver !== undefined)
      routes[0] = { ...first.options, receiver: origin.receiver };
    // Nobody wrote that root: it is there for alerts that nobody else hears of.
    else if (onlyRoot && !written && theirs[0] !== undefined)
      routes[0] = { ...first.options, receiver: theirs[0].receiver };
    for (const one of theirs) if (!routes.some(({ receiver }) => receiver === one.receiver)) routes.push(one);
    return routes;
  }
}

/** Adds the labels that a branch and those below it ask for. */
function addNames({ matchers, children }: Branch, names: Set<string>): void {
  for (const { name } of matchers) names.add(name);
  for (const child of children) addNames(child, names);
}

/** A text of a key of several, so that no two lists of texts make the same key. */
function piece(text: string): string {
  return `${text.length}:${text}`;
}

/** The aggregation group of an alert under a route, with the key that Alertmanager gives it. */
export function groupKeyOf(route: Pick<RouteOptions, "path" | "groupBy">, labels: Labels): GroupKey {
  const common = route.groupBy === "all" ? labels : only(labels, route.groupBy);
  return { key: `${route.path}:${formatLabels(common)}`, labels: common };
}

/**
 * A text that two alerts have in common just when they have their key in common. For whoever only wants to know whether
 * he has seen the group: in a flood that is asked for every alert, and the key costs several times as much.
 */
export function groupMarkOf(route: Pick<RouteOptions, "path" | "groupBy">, labels: Labels): string {
  if (route.groupBy === "all") return groupKeyOf(route, labels).key;
  let mark = piece(route.path);
  // A label that is not there is another group than one that is empty.
  for (const name of route.groupBy) mark += Object.hasOwn(labels, name) ? piece(labels[name] ?? "") : "-";
  return mark;
}

function only(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const name of names) if (Object.hasOwn(labels, name)) kept[name] = labels[name] ?? "";
  return kept;
}

function tellsOf({ tells, conversation }: RuleOrigin, unrouted: boolean): readonly string[] {
  if (tells.length > 0) return tells;
  return unrouted && conversation !== undefined ? [conversation] : [];
}

/** A route beside the tree: the timing of the group, and no time interval of a route that it is not on. */
function aside(first: RouteOptions, receiver: string, path: string): RouteOptions {
  const { escalation: _, ...options } = first;
  return { ...options, path, receiver, muteTimeIntervals: [], activeTimeIntervals: [] };
}

function branchOf(node: RouteNode, parent: RouteOptions | undefined, path?: string): Branch {
  const options = optionsOf(node, parent, path);
  const tests = node.matchers.map((matcher) => ({ name: matcher.name, test: compileMatcher(matcher) }));
  const children = node.routes.map((child) => branchOf(child, options));
  return {
    options,
    matchers: node.matchers,
    continue: node.continue,
    children,
    fits: (labels) => tests.every(({ name, test }) => test(labelValue(labels, name))),
    candidates: children.length < WORTH_AN_INDEX ? () => children : indexed(children),
  };
}

function optionsOf(
  node: RouteNode,
  parent: RouteOptions | undefined,
  path: string | undefined,
): RouteOptions {
  const escalation = node.escalation ?? parent?.escalation;
  return {
    path: path ?? `${parent === undefined ? "" : `${parent.path}/`}${formatMatchers(node.matchers)}`,
    receiver: node.receiver ?? parent?.receiver ?? "",
    groupBy: node.groupBy ?? parent?.groupBy ?? [],
    groupWaitMs: node.groupWaitMs ?? parent?.groupWaitMs ?? DEFAULTS.groupWaitMs,
    groupIntervalMs: node.groupIntervalMs ?? parent?.groupIntervalMs ?? DEFAULTS.groupIntervalMs,
    repeatIntervalMs: node.repeatIntervalMs ?? parent?.repeatIntervalMs ?? DEFAULTS.repeatIntervalMs,
    muteTimeIntervals: node.muteTimeIntervals,
    activeTimeIntervals: node.activeTimeIntervals,
    ...(escalation === undefined || escalation === "none" ? {} : { escalation }),
  };
}

/** Adds what a branch that fits leads to: the first child that fits and those it lets through, else itself. */
function descend(branch: Branch, labels: Labels, taken: Branch[]): void {
  let further = false;
  for (const child of branch.candidates(labels)) {
    if (!child.fits(labels)) continue;
    descend(child, labels, taken);
    further = true;
    if (!child.continue) break;
  }
  if (!further) taken.push(branch);
}

/** Subscriptions as children of a root: each continues, so all that fit are found. */
function treeOf(subscriptions: readonly Subscription[]): Branch {
  const root: RouteNode = { ...BLANK_ROUTE, receiver: "" };
  const { options } = branchOf(root, undefined);
  const children = subscriptions.map(({ id, matchers, conversation }) =>
    branchOf(
      { ...BLANK_ROUTE, receiver: conversation, matchers, continue: true },
      options,
      `subscription ${id}`,
    ),
  );
  return { ...branchOf(root, undefined), children, candidates: indexed(children) };
}

/** Finds children by one label that each of them wants to have a certain value; the others are always asked. */
function indexed(children: readonly Branch[]): Branch["candidates"] {
  const byName = new Map<string, Map<string, number[]>>();
  const always: number[] = [];
  children.forEach(({ matchers }, i) => {
    const wanted = matchers.map(valuesOf).find((values) => values !== undefined);
    if (wanted === undefined) always.push(i);
    else
      for (const value of new Set(wanted.values)) {
        const values = byName.get(wanted.name) ?? new Map<string, number[]>();
        byName.set(wanted.name, values);
        values.set(value, [...(values.get(value) ?? []), i]);
      }
  });
  return function* (labels) {
    let found = always;
    for (const [name, values] of byName) {
      const having = values.get(labelValue(labels, name));
      if (having !== undefined) found = found.length === 0 ? having : [...found, ...having];
    }
    if (found !== always && always.length + byName.size > 1) found = [...found].sort((a, b) => a - b);
    for (const i of found) yield children[i] as Branch;
  };
}

/** The values that alone satisfy a matcher, when they are few and known. */
function valuesOf({ name, op, value }: Matcher): { name: string; values: readonly string[] } | undefined {
  if (op === "=") return { name, values: [value] };
  const values = op === "=~" ? regexLiterals(value) : undefined;
  return values === undefined ? undefined : { name, values };
}
