/**
 * What muters and routes cost an alert that fires: with 10,000 silences, with 10,000 inhibiting alerts, with 400 routes
 * and with all of it, beside none. CPU time per alert that fires and is told, commits on disk included:
 * `node --expose-gc dist/bench/muters.js`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlertBook, openAlertBook } from "../alerts/alert-book.ts";
import type { DueRule } from "../alerts/evaluation/due-rule.ts";
import { openEvaluator } from "../alerts/evaluation/evaluate.ts";
import { makePlan, type PlanParts } from "../alerts/make-plan.ts";
import { BLANK_ROUTE, type RouteNode } from "../alerts/routing/route-config.ts";
import { openStore } from "../storage/embedded/embedded-store.ts";
import type { Labels } from "../storage/labels.ts";
import { silentLog } from "../storage/log.ts";
import type { Store } from "../storage/store.ts";
import { median } from "./median.ts";

const MUTERS = 10_000;
const ROUTES = 400;
const ALERTS = 2_000;
const ROUNDS = 5;
const START = 1_700_000_000_000;
const folder = await mkdtemp(join(tmpdir(), "gengfu-bench-"));

interface World {
  readonly store: Store;
  readonly book: AlertBook;
  /** Makes alerts fire; gives the CPU time in milliseconds. */
  fire(labels: readonly Labels[], at: number): Promise<number>;
}

const node = (matchers: RouteNode["matchers"], more: Partial<RouteNode> = {}): RouteNode => ({
  ...BLANK_ROUTE,
  matchers,
  ...more,
});

/** As people have them: a route per team, some by a pattern, each with a route for what is critical. */
const routes = Array.from({ length: ROUTES / 2 }, (_, i) =>
  node(
    [
      i % 4 === 0
        ? { name: "team", op: "=~", value: `t${i}|t${i}-.*` }
        : { name: "team", op: "=", value: `t${i}` },
    ],
    {
      receiver: `console:t${i}`,
      routes: [
        node([{ name: "severity", op: "=", value: "critical" }], { receiver: `console:t${i}-oncall` }),
      ],
    },
  ),
);
const root = node([], {
  receiver: "console:ops",
  groupBy: ["team", "cluster"],
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: Number.POSITIVE_INFINITY,
});

async function world(parts: PlanParts): Promise<World> {
  const store = await openStore({ dir: await mkdtemp(join(folder, "world-")) });
  const plan = makePlan({ route: root, ...parts });
  const book = openAlertBook({ store, zone: "UTC", plan: () => plan });
  const evaluator = openEvaluator({
    store,
    book,
    log: silentLog,
    lastAliveAt: undefined,
    aliveEveryMs: 10_000,
    stands: () => true,
    breathe: async () => {},
  });
  let ids = 0;
  return {
    store,
    book,
    async fire(labels, at) {
      const id = ++ids;
      const rule: DueRule = {
        id,
        name: `rule ${id}`,
        tells: [],
        conversation: undefined,
        forMs: 0,
        keepFiringForMs: 0,
        maxGapMs: 60_000,
        judge: () => ({
          findings: labels.map((one) => ({ labels: one, value: 1 })),
          hasData: () => true,
          blindReason: () => ({ zh: "", en: "" }),
        }),
        labelsFor: () => ({}),
        annotationsFor: () => ({}),
      };
      globalThis.gc?.();
      const before = process.cpuUsage();
      await evaluator.evaluate([rule], at);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    },
  };
}

/** New label sets for every round: what was found for the ones before is remembered, and would cost nothing. */
function targets(round: number): Labels[] {
  return Array.from({ length: ALERTS }, (_, i) => ({
    host: `web-${round}-${i}.example:9100`,
    team: `t${i % (ROUTES / 2)}`,
    cluster: `c${i % 20}`,
    severity: "warning",
  }));
}

async function addSilences({ store, book }: World): Promise<void> {
  for (let from = 0; from < MUTERS; from += 500)
    await store.commit((change) => {
      for (let i = from; i < from + 500; i++)
        book.addSilence(change, {
          matchers: [
            { name: "host", op: "=", value: `db-${i}.example:9100` },
            { name: "alertname", op: "=~", value: "rule.*" },
          ],
          startsAt: START,
          endsAt: START + 86_400_000,
          person: "console:bench",
          conversation: "console:ops",
          why: "bench",
          at: START,
        });
    });
}

/** Active critical alerts, each of which would hold back warnings of its own cluster. */
async function addSources(one: World): Promise<void> {
  const sources = Array.from({ length: MUTERS }, (_, i) => ({
    host: `db-${i}.example:9100`,
    team: "db",
    cluster: `elsewhere-${i}`,
    severity: "critical",
  }));
  await one.fire(sources, START);
}

const inhibitRules = [
  {
    name: undefined,
    source: [{ name: "severity", op: "=", value: "critical" }],
    target: [{ name: "severity", op: "=", value: "warning" }],
    equal: ["cluster"],
  },
] as const;

const cases: readonly {
  readonly name: string;
  readonly parts: PlanParts;
  readonly with: readonly ((one: World) => Promise<void>)[];
}[] = [
  { name: "nothing", parts: {}, with: [] },
  { name: `${MUTERS} silences`, parts: {}, with: [addSilences] },
  { name: `${MUTERS} inhibiting alerts`, parts: { inhibitRules }, with: [addSources] },
  { name: `${ROUTES} routes`, parts: { route: { ...root, routes } }, with: [] },
  { name: "all of it", parts: { inhibitRules, route: { ...root, routes } }, with: [addSilences, addSources] },
];

const worlds: World[] = [];
for (const { parts, with: more } of cases) {
  const one = await world(parts);
  for (const add of more) await add(one);
  worlds.push(one);
}
const costs = cases.map((): number[] => []);
// The worlds take turns, so that a busy machine hurts all alike; the first round warms up.
for (let round = 0; round <= ROUNDS; round++)
  for (const [i, one] of worlds.entries()) {
    const cost = await one.fire(targets(round), START + (round + 1) * 15_000);
    if (round > 0) costs[i]?.push((cost * 1_000) / ALERTS);
  }
const none = median(costs[0] ?? []);
for (const [i, { name }] of cases.entries()) {
  const cost = median(costs[i] ?? []);
  const ratio = i === 0 ? "" : `, ${(cost / none).toFixed(2)} times the cost of none (target: within 2)`;
  process.stdout.write(`${name.padEnd(28)} ${cost.toFixed(1)} µs per alert${ratio}\n`);
}
for (const { store } of worlds) await store.close();
await rm(folder, { recursive: true, force: true });
