/**
 * From a fault to its card: for each kind of monitor something breaks on loopback, and the time is taken until the card
 * of the incident stands in the conversation. One bot watches everything; rules have no `for`, and nobody waits for a
 * group. How often a monitor looks and a rule is judged is part of the time, so both stand beside it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindNamed, monitorKinds } from "../monitors/index.ts";
import { systemClock } from "../storage/clock.ts";
import { formatDuration } from "../storage/duration.ts";
import type { Fault, Faults } from "./faults/fault.ts";
import { machine } from "./faults/machine.ts";
import { probes } from "./faults/probes.ts";
import { databaseIn, stores } from "./faults/stores.ts";
import { pushHook, told } from "./faults/told.ts";
import { median } from "./median.ts";
import { startBot } from "./start-bot.ts";

const ROUNDS = 3;
/** As short as they may be. */
const INTERVAL = "1s";
/** Longer than anything here takes. */
const PATIENCE_MS = 30_000;

const [...wanted] = process.argv.slice(2);
const all = [...probes, ...machine, ...told, ...stores].filter(
  ({ kind }) => wanted.length === 0 || wanted.includes(kind),
);
const sleep = (ms: number): Promise<void> => systemClock.sleep(ms, new AbortController().signal);

interface Tried {
  readonly faults: Faults;
  readonly lacks: string | undefined;
  readonly names: readonly string[];
  readonly each: readonly Fault[];
}

/** A file with a monitor and a rule for each fault. */
function configOf(tried: readonly Tried[], dir: string): object {
  const each = tried.flatMap(({ faults, names, each: list }) =>
    list.map((fault, i) => ({ kind: faults.kind, name: names[i] ?? "", fault })),
  );
  return {
    databases: [{ name: "shop", url: `sqlite:${databaseIn(dir)}` }],
    hooks: [pushHook],
    // Many things break within a minute here, and each is to have a card of its own.
    storm: false,
    monitors: each
      .filter(({ fault }) => fault.options !== undefined)
      .map(({ kind, name, fault }) => ({ name, kind, interval: INTERVAL, ...fault.options })),
    groups: [
      {
        name: "faults",
        interval: INTERVAL,
        rules: each.map(({ name, fault }) => ({ alert: name, expr: fault.expr })),
      },
    ],
  };
}

/** Everything that is said in the conversation, as it comes: rejects when nothing fits in time. */
async function listenTo(bot: string): Promise<{ card(name: string): Promise<number>; stop(): void }> {
  const stopped = new AbortController();
  const events = await fetch(`${bot}/api/console/events?conversation=ops&after=0`, {
    signal: stopped.signal,
  });
  const cards = new Map<string, number>();
  const read = async (): Promise<void> => {
    let text = "";
    for await (const chunk of events.body ?? []) {
      text += Buffer.from(chunk).toString("utf8");
      const whole = text.split("\n\n");
      text = whole.pop() ?? "";
      for (const event of whole) {
        if (!event.includes('"kind":"incident"')) continue;
        const name = /fault-[a-z]+-\d/.exec(event)?.[0] ?? "";
        if (!cards.has(name)) cards.set(name, performance.now());
      }
    }
  };
  void read().catch(() => {});
  return {
    async card(name) {
      for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(2)) {
        const at = cards.get(name);
        if (at !== undefined) return at;
      }
      throw new Error(`no card of ${name} after ${PATIENCE_MS / 1_000} s`);
    },
    stop: () => stopped.abort(),
  };
}

/** Waits until a monitor has looked and found nothing wrong. */
async function beWell(bot: string, name: string): Promise<void> {
  let said = "";
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(200)) {
    const answer = await fetch(`${bot}/api/console/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ conversation: "aside", user: "bench", text: `monitor show ${name}` }),
    });
    said = JSON.stringify(await answer.json());
    if (/🟢|⚪/.test(said)) return;
  }
  throw new Error(`${name} is not well: ${said.slice(0, 300)}`);
}

const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
const closings: (() => void)[] = [];
try {
  const tried: Tried[] = [];
  for (const faults of all) {
    const lacks = faults.lacks?.();
    const names = Array.from({ length: ROUNDS }, (_, i) => `fault-${faults.kind}-${i}`);
    const each = lacks === undefined ? await faults.open(names, dir, (close) => closings.unshift(close)) : [];
    tried.push({ faults, lacks, names, each });
  }
  writeFileSync(join(dir, "gengfu.yml"), JSON.stringify(configOf(tried, dir)));
  const bot = await startBot(dir);
  closings.unshift(() => void bot.stop());
  const url = bot.url.replace(/\/$/, "");
  const heard = await listenTo(url);
  const lines = ["| kind | fault | looks every (usually) | median | of |", "|---|---|---|---|---|"];
  for (const { faults, lacks, names, each } of tried) {
    const usual = kindNamed(faults.kind)?.intervalMs;
    const took: number[] = [];
    for (const [i, fault] of each.entries()) {
      const name = names[i] ?? "";
      if (fault.options !== undefined) await beWell(url, name);
      // Wherever between two looks it happens.
      await sleep(500 + Math.random() * 1_000);
      const startedAt = performance.now();
      await fault.inject(url);
      took.push((await heard.card(name)) - startedAt);
    }
    const every = usual === undefined ? "told" : `${INTERVAL} (${formatDuration(usual)})`;
    const figures = lacks ?? took.map((ms) => (ms / 1_000).toFixed(2)).join(", ");
    const middle = lacks === undefined ? `${(median(took) / 1_000).toFixed(2)} s` : "not tried";
    lines.push(`| ${faults.kind} | ${faults.what} | ${every} | ${middle} | ${figures} |`);
  }
  for (const kind of Object.keys(monitorKinds))
    if (wanted.length === 0 && !all.some((one) => one.kind === kind))
      lines.push(`| ${kind} | | | not tried | no fault on loopback |`);
  console.log(lines.join("\n"));
  console.log(
    `Rules are judged every ${INTERVAL}, without \`for\`; no group waits; one bot watches everything.`,
  );
  heard.stop();
  closings.shift();
  await bot.stop();
} finally {
  for (const close of closings) close();
  rmSync(dir, { recursive: true, force: true });
}
