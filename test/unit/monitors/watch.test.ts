import { expect, test } from "vitest";
import type { Look } from "../../../monitors/monitor.ts";
import { LookFailed } from "../../../monitors/reason.ts";
import { settle } from "../../support/fake-clock.ts";
import { good, pending, watchedWorld } from "../../support/watched-world.ts";

test("a look becomes samples with the labels of monitor, instance and both kinds of own labels", async () => {
  const look: Look = {
    readings: [
      { name: "thing_value", labels: { mount: "/" }, value: 7 },
      { name: "thing_nothing", value: Number.NaN },
    ],
  };
  const { add, clock, sink, watching } = watchedWorld({ thing: async () => look });
  await add({ name: "a", kind: "thing", labels: { team: "shop" } });
  watching.start();
  await clock.advance(0);
  const labels = { monitor: "a", instance: "instance of thing", team: "shop" };
  expect(sink.samples).toEqual([
    { name: "thing_value", labels: { ...labels, mount: "/" }, at: clock.now(), value: 7 },
    { name: "up", labels, at: clock.now(), value: 1 },
    { name: "monitor_duration_seconds", labels, at: clock.now(), value: 0 },
  ]);
  await watching.stop();
});

test("looks come at a fixed rate, whatever a look takes", async () => {
  const { add, clock, sink, watching } = watchedWorld({
    slow: async (signal) => {
      await clock.sleep(3_000, signal);
      return good;
    },
  });
  await add({ name: "a", kind: "slow" });
  watching.start();
  const start = clock.now();
  await clock.advance(35_000);
  expect(sink.of("up").map(({ at }) => at - start)).toEqual([0, 10_000, 20_000, 30_000]);
  expect(sink.of("monitor_duration_seconds").map(({ value }) => value)).toEqual([3, 3, 3, 3]);
  await watching.stop();
});

test("first looks are spread over the interval, but over no more than five seconds", async () => {
  const shares = [0, 0.5, 0.999, 0.5];
  const { add, clock, sink, watching } = watchedWorld(
    { thing: async () => good },
    { random: () => shares.shift() ?? 0 },
  );
  for (const name of ["a", "b", "c"]) await add({ name, kind: "thing" });
  await add({ name: "d", kind: "thing", interval: "1s" });
  watching.start();
  const start = clock.now();
  await clock.advance(5_000);
  const first = (name: string) => (sink.of("up", name)[0]?.at ?? 0) - start;
  expect(["a", "b", "c", "d"].map(first)).toEqual([0, 2_500, 4_995, 500]);
  await watching.stop();
});

test("a look that outlasts its time is a failure with its reason, and the next comes on time", async () => {
  const { add, clock, sink, watching } = watchedWorld({ stuck: pending });
  await add({ name: "a", kind: "stuck", timeout: "4s" });
  watching.start();
  const start = clock.now();
  await clock.advance(3_999);
  expect(sink.samples).toEqual([]);
  await clock.advance(1);
  expect(sink.of("up")).toMatchObject([{ at: start, value: 0 }]);
  expect(sink.of("monitor_duration_seconds")).toMatchObject([{ value: 4 }]);
  expect(watching.status("a")).toMatchObject({
    up: false,
    since: start,
    reason: {
      code: "timeout",
      detail: "no end after 4s",
      text: { zh: "超时无响应（等了4秒）", en: "no answer in time (no end after 4s)" },
    },
  });
  expect(watching.status("a")?.lastGoodAt).toBeUndefined();
  await clock.advance(10_000);
  expect(sink.of("up")).toHaveLength(2);
  await watching.stop();
});

