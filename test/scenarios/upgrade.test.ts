/**
 * An upgrade: what an earlier version has stored is read by this one, and nothing is invented, resolved or repeated by
 * it; what was due is told when it is due. Each file in `test/stored/` is the life below as one version wrote it, a
 * commit a line. When what is stored changes its form, `GENGFU_WRITE_STORED=NAME` writes another file; those that are
 * there stay as they are, since such stores exist.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { PlanParts } from "../../alerts/make-plan.ts";
import { parseMatchers } from "../../storage/matchers.ts";
import { node, receiver, root } from "../support/plans.ts";
import { busy, RecordingChannel } from "../support/recording-channel.ts";
import { Scenario, Sights } from "../support/scenario.ts";

const MINUTE = 60_000;
const folder = new URL("../stored/", import.meta.url);

const rules = [
  { id: 1, name: "owned" },
  { id: 2, name: "escalated", labels: { severity: "critical" } },
  { id: 3, name: "silenced" },
  { id: 4, name: "flapping" },
  { id: 5, name: "closed" },
  { id: 6, name: "pending", forMs: 60 * MINUTE },
  { id: 7, name: "inhibited" },
];
const at = { host: "a" };

const plan: PlanParts = {
  route: root("console:ops", {
    groupWaitMs: 0,
    repeatIntervalMs: Number.POSITIVE_INFINITY,
    routes: [node("both", 'alertname="escalated"', { escalation: "night" })],
  }),
  receivers: [{ ...receiver("both", ["console:ops", "dead:end"]), fallback: "console:spare" }],
  escalations: [
    {
      name: "night",
      steps: [
        { afterMs: 5 * MINUTE, receiver: "console:duty" },
        { afterMs: 30 * MINUTE, receiver: "console:boss" },
      ],
      repeatMs: undefined,
    },
  ],
  inhibitRules: [
    {
      name: undefined,
      source: parseMatchers("alertname=escalated"),
      target: parseMatchers("alertname=inhibited"),
      equal: ["host"],
    },
  ],
};

async function open(sights: Sights, commits: readonly string[], startsAt?: number): Promise<Scenario> {
  const dead = new RecordingChannel();
  dead.always = () => busy();
  const begins = startsAt === undefined ? {} : { at: startsAt };
  return Scenario.open({ rules, plan, channels: { dead }, locale: "en", sights, ...begins }, commits);
}

/** Twelve minutes in which something of everything happens. */
async function life(): Promise<Scenario> {
  const s = await open(new Sights(), []);
  const book = s.alerts.book;
  const boss = { person: "console:boss", conversation: "console:ops" };
  await s.commit((change) =>
    book.addSilence(change, {
      ...boss,
      matchers: parseMatchers("alertname=silenced"),
      startsAt: s.clock.now(),
      endsAt: s.clock.now() + 60 * MINUTE,
      why: "release",
      at: s.clock.now(),
    }),
  );
  for (const { id } of rules) s.sights.bad(id, at, 95);
  await s.until("1m");
  const numberOf = (title: string): number =>
    book.activeIncidents().find((one) => one.title === title)?.id ?? 0;
  await s.commit((change) => {
    const now = { at: s.clock.now() };
    const until = s.clock.now() + 60 * MINUTE;
    book.acknowledge(change, numberOf("owned"), { person: "console:alice", until, note: "on it", ...now });
    book.close(change, numberOf("closed"), { person: "console:bob", ...now });
  });
  for (let minute = 2; minute <= 8; minute++) {
    await s.until(`${minute}m`);
    if (minute % 2 === 0) s.sights.ok(4, at);
    else s.sights.bad(4, at, 95);
  }
  await s.until("12m");
  return s;
}

const wanted = process.env["GENGFU_WRITE_STORED"];
if (wanted !== undefined) {
  it(`writes ${wanted}`, async () => {
    const s = await life();
    writeFileSync(new URL(`${wanted}.ndjson`, folder), `${s.journal.commits.join("\n")}\n`);
    await s.stop();
  });
}

it.each(readdirSync(fileURLToPath(folder)))("from %s tells what is due, and nothing else", async (name) => {
  const commits = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
  // The world is as it was.
  const sights = new Sights();
  for (const { id } of rules)
    if (id === 4) sights.ok(id, at);
    else sights.bad(id, at, 95);
  const s = await open(sights, commits, Date.UTC(2026, 10, 25, 2, 12, 20));
  const before = [...s.alerts.book.tables.incidents.values()];
  expect(before.map(({ id, title, untold }) => [id, title, untold?.by])).toEqual([
    [1, "owned", undefined],
    [2, "escalated", undefined],
    [3, "silenced", "silence"],
    [4, "flapping", undefined],
    [5, "closed", undefined],
    [6, "inhibited", "inhibition"],
    [7, "flapping", undefined],
    [8, "flapping", undefined],
  ]);
  await s.play([
    { at: "0s" },
    { at: "17m54s", expect: ["post console:boss firing #2 escalated"] },
    { at: "25m54s", expect: ["edit console:ops resolved #8 flapping"] },
    {
      at: "37m39s",
      expect: [
        'post console:ops text Silence 1 ({alertname="silenced"}) ends in 10m (Nov 25 11:00), and 1 alert that it hides still fires.',
      ],
    },
    { at: "47m39s", expect: ["post console:ops firing #3 silenced"] },
    { at: "47m54s", expect: ["post console:ops firing #9 pending"] },
    {
      at: "48m39s",
      expect: [
        "edit console:ops firing #1 owned",
        "post console:ops text #1 owned: the acknowledgement by alice has ended, and it still fires.",
      ],
    },
    {
      at: "60m",
      do: (s) => {
        for (const { id } of rules) s.sights.ok(id, at);
      },
      // Who was told in the place of a target that cannot be reached is told of the end, too.
      expect: [
        "edit console:ops resolved #2 escalated",
        "edit console:spare resolved #2 escalated",
        "edit console:duty resolved #2 escalated",
        "edit console:boss resolved #2 escalated",
        "edit console:ops resolved #1 owned",
        "edit console:ops resolved #3 silenced",
        "edit console:ops resolved #9 pending",
      ],
    },
    // What was closed by hand may fire anew now that it was seen well.
    { at: "70m", do: (s) => s.sights.bad(5, at, 95), expect: ["post console:ops firing #10 closed"] },
    { at: "80m" },
  ]);
  await s.stop();
});
