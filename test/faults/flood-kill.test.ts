/**
 * kill -9 at random moments of a flood whose receiver refuses half of the time. What was accepted is told in the end,
 * to every receiver and as it ended; what is told twice was posted right before a death and not yet recorded.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openAlertBook } from "../../alerts/alert-book.ts";
import { isPending } from "../../alerts/delivery/delivery.ts";
import { MOST_UNDER_WAY } from "../../alerts/delivery/under-way.ts";
import type { WebhookBody } from "../../bot/webhook/body.ts";
import { openStore } from "../../storage/embedded/embedded-store.ts";
import { type Bot, makeDir, startBot, until } from "../support/bot.ts";
import { livesOr } from "../support/lives.ts";
import { seeded } from "../support/seeded.ts";
import { type Answer, errcode, openSink, refusing } from "../support/sink.ts";

const LIVES = livesOr(40);
/** Floods at the same time, each with a receiver and a folder of its own: a start is half of a life, and mostly waits. */
const FLOODS = 2;
const HOOKS = 10;
const RULES = 12;
/** Refusals in a row at one target: more would open its breaker, and most lives are over sooner than that. */
const MOST_IN_A_ROW = 3;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Every rule fires and recovers by itself, each at another time, so that every life brings incidents. */
function flood(url: string): string {
  const hooks = Array.from({ length: HOOKS }, (_, i) => `      - { url: "${url}/${i}" }`).join("\n");
  const rules = Array.from(
    { length: RULES },
    (_, i) => `      - { alert: Blink${i}, expr: "(vector(time()) + ${i / 4}) % 3 < 1.5" }`,
  ).join("\n");
  return `
flapping: false
storm: false
route: { receiver: hooks, group_by: [alertname], group_wait: 0s, group_interval: 1ms, repeat_interval: 4h }
receivers:
  - name: hooks
    webhook_configs:
${hooks}
groups:
  - name: blinking
    interval: 200ms
    rules:
${rules}
`;
}

const REFUSALS: readonly Answer[] = [
  refusing(500),
  refusing(503, { "retry-after": "1" }),
  refusing(429, { "retry-after": "1" }),
  errcode(-1),
  "reset",
];

/** Something that a receiver took. */
interface Taken {
  readonly life: number;
  /** Whether next to nothing more was posted there in that life. */
  readonly last: boolean;
  readonly hook: string;
  /** `incident-12@webhook:hooks/0#3`. */
  readonly id: string;
  readonly incident: number;
  readonly version: number;
  readonly status: string;
}

test(`${LIVES} kills in a flood lose nothing, and repeat only what died between posting and recording`, {
  timeout: 60_000 + LIVES * 4_000,
}, async () => {
  await Promise.all(Array.from({ length: FLOODS }, (_, i) => floodAndDie(LIVES / FLOODS, 20261125 + i)));
});

