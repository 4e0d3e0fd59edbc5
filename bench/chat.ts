/** A line of chat in, a reply out, in a busy house: 10,000 rules, 10,000 alerts active, a store on disk. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRuleBook } from "../rules/rule-book.ts";
import { systemClock } from "../storage/clock.ts";
import { openStore } from "../storage/embedded/embedded-store.ts";
import { silentLog } from "../storage/log.ts";
import { BOT } from "./command.ts";
import { quantile } from "./median.ts";

const RULES = 10_000;
const ROUNDS = 300;

/** What is said, in turn; `#` stands for the round, so that each line changes something of its own. */
const LINES = {
  "changes nothing": ["alerts", "rules", "status", "show #", "rule #"],
  "changes something": ["ack # 30m looking", "unack #", 'silence foo="#" 1h', "rule add b#: x > # for 5m"],
} as const;

const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
const store = await openStore({ dir, clock: systemClock, log: silentLog });
const book = openRuleBook(store);
await store.commit((change) => {
  for (let i = 1; i <= RULES; i++) {
    book.add(
      change,
      // Every rule fires at once, and all but the first belong to incidents of their own.
      {
        kind: "promql",
        name: `rule ${i}`,
        expr: `vector(${i})`,
        forMs: 0,
        keepFiringForMs: 0,
        labels: {},
        annotations: {},
      },
      {
        kind: "chat",
        person: "console:bench",
        conversation: "console:quiet",
        at: systemClock.now(),
        text: "",
      },
    );
  }
});
await store.close();

/** The real process on that store; a client in the same process would take half of its time. */
const child = spawn(process.execPath, BOT, {
  cwd: dir,
  env: { PATH: process.env["PATH"] ?? "", DATA_DIR: dir, PORT: "0", LOCALE: "en" },
  stdio: ["ignore", "pipe", "ignore"],
});
const url = await new Promise<string>((resolve, reject) => {
  child.once("exit", (code) => reject(new Error(`the bot ended with ${code}`)));
  child.stdout.on("data", (chunk: Buffer) => {
    const found = /"url":"([^"]+)"/.exec(chunk.toString());
    if (found?.[1] !== undefined) resolve(found[1]);
  });
});
child.removeAllListeners("exit");

async function say(text: string): Promise<string> {
  const response = await fetch(new URL("/api/console/messages", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ conversation: "ops", user: "bench", text }),
  });
  if (!response.ok) throw new Error(`${text}: ${response.status} ${await response.text()}`);
  return response.text();
}

/** Waits until every rule has fired and every card has been delivered. */
async function busy(): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(new URL("/metrics", url))).text();
    const firing = Number(/gengfu_alerts\{state="firing"\} (\d+)/.exec(metrics)?.[1] ?? 0);
    const waiting = [...metrics.matchAll(/gengfu_deliveries_pending\{lane="\w+"\} (\d+)/g)].reduce(
      (sum, found) => sum + Number(found[1]),
      0,
    );
    if (firing === RULES && waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

await busy();
console.log(`${RULES} rules, ${RULES} alerts firing; ${ROUNDS} rounds; targets: median 5 ms, p99 25 ms`);
for (const [kind, lines] of Object.entries(LINES)) {
  const all: number[] = [];
  for (const line of lines) {
    const took: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const startedAt = performance.now();
      await say(line.replaceAll("#", String(round)));
      took.push(performance.now() - startedAt);
    }
    report(`  ${line}`, took);
    all.push(...took);
  }
  report(kind, all);
}

function report(what: string, took: readonly number[]): void {
  const figures = `median ${quantile(took, 0.5).toFixed(2)} ms, p99 ${quantile(took, 0.99).toFixed(2)} ms`;
  console.log(`${what.padEnd(30)} ${figures}`);
}

const ended = new Promise((resolve) => child.once("exit", resolve));
child.kill("SIGTERM");
await ended;
rmSync(dir, { recursive: true, force: true });
