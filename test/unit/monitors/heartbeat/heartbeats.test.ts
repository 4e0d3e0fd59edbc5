import { expect, test } from "vitest";
import { NotSaved } from "../../../../storage/store.ts";
import { settle } from "../../../support/fake-clock.ts";
import { heartbeatLife } from "../../../support/heartbeats.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("what was told is on disk when it is answered, and there in the next life", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  const { options } = await life.add("backup", { period: "1h" });
  expect(options["uuid"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(await life.ping("backup", { body: "42 files" })).toEqual({ is: "taken" });

  const next = heartbeatLife(life.journal, life.clock);
  await next.heartbeats.start();
  expect(next.heartbeats.find(String(options["uuid"]))?.name).toBe("backup");
  expect(next.heartbeats.beatOf(next.record("backup"))).toMatchObject({
    ended: 1,
    last: { body: "42 files" },
  });
  expect(await next.state("backup")).toBe("up");
  await next.heartbeats.stop();
});

test("what the disk refuses is not taken, and the sender hears it", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "1h" });
  life.journal.refuse = "the disk is full";
  await expect(life.ping("backup")).rejects.toBeInstanceOf(NotSaved);
  expect(life.heartbeats.beatOf(life.record("backup"))?.last).toBeUndefined();
  await life.heartbeats.stop();
});

test("while the disk refuses nobody is called missing, and nobody is called well", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "1h", grace: "5m" });
  await life.ping("backup");
  await life.clock.advance(50 * MINUTE);
  life.journal.refuse = "the disk is full";
  await expect(life.ping("backup")).rejects.toThrow();
  await life.clock.advance(20 * MINUTE);
  expect(await life.state("backup")).toBe("unwatched");
  expect((await life.look("backup")).unknown).toBe(true);
  life.journal.refuse = undefined;
  await life.clock.advance(MINUTE);
  expect(await life.state("backup")).toBe("unwatched");
  await life.ping("backup");
  expect(await life.state("backup")).toBe("up");
  await life.heartbeats.stop();
});

test("after a time in which nobody watched what was due is unknown, not missing", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { cron: "30 10 * * *", grace: "5m" });
  await life.add("weekly", { cron: "0 3 * * 1", grace: "5m" });
  await life.ping("backup");
  await life.ping("weekly");
  // Killed: nothing is written on the way out. It is 10:00 in Shanghai.
  await life.clock.advance(MINUTE);
  life.clock.set(life.clock.now() + 2 * HOUR);

  const next = heartbeatLife(life.journal, life.clock);
  await next.heartbeats.start();
  expect(await next.state("backup")).toBe("unwatched");
  expect((await next.look("backup")).remark?.text?.zh).toContain("11-25 10:01 到 11-25 12:01 更夫不在");
  expect(await next.state("weekly")).toBe("up");
  await next.heartbeats.stop();

  // And it is still unknown after another restart.
  const third = heartbeatLife(next.journal, next.clock);
  await third.heartbeats.start();
  expect(await third.state("backup")).toBe("unwatched");
  await third.heartbeats.stop();
});

test("a restart of seconds changes nothing, and calls nobody missing before the senders have tried again", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("due", { period: "10m", grace: "1m" });
  await life.add("gone", { period: "10s", grace: "0s" });
  await life.ping("due");
  await life.clock.advance(10 * MINUTE + 50_000);
  expect([await life.state("due"), await life.state("gone")]).toEqual(["late", "missing"]);
  await life.heartbeats.stop();
  await life.clock.advance(20_000);

  const next = heartbeatLife(life.journal, life.clock);
  await next.heartbeats.start();
  await next.clock.advance(30_000);
  expect([await next.state("due"), await next.state("gone")]).toEqual(["late", "missing"]);
  await next.clock.advance(31_000);
  expect(await next.state("due")).toBe("missing");
  await next.ping("due");
  expect(await next.state("due")).toBe("up");
  await next.heartbeats.stop();
});

test("a ping in the first minute after a start is believed at once", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "10m" });
  await life.heartbeats.stop();
  await life.clock.advance(5_000);
  const next = heartbeatLife(life.journal, life.clock);
  await next.heartbeats.start();
  await next.ping("backup", { says: "failure" });
  expect(await next.state("backup")).toBe("failed");
  await next.heartbeats.stop();
});

test("a clock that jumps ahead makes unknown at once, and what was missing stays missing", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("due", { period: "1h", grace: "5m" });
  await life.add("gone", { period: "10s", grace: "0s" });
  await life.clock.advance(MINUTE);
  expect(await life.state("gone")).toBe("missing");
  life.clock.set(life.clock.now() + 5 * HOUR);
  expect(await life.state("due")).toBe("unwatched");
  await life.clock.advance(MINUTE);
  expect(await life.state("due")).toBe("unwatched");
  expect(await life.state("gone")).toBe("missing");
  await life.heartbeats.stop();
});