test("a monitor that ignores its signal never looks twice at once, and stays down until it ends", async () => {
  let going = 0;
  let most = 0;
  let release = (): void => {};
  const { add, clock, sink, watching } = watchedWorld({
    deaf: async () => {
      going += 1;
      most = Math.max(most, going);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      going -= 1;
      return good;
    },
  });
  await add({ name: "a", kind: "deaf" });
  watching.start();
  await clock.advance(35_000);
  expect(most).toBe(1);
  expect(sink.of("up").map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  expect(watching.figures).toMatchObject({ running: 0, skipped: 3 });
  expect(watching.status("a")?.reason?.detail).toBe("the look before has not ended");
  release();
  await clock.advance(5_000);
  release();
  await clock.advance(0);
  expect(sink.of("up").at(-1)).toMatchObject({ value: 1 });
  release();
  await watching.stop();
});

test("a throw is a failure; its reason is kept until a look is good again", async () => {
  const outcomes: (() => Look)[] = [
    () => good,
    () => {
      throw new LookFailed({ code: "refused", detail: "port 1" });
    },
    () => {
      throw new TypeError("odd");
    },
    () => good,
  ];
  const { add, clock, sink, watching } = watchedWorld({ thing: async () => outcomes.shift()?.() ?? good });
  await add({ name: "a", kind: "thing" });
  watching.start();
  const start = clock.now();
  await clock.advance(10_000);
  expect(watching.status("a")).toMatchObject({
    up: false,
    lastGoodAt: start,
    since: start + 10_000,
    reason: { code: "refused", detail: "port 1" },
  });
  await clock.advance(10_000);
  expect(watching.status("a")).toMatchObject({
    since: start + 10_000,
    reason: { code: "error", detail: "odd" },
  });
  await clock.advance(10_000);
  expect(watching.status("a")).toMatchObject({ up: true, since: start + 30_000, lastGoodAt: start + 30_000 });
  expect(watching.status("a")?.reason).toBeUndefined();
  expect(sink.of("up").map(({ value }) => value)).toEqual([1, 0, 0, 1]);
  expect(watching.figures).toMatchObject({ looks: 4, failures: 2, skipped: 0 });
  await watching.stop();
});

test("a failed look keeps the readings it has", async () => {
  const { add, clock, sink, watching } = watchedWorld({
    thing: async () => ({
      readings: [{ name: "probe_success", value: 0 }],
      failure: { code: "bad_status", detail: "HTTP 500" },
    }),
  });
  await add({ name: "a", kind: "thing" });
  watching.start();
  await clock.advance(0);
  expect(sink.of("probe_success")).toMatchObject([{ value: 0 }]);
  expect(sink.of("up")).toMatchObject([{ value: 0 }]);
  await watching.stop();
});

test("stopping aborts what is under way, writes nothing more and waits for the end", async () => {
  let aborted = 0;
  const { add, clock, sink, watching } = watchedWorld({
    stuck: (signal) => {
      signal.addEventListener("abort", () => (aborted += 1));
      return pending(signal);
    },
  });
  for (const name of ["a", "b"]) await add({ name, kind: "stuck" });
  watching.start();
  await clock.advance(1);
  await watching.stop();
  expect(aborted).toBe(2);
  await clock.advance(60_000);
  expect(sink.samples).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

test("a deaf monitor delays the stop by its grace and no longer", async () => {
  const { add, clock, watching } = watchedWorld({ deaf: () => new Promise(() => {}) });
  await add({ name: "a", kind: "deaf" });
  watching.start();
  await clock.advance(1);
  let stopped = false;
  const stopping = watching.stop().then(() => {
    stopped = true;
  });
  await clock.advance(999);
  expect(stopped).toBe(false);
  await clock.advance(1);
  expect(stopped).toBe(true);
  await stopping;
});

test("an hour forth or back on the wall changes neither the schedule nor a duration", async () => {
  const { add, clock, sink, watching } = watchedWorld({
    slow: async (signal) => {
      await clock.sleep(1_000, signal);
      return good;
    },
  });
  await add({ name: "a", kind: "slow" });
  watching.start();
  const count = () => sink.of("up").length;
  await clock.advance(10_500);
  clock.set(clock.now() - 3_600_000);
  await clock.advance(10_000);
  expect(count()).toBe(2);
  await clock.advance(500);
  expect(count()).toBe(3);
  clock.set(clock.now() + 3_600_000);
  await clock.advance(500);
  expect(count()).toBe(3);
  await clock.advance(30_000);
  expect(count()).toBe(6);
  expect(sink.of("monitor_duration_seconds").map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(watching.figures.skipped).toBe(0);
  await watching.stop();
});

test("after the machine slept, missed looks are counted and not made up", async () => {
  const { add, clock, sink, watching } = watchedWorld({ thing: async () => good });
  await add({ name: "a", kind: "thing" });
  const sleep = clock.sleep.bind(clock);
  watching.start();
  await clock.advance(0);
  // A sleep that wakes 45 s later than asked.
  clock.sleep = (ms, signal) => sleep(ms + 45_000, signal);
  await clock.advance(10_000);
  clock.sleep = sleep;
  await clock.advance(60_000);
  const start = sink.of("up")[0]?.at ?? 0;
  expect(sink.of("up").map(({ at }) => at - start)).toEqual([0, 10_000, 65_000, 70_000]);
  expect(watching.figures.skipped).toBe(4);
  await watching.stop();
});

test("added, paused, resumed and removed monitors are followed at once", async () => {
  const { add, book, clock, sink, store, watching } = watchedWorld({ thing: async () => good });
  watching.start();
  await clock.advance(20_000);
  await add({ name: "a", kind: "thing" });
  await clock.advance(10_000);
  expect(sink.of("up")).toHaveLength(2);
  await store.commit((change) => book.pause(change, "a", true));
  await clock.advance(60_000);
  expect(sink.of("up")).toHaveLength(2);
  expect(watching.status("a")).toMatchObject({ up: true });
  await store.commit((change) => book.pause(change, "a", false));
  await clock.advance(0);
  expect(sink.of("up")).toHaveLength(3);
  await store.commit((change) => book.remove(change, "a"));
  await clock.advance(60_000);
  expect(sink.of("up")).toHaveLength(3);
  expect(watching.status("a")).toBeUndefined();
  expect(watching.figures.monitors).toBe(0);
  await watching.stop();
});

test("what a removed monitor still saw is not written", async () => {
  const { add, book, clock, sink, store, watching } = watchedWorld({
    // Answers well although it was told to stop.
    late: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(good))),
  });
  await add({ name: "a", kind: "late" });
  watching.start();
  await clock.advance(1);
  await store.commit((change) => book.remove(change, "a"));
  await clock.advance(10_000);
  expect(sink.samples).toEqual([]);
  expect(watching.status("a")).toBeUndefined();
  await watching.stop();
});

test("only so many look at once, and the others get their turn", async () => {
  let going = 0;
  let most = 0;
  const { add, clock, sink, watching } = watchedWorld(
    {
      slow: async (signal) => {
        most = Math.max(most, ++going);
        await clock.sleep(1_000, signal);
        going -= 1;
        return good;
      },
    },
    { atOnce: 3 },
  );
  for (let i = 0; i < 10; i++) await add({ name: `m${i}`, kind: "slow" });
  watching.start();
  await clock.advance(1);
  expect(watching.figures).toMatchObject({ running: 3, waiting: 7 });
  await clock.advance(4_000);
  expect(most).toBe(3);
  expect(new Set(sink.of("up").map(({ labels }) => labels["monitor"])).size).toBe(10);
  await watching.stop();
});

test("a sink that throws does not stop the rounds", async () => {
  const { add, clock, sink, watching } = watchedWorld({ thing: async () => good });
  await add({ name: "a", kind: "thing" });
  const append = sink.append.bind(sink);
  sink.append = () => {
    throw new Error("full");
  };
  watching.start();
  await clock.advance(10_000);
  sink.append = append;
  await clock.advance(10_000);
  expect(sink.of("up")).toHaveLength(1);
  await watching.stop();
});

test("a look on demand by name is written, and joins one that is under way", async () => {
  let looks = 0;
  const { add, clock, sink, watching } = watchedWorld({
    slow: async (signal) => {
      looks += 1;
      await clock.sleep(1_000, signal);
      return good;
    },
  });
  await add({ name: "a", kind: "slow" });
  watching.start();
  await clock.advance(5_000);
  const both = [watching.lookOnce("a"), watching.lookOnce("a")];
  await clock.advance(1_000);
  const [one, other] = await Promise.all(both);
  expect(one).toBe(other);
  expect(looks).toBe(2);
  expect(sink.of("up")).toHaveLength(2);
  const again = watching.lookOnce("a");
  await clock.advance(1_000);
  expect(await again).not.toBe(one);
  await expect(watching.lookOnce("nobody")).rejects.toThrow("nobody");
  await watching.stop();
});

test("a look on demand by specification is tried under the guard and writes nothing", async () => {
  const { clock, sink, spec, watching } = watchedWorld({
    guarded: async (_signal, world) => {
      await world.network.addressesOf(new URL("http://127.0.0.1/"));
      return good;
    },
  });
  watching.start();
  const trial = watching.lookOnce(spec({ name: "a", kind: "guarded" }));
  await clock.advance(1);
  expect(await trial).toMatchObject({ reason: { code: "forbidden_address" } });
  expect(sink.samples).toEqual([]);
  await watching.stop();
});

test("monitors from the file have no guard, those from chat have one", async () => {
  const { add, book, clock, sink, spec, store, watching } = watchedWorld({
    guarded: async (_signal, world) => {
      await world.network.addressesOf(new URL("http://127.0.0.1/"));
      return good;
    },
  });
  await add({ name: "chat", kind: "guarded" });
  await store.commit((change) => book.syncFileMonitors(change, [spec({ name: "file", kind: "guarded" })]));
  watching.start();
  await clock.advance(0);
  expect(sink.of("up", "chat")).toMatchObject([{ value: 0 }]);
  expect(sink.of("up", "file")).toMatchObject([{ value: 1 }]);
  await watching.stop();
});

test("a thousand monitors are one sleeping loop, and cheap", async () => {
  const { book, clock, sink, spec, store, watching } = watchedWorld(
    { thing: async () => good },
    { random: Math.random },
  );
  const list = Array.from({ length: 1_000 }, (_, i) =>
    spec({ name: `m${i}`, kind: "thing", interval: "30s" }),
  );
  await store.commit((change) => book.syncFileMonitors(change, list));
  watching.start();
  await settle();
  expect(clock.sleeping).toBe(1);
  const before = process.cpuUsage();
  // Every one looks once in these ten seconds.
  await clock.advance(10_000);
  const { user, system } = process.cpuUsage(before);
  expect(sink.of("up")).toHaveLength(1_000);
  expect((user + system) / 1000).toBeLessThan(2_000);
  await watching.stop();
  expect(clock.sleeping).toBe(0);
});