async function floodAndDie(lives: number, seed: number): Promise<void> {
  const random = seeded(seed);
  const sink = await openSink();
  cleanUps.push(() => sink.close());
  const inARow = new Map<string, number>();
  let onRequest = (): void => {};
  sink.answer = (path) => {
    onRequest();
    const row = inARow.get(path) ?? 0;
    const refuse = row < MOST_IN_A_ROW && random() < 0.5;
    inARow.set(path, refuse ? row + 1 : 0);
    return refuse ? (REFUSALS[Math.floor(random() * REFUSALS.length)] ?? "reset") : "ok";
  };
  const dir = makeDir(cleanUps);
  writeFileSync(join(dir, "gengfu.yml"), flood(sink.url));
  /** How much had been received when each life ended. */
  const ends: number[] = [];
  let bot: Bot | undefined;
  cleanUps.push(async () => void (await bot?.end("SIGKILL")));

  for (let life = 0; life < lives; life++) {
    bot = await startBot({ dir });
    // At any moment, or a few milliseconds after a message: there lies the window between posting and recording.
    let requests = life % 2 === 0 ? Number.NaN : 1 + Math.floor(random() * 40);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 30 + random() * 700);
      onRequest = () => void (--requests === 0 && setTimeout(resolve, random() * 8));
    });
    expect(await bot.end("SIGKILL")).toBe("SIGKILL");
    ends.push(sink.received.length);
  }

  // One more life, and everybody takes what comes: all that waits goes out.
  sink.answer = () => "ok";
  bot = await startBot({ dir });
  const last = bot;
  await until(async () => ((await waiting(last)) === 0 ? true : undefined), 60_000);
  await bot.end("SIGTERM");

  const taken = takings(sink.received, ends);
  const store = await openStore({ dir: join(dir, "data") });
  cleanUps.push(() => store.close());
  const { tables } = openAlertBook({ store, zone: "UTC" });

  const groups = new Map([...tables.incidents.values()].map(({ id, group }) => [id, group]));
  const untold: string[] = [];
  let accepted = 0;
  let overtaken = 0;
  for (const incident of tables.incidents.values())
    for (const address of incident.tells) {
      accepted++;
      const hook = `/${address.split("/").at(-1)}`;
      const told = taken.filter((one) => one.incident === incident.id && one.hook === hook);
      const status = incident.resolvedAt === undefined ? "firing" : "resolved";
      if (told.at(-1)?.status === status) continue;
      // An episode that was refused again and again while the next one of its group went through is told by that one.
      const next = taken.some(
        (one) =>
          one.hook === hook && one.incident > incident.id && groups.get(one.incident) === incident.group,
      );
      if (status === "resolved" && next) overtaken++;
      else untold.push(`#${incident.id} at ${address}: ${told.at(-1)?.status}`);
    }
  expect(untold, "accepted but never told").toEqual([]);
  expect([...tables.deliveries.values()].filter(isPending)).toEqual([]);

  const { twice, wrongly } = repeats(taken);
  // Before the last life, in which everything was taken.
  const flooded = sink.received.slice(0, ends.at(-1));
  const refused = flooded.filter((one) => !one.taken).length;
  console.log(
    `${lives} kills: ${tables.incidents.size} incidents for ${HOOKS} receivers, ${accepted} to be told, ` +
      `${flooded.length} requests before the last kill, ${refused} of them refused; ${twice} repeated across a kill, ${overtaken} told by the next episode of their group`,
  );
  expect(wrongly, "told twice for no reason").toEqual([]);
  expect(disorder(taken), "out of order").toEqual([]);
  // The flood was one, and half of it was refused.
  expect(tables.incidents.size).toBeGreaterThan(lives);
  expect(refused / flooded.length).toBeGreaterThan(0.3);
}

async function waiting(bot: Bot): Promise<number> {
  const metrics = await (await bot.fetch("/metrics")).text();
  return [...metrics.matchAll(/^gengfu_deliveries_pending\{lane="\w+"\} (\d+)/gm)].reduce(
    (sum, found) => sum + Number(found[1]),
    0,
  );
}

function takings(
  received: Awaited<ReturnType<typeof openSink>>["received"],
  ends: readonly number[],
): Taken[] {
  return received.flatMap(({ taken, path, text, headers }, i) => {
    if (!taken) return [];
    const found = ends.findIndex((end) => i < end);
    const rest = received.slice(i + 1, found === -1 ? undefined : ends[found]);
    const id = String(headers["x-gengfu-delivery"]);
    const parts = /^incident-(\d+)@.*#(\d+)$/.exec(decodeURI(id));
    return {
      life: found === -1 ? ends.length : found,
      last: rest.filter((one) => one.path === path).length < 2 * MOST_UNDER_WAY,
      hook: path,
      id,
      incident: Number(parts?.[1]),
      version: Number(parts?.[2]),
      status: (JSON.parse(text) as WebhookBody).status,
    };
  });
}

/** What was told twice: rightly when a death followed so soon after the first that it may not have been recorded. */
function repeats(taken: readonly Taken[]): { readonly twice: number; readonly wrongly: readonly string[] } {
  const wrongly: string[] = [];
  let twice = 0;
  for (const hook of new Set(taken.map((one) => one.hook))) {
    const here = taken.filter((one) => one.hook === hook);
    const seen = new Map<string, Taken>();
    for (const one of here) {
      const before = seen.get(one.id);
      seen.set(one.id, one);
      if (before === undefined) continue;
      // A target is told few things at a time, so what was not recorded was among the last of its life.
      if (before.life < one.life && before.last) twice++;
      else wrongly.push(`${one.id} in life ${before.life} and ${one.life}`);
    }
  }
  return { twice, wrongly };
}

function disorder(taken: readonly Taken[]): readonly string[] {
  const wrong: string[] = [];
  const latest = new Map<string, Taken>();
  for (const one of taken) {
    const key = `${one.incident} ${one.hook}`;
    const before = latest.get(key);
    if (before !== undefined && before.version > one.version) wrong.push(`${before.id} then ${one.id}`);
    latest.set(key, one);
  }
  return wrong;
}
