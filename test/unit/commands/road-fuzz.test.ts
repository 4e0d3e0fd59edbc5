/** Lines down the whole road, said by somebody who may do everything. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { commands } from "../../../commands/index.ts";
import { mutated, random, sentences } from "../../support/chat-lines.ts";
import { Road } from "../../support/road.ts";

/** How many lines are said, in all; `LINES` says otherwise, such as 100000 after a change of the language. */
const LINES = Number(process.env["LINES"] ?? 30_000);

const SLOWEST_MS = 50;
const OUR_FAULT = /程序的错|our fault/;
const UNKNOWN = /没听懂|did not understand|没看到内容|see nothing/;
/** So many lines live in one world; more would make it large, and every list in it long. */
const BATCH = 400;

/** What the commands are for, said in many ways: a line that means nothing only tests the way out. */
const lines = [
  ...commands.flatMap(({ examples }) => [...examples.zh.split("\n"), ...examples.en.split("\n")]),
  ...commands.flatMap(({ words, twins }) => [...words, ...twins].flatMap((name) => [name, `${name} 12`])),
  "ack 12 30m note",
  "静默 12 2小时30分 发布中",
  'silence instance=~"her.*",severity!="info" 2h why',
  "rule add x: sum by (monitor) (rate(cpu_usage_percent[5m])) > on() group_left 1 for 5m severity critical",
  "rule test up * on() cpu_usage_percent",
  "chart quantile_over_time(0.9, cpu_usage_percent[10m]) offset 5m 2h",
  "monitor add shop https://shop.example interval=1m timeout=5s expected_status=200 body_contains=ok",
  "monitor test system",
  "monitor pause system",
  "rule remove 1",
  ...sentences,
];

let ran = 0;
let understood = 0;

/** One more world, with an incident 12 in it. */
async function world(): Promise<Road> {
  const road = await Road.open();
  await road.burn();
  return road;
}

/** How long a line takes at best, in a world of its own: a busy machine is slow for any line. */
async function best(line: string): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8 && ms >= SLOWEST_MS; i++) {
    const road = await world();
    const before = performance.now();
    await road.say(line);
    ms = Math.min(ms, performance.now() - before);
    await road.close();
  }
  return ms;
}

async function sayAll(batch: readonly string[]): Promise<void> {
  const road = await world();
  try {
    for (const line of batch) {
      const before = performance.now();
      const reply = await road.say(line);
      let ms = performance.now() - before;
      if (ms >= SLOWEST_MS) ms = await best(line);
      // Plain checks: a hundred thousand times, an `expect` costs as much as the road.
      if (ms >= SLOWEST_MS)
        throw new Error(`${ms.toFixed(1)} ms: ${line.length} characters, ${line.slice(0, 200)}`);
      if (road.errors.length > 0 || OUR_FAULT.test(reply) || road.cards.length === 0)
        throw new Error(`${JSON.stringify(line)}: ${reply}`, { cause: road.errors[0] });
      ran++;
      if (!UNKNOWN.test(reply)) understood++;
    }
  } finally {
    await road.close();
  }
}

afterAll(() => {
  // Mutations that destroyed every line would test nothing but the way out.
  expect(understood).toBeGreaterThan(ran / 10);
});

test.each([
  ["mutated lines", mutated(lines, 3), 0.4 * LINES],
  ["random lines", random(lines), 0.6 * LINES],
])("%s: no throw, no fault of ours, none slow", { timeout: 300_000 }, async (_, line, count) => {
  await fc.assert(fc.asyncProperty(fc.array(line, { minLength: BATCH, maxLength: BATCH }), sayAll), {
    numRuns: Math.ceil(count / BATCH),
    endOnFailure: true,
  });
});
