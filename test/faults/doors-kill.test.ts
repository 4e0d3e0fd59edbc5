/**
 * kill -9 at random moments of a flood of alerts that other systems send. What was answered 200 is there and is told;
 * what was cut off and sent again makes one alert and not two.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { isActive } from "../../alerts/alert.ts";
import { openAlertBook } from "../../alerts/alert-book.ts";
import type { WebhookBody } from "../../bot/webhook/body.ts";
import { openStore } from "../../storage/embedded/embedded-store.ts";
import { fingerprint, type Labels } from "../../storage/labels.ts";
import { type Bot, makeDir, startBot, until } from "../support/bot.ts";
import { livesOr } from "../support/lives.ts";
import { seeded } from "../support/seeded.ts";
import { openSink } from "../support/sink.ts";

/** Two live side by side. */
const LIVES = livesOr(24) / 2;
const SENDERS = 4;
const GROUPS = 5;

const config = (url: string): string => `
flapping: false
storm: false
route: { receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1ms, repeat_interval: 4h }
receivers: [{ name: hook, webhook_configs: [{ url: "${url}/hook" }] }]
`;

type Lot = readonly { readonly labels: Labels }[];

test.concurrent.for([20261125, 20261126])(
  `${LIVES} kills in a flood, seed %i: what was answered is told, and what was sent again is one`,
  {
    timeout: 60_000 + LIVES * 6_000,
  },
  async (seed, { expect, onTestFinished }) => {
    const cleanUps: (() => void | Promise<void>)[] = [];
    onTestFinished(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    });
    const random = seeded(seed);
    const sink = await openSink();
    cleanUps.push(() => sink.close());
    const dir = makeDir(cleanUps);
    writeFileSync(join(dir, "gengfu.yml"), config(sink.url));
    let bot: Bot | undefined;
    cleanUps.push(async () => void (await bot?.end("SIGKILL")));

    const sent = new Map<string, Labels>();
    let answered = 0;
    /** Cut off or refused: the sender sends them again when somebody is there. */
    let again: Lot[] = [];
    let cutOff = 0;

    function lotOf(life: number): Lot {
      const size = 1 + Math.floor(random() ** 2 * 60);
      return Array.from({ length: size }, () => {
        const labels = {
          alertname: `life-${life}-${sent.size % GROUPS}`,
          instance: `i${sent.size}`,
          severity: "warning",
        };
        sent.set(fingerprint(labels), labels);
        return { labels };
      });
    }

    async function post(to: Bot, lot: Lot): Promise<boolean> {
      const endsAt = new Date(Date.now() + 3_600_000).toISOString();
      const body = JSON.stringify(lot.map((one) => ({ ...one, endsAt })));
      const answer = await to
        .fetch("/api/v2/alerts", { method: "POST", body, headers: { "content-type": "application/json" } })
        .catch(() => undefined);
      if (answer?.status === 200) return true;
      // Nothing but "not stored" may be said to alerts that are right, or a sender would not try again.
      if (answer !== undefined) expect(answer.status).toBe(503);
      return false;
    }

    for (let life = 0; life < LIVES; life++) {
      const alive = await startBot({ dir });
      bot = alive;
      const first = again;
      again = [];
      let over = false;
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        const mine = first.filter((_, i) => i % SENDERS === sender);
        while (!over) {
          const lot = mine.shift() ?? lotOf(life);
          if (await post(alive, lot)) {
            answered += lot.length;
            continue;
          }
          cutOff++;
          again.push(lot, ...mine.splice(0));
          return;
        }
        again.push(...mine);
      });
      // Not by a timer alone: a life that is cut at its first answers is worth as much as one in full flood.
      const enough = answered + 1 + Math.floor(random() * 400);
      const gone = Date.now() + 1_000;
      while (answered < enough && Date.now() < gone) await new Promise((resolve) => setImmediate(resolve));
      const end = alive.end("SIGKILL");
      await end;
      over = true;
      await Promise.all(senders);
    }

    const last = await startBot({ dir });
    bot = last;
    for (const lot of again) expect(await post(last, lot)).toBe(true);
    const told = (): Set<string> => {
      const found = new Set<string>();
      for (const { taken, text } of sink.received)
        if (taken)
          for (const { status, fingerprint: print } of (JSON.parse(text) as WebhookBody).alerts)
            if (status === "firing") found.add(print);
      return found;
    };
    let heard = -1;
    // Until nothing more arrives: what is missing then is missing for good.
    await until(async () => {
      const before = heard;
      heard = sink.received.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return before === sink.received.length ? true : undefined;
    }, 60_000);
    await last.end("SIGTERM");

    const everything = told();
    expect(
      [...sent.keys()].filter((print) => !everything.has(print)),
      "answered and never told",
    ).toEqual([]);
    expect(
      [...everything].filter((print) => !sent.has(print)),
      "told and never sent",
    ).toEqual([]);

    const store = await openStore({ dir: join(dir, "data") });
    cleanUps.push(() => store.close());
    const { tables } = openAlertBook({ store, zone: "UTC" });
    expect([...tables.lots.values()]).toEqual([]);
    const active = [...tables.alerts.values()].filter(isActive);
    expect(active).toHaveLength(sent.size);
    const counted = [...tables.incidents.values()].reduce((sum, incident) => sum + incident.active, 0);
    expect(counted, "each is in one incident, once").toBe(sent.size);
    const groups = new Set([...sent.values()].map(({ alertname }) => alertname));
    expect(tables.incidents.size, "one incident per group").toBe(groups.size);
    console.log(
      `${LIVES} kills: ${sent.size} alerts sent, ${answered} answered 200, ${cutOff} requests cut off and sent again, ` +
        `${sink.received.length} webhooks`,
    );
    expect(cutOff).toBeGreaterThan(LIVES / 2);
  },
);
