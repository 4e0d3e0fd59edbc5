/** The event stream over real sockets: nothing missed, nothing twice, resumed where it broke. */
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { RuleView } from "../../../../bot/console/board-view.ts";
import { type ConsoleOptions, startConsole, type TestConsole } from "../../../support/console.ts";
import { readEvents } from "../../../support/events.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const open: TestConsole[] = [];
const start = async (options: ConsoleOptions = {}): Promise<TestConsole> => {
  const started = await startConsole(options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const path = "/api/console/events?conversation=ops";

describe("events", () => {
  test("bring what was said, then what is said, then edits under the same id", async () => {
    const { base, conversations } = await start();
    await conversations.say("ops", "alice", "早", Date.now());
    await conversations.say("dev", "alice", "别处", Date.now());
    const events = await readEvents(base + path);
    expect(JSON.parse((await events.next()).data)).toMatchObject({ id: "m1", text: "早" });
    await conversations.post("ops", [{ kind: "incident", title: "一\n二" }], Date.now());
    const posted = await events.next();
    expect(posted.id).toBe("3");
    expect(JSON.parse(posted.data)).toMatchObject({ id: "m3", title: "一\n二" });
    await conversations.edit("m3", { kind: "incident", title: "三" });
    expect(JSON.parse((await events.next()).data)).toMatchObject({ id: "m3", seq: 4, title: "三" });
    events.close();
  });

  test("go on after Last-Event-ID, and after `after`", async () => {
    const { base, conversations } = await start();
    for (const text of ["一", "二", "三"]) await conversations.say("ops", "alice", text, Date.now());
    const resumed = await readEvents(base + path, { "last-event-id": "2" });
    expect(JSON.parse((await resumed.next()).data).text).toBe("三");
    resumed.close();
    const from = await readEvents(`${base + path}&after=1`);
    expect(JSON.parse((await from.next()).data).text).toBe("二");
    from.close();
    expect((await readEvents(base + path, { "last-event-id": "x" })).status).toBe(400);
  });

  test("bring everything in order to many readers while many speak", async () => {
    const { base, conversations } = await start();
    const readers = await Promise.all(Array.from({ length: 10 }, () => readEvents(base + path)));
    const all = Array.from({ length: 200 }, (_, i) => i);
    const said = Promise.all(all.map((i) => conversations.say("ops", "alice", String(i), Date.now())));
    for (const reader of readers) {
      const heard: number[] = [];
      while (heard.length < all.length) heard.push(Number(JSON.parse((await reader.next()).data).text));
      expect(heard).toEqual(all);
      reader.close();
    }
    await said;
  });

  test("bring the board at once, and again only when it has changed", async () => {
    const clock = new FakeClock();
    const rules: RuleView[] = [];
    const { base, get } = await start({ clock, board: { rules: () => rules } });
    const events = await readEvents(base + path);
    const first = JSON.parse((await events.next("board")).data);
    expect(first).toMatchObject({ locale: "zh-CN", totals: { rules: 0 } });
    await clock.advance(4_000);
    rules.push({ id: 1, name: "hot", expr: "cpu > 1", state: "ok" });
    await clock.advance(2_000);
    const second = JSON.parse((await events.next("board")).data);
    expect(second.totals.rules).toBe(1);
    expect((await get("/api/console/board")).body).toEqual(second);
    events.close();
  });

  test("a reader that takes nothing is let go and holds no backlog", async () => {
    const clock = new FakeClock();
    const { port, conversations } = await start({ clock });
    const socket = connect(port, "127.0.0.1");
    socket.pause();
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()).on("error", () => {}));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const card = { kind: "reply", text: "x".repeat(20_000) } as const;
    const many = Array.from({ length: 100 }, () => card);
    // More than the system's socket buffers hold.
    for (let i = 0; i < 10; i++) await conversations.post("ops", many, 0);
    await clock.advance(31_000);
    await clock.advance(31_000);
    socket.resume();
    await closed;
    expect(clock.sleeping).toBeLessThan(2);
  });

  test("end when the server stops", async () => {
    const { base, close } = await start();
    const events = await readEvents(base + path);
    await close();
    await expect(events.next("never")).rejects.toThrow();
  });
});
