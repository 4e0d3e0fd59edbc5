/** Two monitors of a file that look at this machine: it starts all the same, and says which they are. */
import { expect, test } from "vitest";
import { notesOf } from "../../../../bot/config/notes.ts";
import { emptyConfig, parseConfig } from "../../../../bot/config.ts";
import { openLog } from "../../../../bot/log.ts";
import { monitorKinds } from "../../../../monitors/index.ts";
import type { MonitorKind } from "../../../../monitors/monitor.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const channels: ReadonlySet<string> = new Set(["console"]);
const machine = (...names: string[]): string =>
  `monitors: [${names.map((name) => `{ name: ${name}, kind: system }`).join(", ")}]`;
const notes = (yaml: string): object => notesOf(parseConfig("gengfu.yml", yaml, {}), channels);

test("each that comes after the first is named, with what to do", () => {
  expect(notes(machine("host"))).toEqual([]);
  expect(notes(machine("host", "again", "third"))).toEqual([
    {
      path: "monitors[1]",
      text: {
        zh: "'again' 和 'host' 看的是同一台机器，每条告警都会重复；请只留一个",
        en: "'again' watches the same machine as 'host', and every alert about it is doubled; keep only one of them",
      },
    },
    { path: "monitors[2]", text: expect.objectContaining({ en: expect.stringContaining("'third'") }) },
  ]);
});

test.each(Object.values<MonitorKind<unknown>>(monitorKinds))(
  "two of $kind are noted where there is but one thing to look at",
  ({ kind, single }) => {
    const spec = { kind, options: {}, intervalMs: 15_000, timeoutMs: 10_000, labels: {} };
    const monitors = [
      { ...spec, name: "a" },
      { ...spec, name: "b" },
    ];
    const paths = notesOf({ ...emptyConfig, monitors }, channels).map(({ path }) => path);
    expect(paths).toEqual(single === true ? ["monitors[1]"] : []);
  },
);

test("a house starts with both, and says so at its start and in a reload", async () => {
  const lines: string[] = [];
  const house = await buildHouse({
    dir: await temporaryFolder(),
    yaml: machine("host", "again"),
    rewritten: () => machine("host", "other"),
    log: openLog("warn", [], (line) => lines.push(line)),
  });
  expect(lines.join("")).toContain("monitors[1]: 'again' watches the same machine as 'host'");
  const answer = await fetch(new URL("/-/reload", house.url), { method: "POST" });
  expect(await answer.json()).toMatchObject({
    status: "reloaded",
    notes: [
      { path: "monitors[1]", text: expect.stringContaining("'other' watches the same machine as 'host'") },
    ],
  });
});