test("a clock that is set back does not make anybody wait for the day it came from", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "10m", grace: "1m" });
  await life.ping("backup");
  life.clock.set(life.clock.now() - 24 * HOUR);
  await life.clock.advance(12 * MINUTE);
  expect(await life.state("backup")).toBe("missing");
  await life.heartbeats.stop();
});

test("what comes too often is refused, and each has its own measure", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("a", { period: "1h" });
  await life.add("b", { period: "1h" });
  const taken = await Promise.all(Array.from({ length: 61 }, () => life.ping("a")));
  expect(taken.filter(({ is }) => is === "taken")).toHaveLength(60);
  expect(taken.at(-1)).toEqual({ is: "too-often", waitMs: 1_000 });
  expect(await life.ping("b")).toEqual({ is: "taken" });
  await life.clock.advance(1_000);
  expect(await life.ping("a")).toEqual({ is: "taken" });
  expect((await life.ping("a")).is).toBe("too-often");
  await life.heartbeats.stop();
});

test("it is news when a ping changes how a monitor stands, and only then", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "1h" });
  await life.ping("backup");
  await life.ping("backup");
  expect(life.news).toEqual(["backup"]);
  await life.ping("backup", { says: "failure" });
  await life.ping("backup", { says: "failure" });
  await life.ping("backup");
  expect(life.news).toEqual(["backup", "backup", "backup"]);
  await life.heartbeats.stop();
});

test("a paused one is told, and is not missed when it is resumed", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.add("backup", { period: "10m", grace: "1m" });
  await life.store.commit((change) => life.book.pause(change, "backup", true));
  await life.clock.advance(30 * MINUTE);
  await life.ping("backup");
  await life.clock.advance(30 * MINUTE);
  await life.store.commit((change) => life.book.pause(change, "backup", false));
  await settle();
  expect(await life.state("backup")).toBe("up");
  await life.clock.advance(11 * MINUTE);
  expect(await life.state("backup")).toBe("missing");
  await life.heartbeats.stop();
});

test("what was heard of one that is removed is removed, and its address leads nowhere", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  const record = await life.add("backup", { period: "1h", slug: "backup", push_token: "abcdefgh12" });
  await life.ping("backup");
  expect(life.heartbeats.findBySlug("backup")?.name).toBe("backup");
  expect(life.heartbeats.find("abcdefgh12")?.name).toBe("backup");
  await life.store.commit((change) => life.book.remove(change, "backup"));
  await settle();
  expect(life.heartbeats.beatOf(record)).toBeUndefined();
  expect(life.heartbeats.find(String(record.options["uuid"]))).toBeUndefined();
  expect(life.heartbeats.findBySlug("backup")).toBeUndefined();
  await life.heartbeats.stop();
});

test("without heartbeats nothing is ever written", async () => {
  const life = heartbeatLife();
  await life.heartbeats.start();
  await life.clock.advance(10 * MINUTE);
  await life.heartbeats.stop();
  expect(life.journal.commits).toEqual([]);
});

test("one of the file keeps the address that was made up for it, whatever is read again", async () => {
  const life = heartbeatLife();
  const { monitorSchema } = await import("../../../../monitors/index.ts");
  const read = () => monitorSchema.parse({ name: "backup", kind: "heartbeat", period: "1h" });
  await life.store.commit((change) => life.book.syncFileMonitors(change, [read()]));
  const { uuid } = life.record("backup").options;
  const commits = life.journal.commits.length;
  await life.store.commit((change) => life.book.syncFileMonitors(change, [read()]));
  expect(life.record("backup").options["uuid"]).toBe(uuid);
  expect(life.journal.commits).toHaveLength(commits);
  expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
});

test("no two share an address", async () => {
  const life = heartbeatLife();
  const uuid = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
  await life.add("a", { period: "1h", uuid });
  await expect(life.add("b", { period: "1h", uuid: uuid.toUpperCase() })).rejects.toThrow(
    '"a" has that address',
  );
});

test("ten thousand are found as one is, and a ping writes one of them", async () => {
  const life = heartbeatLife();
  const { monitorSchema } = await import("../../../../monitors/index.ts");
  const specs = Array.from({ length: 10_000 }, (_, i) =>
    monitorSchema.parse({ name: `job ${i}`, kind: "heartbeat", period: "1h" }),
  );
  await life.store.commit((change) => life.book.syncFileMonitors(change, specs));
  await life.heartbeats.start();
  const commits = life.journal.commits.length;
  await life.ping("job 9999");
  expect(life.journal.commits).toHaveLength(commits + 1);
  expect(JSON.parse(life.journal.commits.at(-1) ?? "")).toHaveLength(1);
  await life.clock.advance(2 * MINUTE);
  // That somebody watches is one small document, not ten thousand.
  expect(life.journal.commits.at(-1)?.length).toBeLessThan(200);
  await life.heartbeats.stop();
});
