/** A platform that counts every change of a card: what asks nothing new of people waits until more can be shown at once. */
import { expect, it } from "vitest";
import { RecordingChannel } from "../support/recording-channel.ts";
import { Scenario } from "../support/scenario.ts";

class CountingChannel extends RecordingChannel {
  readonly editPauseMs = 60_000;
}

async function open(): Promise<{ s: Scenario; group: CountingChannel }> {
  const group = new CountingChannel();
  const s = await Scenario.open({
    rules: [{ id: 1, name: "hot", intervalMs: 1_000, tells: ["group:ops"] }],
    channels: { group },
  });
  return { s, group };
}

const said = (group: CountingChannel): string[] =>
  group.shown.map(({ how, card }) => `${how} ${card.status} ${card.title}`);

it("puts alerts that join within a minute into one change of the card", async () => {
  const { s, group } = await open();
  s.sights.bad(1, { host: "a" }, 95);
  await s.clock.advance(5_000);
  for (const host of ["b", "c", "d"]) {
    s.sights.bad(1, { host }, 95);
    await s.clock.advance(10_000);
  }
  expect(said(group)).toEqual(["post firing #1 hot"]);
  await s.clock.advance(60_000);
  expect(said(group)).toEqual(["post firing #1 hot", "edit firing #1 hot — 4 alerts"]);
  await s.stop();
});

it("shows at once what somebody did, with all that waited, and the end", async () => {
  const { s, group } = await open();
  s.sights.bad(1, { host: "a" }, 95);
  await s.clock.advance(5_000);
  s.sights.bad(1, { host: "b" }, 95);
  await s.clock.advance(5_000);
  await s.commit((change) => {
    const at = s.clock.now();
    return s.alerts.book.acknowledge(change, 1, { person: "group:alice", until: at + 3_600_000, at });
  });
  await s.clock.advance(1_000);
  expect(said(group)).toEqual(["post firing #1 hot", "edit acknowledged #1 hot — 2 alerts"]);
  for (const host of ["a", "b"]) s.sights.ok(1, { host });
  await s.clock.advance(5_000);
  expect(said(group).at(-1)).toBe("edit resolved #1 hot — 2 alerts");
  await s.stop();
});

it("says after a restart what had to wait", async () => {
  const { s, group } = await open();
  s.sights.bad(1, { host: "a" }, 95);
  await s.clock.advance(5_000);
  s.sights.bad(1, { host: "b" }, 95);
  await s.clock.advance(5_000);
  await s.restart();
  await s.clock.advance(60_000);
  expect(said(group)).toEqual(["post firing #1 hot", "edit firing #1 hot — 2 alerts"]);
  await s.stop();
});
