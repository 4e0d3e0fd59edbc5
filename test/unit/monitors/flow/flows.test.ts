/** Flows over a store: durable, bounded, and reckoned with when nobody watched. */
import { describe, expect, test } from "vitest";
import { NotSaved } from "../../../../storage/store.ts";
import { settle } from "../../../support/fake-clock.ts";
import { flowLife } from "../../../support/flows.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The fake clock begins at 2026-11-25 10:00 in Shanghai, a Wednesday. */
const nightly = {
  steps: [
    { name: "a", max_duration: "10m" },
    { name: "b", max_duration: "30m" },
    { name: "c", deadline: "12:00" },
  ],
  cron: "0 11 * * *",
  grace: "5m",
};

async function opened(options: object = nightly) {
  const life = flowLife();
  await life.flows.start();
  await life.add("f", options);
  return life;
}

/** One whole run. */
async function runThrough(life: Awaited<ReturnType<typeof opened>>, run: string, minutes = 5): Promise<void> {
  for (const step of ["a", "b", "c"]) {
    await life.tell("f", run, step, "start");
    await life.clock.advance(minutes * MINUTE);
    await life.tell("f", run, step, "done");
  }
}

test("what was told is on disk when it is answered, and there in the next life", async () => {
  const life = await opened();
  expect(await life.tell("f", "1", "a", "done", { note: "42 files" })).toMatchObject({
    is: "taken",
    changed: true,
  });
  expect(await life.tell("f", "1", "a", "done", { note: "42 files" })).toMatchObject({ changed: false });
  const next = flowLife(life.journal, life.clock);
  await next.flows.start();
  const { runs } = next.flows.view(next.record("f"));
  expect(runs).toMatchObject([{ id: "1", steps: { a: { state: "done", note: "42 files" } } }]);
  await next.flows.stop();
});

test("an event is one commit, and one that changes nothing writes nothing", async () => {
  const life = await opened();
  const before = life.journal.commits.length;
  await life.tell("f", "1", "a", "start");
  expect(life.journal.commits.length).toBe(before + 1);
  await life.tell("f", "1", "a", "start");
  expect(life.journal.commits.length).toBe(before + 1);
  await life.flows.stop();
});

test("what the disk refuses is not taken, and the sender hears it", async () => {
  const life = await opened();
  life.journal.refuse = "the disk is full";
  await expect(life.tell("f", "1", "a", "start")).rejects.toBeInstanceOf(NotSaved);
  expect(life.flows.view(life.record("f")).runs).toEqual([]);
  life.journal.refuse = undefined;
  await life.flows.stop();
});

describe("a run that is due to begin", () => {
  test("is late within its grace, and missing after it, until one comes", async () => {
    const life = await opened();
    expect(await life.state("f")).toBe("waiting");
    await life.clock.advance(HOUR + MINUTE);
    expect(await life.state("f")).toBe("late");
    await life.clock.advance(4 * MINUTE);
    expect(life.problems("f")).toEqual(["missing"]);
    await life.tell("f", "1", "a", "start");
    expect(await life.state("f")).toBe("running");
    await life.flows.stop();
  });

  test("by hand in the afternoon is an extra one, with the deadlines of tomorrow", async () => {
    const life = await opened();
    await life.clock.advance(50 * MINUTE);
    await runThrough(life, "1");
    await life.clock.advance(4 * HOUR);
    await life.tell("f", "by hand", "a", "done");
    expect(life.problems("f")).toEqual([]);
    await life.clock.advance(29 * MINUTE);
    expect(life.problems("f")).toEqual([]);
    await life.clock.advance(2 * MINUTE);
    expect(life.problems("f")).toEqual(["stuck b"]);
    await life.flows.stop();
  });

  test("that was left out today is not missing", async () => {
    const life = await opened();
    await life.clock.advance(70 * MINUTE);
    await life.tell("f", "1", "", "skip");
    expect(life.problems("f")).toEqual([]);
    expect(life.flows.view(life.record("f")).state).toMatchObject({ ended: 0, failures: 0 });
    await life.flows.stop();
  });
});

test("a run without any limit is stuck in the end, and given up when a later one goes well", async () => {
  const life = await opened({ steps: [{ name: "a" }, { name: "b" }, { name: "c" }], max_duration: "2h" });
  await life.tell("f", "1", "a", "start");
  await life.clock.advance(2 * HOUR);
  expect(life.problems("f")).toEqual(["stuck"]);
  await runThrough(life, "2");
  expect(life.problems("f")).toEqual([]);
  const { runs, state } = life.flows.view(life.record("f"));
  expect(runs.map(({ id, end }) => [id, end?.how])).toEqual([
    ["1", "given-up"],
    ["2", "done"],
  ]);
  expect(state).toMatchObject({ ended: 2, failures: 1 });
  // And if it is heard of after all, it goes on.
  await life.tell("f", "1", "a", "done");
  expect(life.flows.view(life.record("f")).runs[0]?.end).toBeUndefined();
  await life.flows.stop();
});

test("runs overlap, within bounds, and only so many are remembered", async () => {
  const life = await opened({ steps: [{ name: "a" }] });
  for (let i = 0; i < 25; i++) {
    await life.tell("f", `open ${i}`, "a", "start");
    await life.clock.advance(1_000);
  }
  const open = () => life.flows.view(life.record("f")).runs.filter(({ end }) => end === undefined);
  expect(open()).toHaveLength(20);
  expect(open()[0]?.id).toBe("open 5");
  for (let i = 0; i < 100; i++) {
    await life.tell("f", `${i}`, "a", "done");
    await life.clock.advance(1_000);
  }
  expect(life.flows.view(life.record("f")).runs).toHaveLength(60);
  expect(life.flows.view(life.record("f")).state.ended).toBe(105);
  expect(open()).toHaveLength(20);
  await life.flows.stop();
});

test("steps may be called as what every object has", async () => {
  const life = await opened({ steps: [{ name: "constructor" }, { name: "toString" }] });
  await life.tell("f", "1", "toString", "fail");
  await life.tell("f", "1", "constructor", "fail");
  await life.tell("f", "1", "constructor", "done");
  const { readings } = await life.look("f");
  const failed = readings.filter(({ name }) => name === "flow_step_failures_total");
  expect(failed.map(({ value }) => value)).toEqual([1, 1]);
  const next = flowLife(life.journal, life.clock);
  expect(next.flows.view(next.record("f")).state.stepFailures).toEqual({ toString: 1, constructor: 1 });
  await life.flows.stop();
});

test("too many at once are turned away, and told when to come again", async () => {
  const life = await opened({ steps: [{ name: "a" }] });
  const taken = await Promise.all(
    Array.from({ length: 201 }, (_, i) => life.tell("f", `${i % 7}`, "a", "start")),
  );
  expect(taken.filter(({ is }) => is === "taken")).toHaveLength(200);
  expect(taken.at(-1)).toEqual({ is: "too-often", waitMs: 100 });
  await life.flows.stop();
});

test("the run under way is the latest; a new one is called by its day", async () => {
  const life = await opened({ steps: [{ name: "a" }, { name: "b" }] });
  const run = async (step: string, state: "start" | "done" | "fail"): Promise<string> => {
    const taken = await life.tell("f", undefined, step, state);
    return taken.is === "taken" ? taken.run.id : taken.is;
  };
  expect(await run("a", "start")).toBe("2026-11-25");
  expect(await run("b", "done")).toBe("2026-11-25");
  expect(await run("a", "done")).toBe("2026-11-25");
  // Delivered twice, it ends the same run.
  expect(await run("a", "done")).toBe("2026-11-25");
  await life.clock.advance(5 * MINUTE);
  expect(await run("a", "done")).toBe("2026-11-25-2");
  await life.clock.advance(5 * MINUTE);
  // The first step once more: the run before it has been left behind.
  expect(await run("a", "start")).toBe("2026-11-25-3");
  expect(await run("a", "fail")).toBe("2026-11-25-3");
  await life.clock.advance(5 * MINUTE);
  expect(await run("a", "start")).toBe("2026-11-25-3");
  await life.flows.stop();
});

describe("a time in which nobody watched", () => {
  test("makes what was due then unknown, not missing", async () => {
    const life = await opened();
    await life.clock.advance(30 * MINUTE);
    life.clock.set(life.clock.now() + 2 * HOUR);
    expect(await life.state("f")).toBe("unwatched");
    await life.clock.advance(5 * MINUTE);
    expect(life.problems("f")).toEqual([]);
    expect(await life.state("f")).toBe("unwatched");
    expect((await life.look("f")).unknown).toBe(true);
    // The next one is waited for again.
    await life.clock.advance(DAY);
    expect(life.problems("f")).toEqual(["missing"]);
    await life.flows.stop();
  });

  test("in another life as well", async () => {
    const life = await opened();
    await life.clock.advance(30 * MINUTE);
    await life.flows.stop();
    life.clock.set(life.clock.now() + 2 * HOUR);
    const next = flowLife(life.journal, life.clock);
    await next.flows.start();
    await next.clock.advance(5 * MINUTE);
    expect([await next.state("f"), next.problems("f")]).toEqual(["unwatched", []]);
    await next.flows.stop();
  });

  test("leaves open how far a run has come, until something is heard of it", async () => {
    const life = await opened();
    await life.clock.advance(HOUR);
    await life.tell("f", "1", "a", "start");
    life.clock.set(life.clock.now() + 20 * MINUTE);
    await life.clock.advance(MINUTE);
    expect([await life.state("f"), life.problems("f")]).toEqual(["unwatched", []]);
    // a and b have ended meanwhile, and nobody has seen it.
    await life.tell("f", "1", "c", "start");
    await life.clock.advance(MINUTE);
    expect([await life.state("f"), life.problems("f")]).toEqual(["running", []]);
    await life.tell("f", "1", "c", "done");
    expect(life.flows.view(life.record("f")).runs[0]?.end?.how).toBe("done");
    await life.flows.stop();
  });

  test("leaves a run that nobody saw end out of what failed", async () => {
    const life = await opened();
    await life.clock.advance(HOUR);
    await life.tell("f", "1", "a", "start");
    life.clock.set(life.clock.now() + 2 * HOUR);
    await life.clock.advance(MINUTE);
    await runThrough(life, "2");
    const { state, runs } = life.flows.view(life.record("f"));
    expect(runs[0]?.end?.how).toBe("given-up");
    expect(state).toMatchObject({ ended: 1, failures: 0 });
    await life.flows.stop();
  });

  test("that was too short for all the rest does not hide that it is late", async () => {
    const life = await opened();
    await life.clock.advance(HOUR);
    await runThrough(life, "yesterday", 15);
    await life.clock.advance(DAY - 45 * MINUTE);
    await life.tell("f", "1", "a", "start");
    life.clock.set(life.clock.now() + 6 * MINUTE);
    await life.clock.advance(30 * MINUTE);
    expect(life.problems("f")).toEqual([]);
    await life.clock.advance(30 * MINUTE);
    expect(life.problems("f")).toEqual(["late c"]);
    await life.flows.stop();
  });

  test("does not mend what was wrong before", async () => {
    const life = await opened();
    await life.clock.advance(HOUR);
    await life.tell("f", "1", "a", "start");
    await life.clock.advance(11 * MINUTE);
    expect(life.problems("f")).toEqual(["stuck a"]);
    life.clock.set(life.clock.now() + HOUR);
    await life.clock.advance(MINUTE);
    expect(life.problems("f")).toContain("stuck a");
    await life.flows.stop();
  });

  test("of less than a minute is a restart, and nobody new is called anything for a minute", async () => {
    const life = await opened();
    await life.clock.advance(HOUR);
    await life.tell("f", "1", "a", "start");
    await life.clock.advance(9.7 * MINUTE);
    await life.flows.stop();
    life.clock.set(life.clock.now() + 40_000);
    const next = flowLife(life.journal, life.clock);
    await next.flows.start();
    expect(await next.state("f")).toBe("running");
    await next.clock.advance(61_000);
    expect(await next.state("f")).toBe("stuck");
    await next.flows.stop();
  });

  test("far from the deadline of days is no matter, once it is known when it runs", async () => {
    const life = await opened({ steps: nightly.steps, days: "* * *" });
    await life.clock.advance(HOUR);
    await runThrough(life, "1");
    await life.clock.advance(4 * HOUR);
    life.clock.set(life.clock.now() + 10 * MINUTE);
    await life.clock.advance(MINUTE);
    expect(await life.state("f")).toBe("up");
    await life.clock.advance(DAY);
    expect(life.problems("f")).toEqual(["missing"]);
    await life.flows.stop();
  });
});

test("a clock that is set back makes nothing stuck, and nothing is in the future", async () => {
  const life = await opened();
  await life.clock.advance(HOUR);
  await life.tell("f", "1", "a", "start");
  life.clock.set(life.clock.now() - 3 * HOUR);
  await life.clock.advance(MINUTE);
  expect(life.problems("f")).toEqual([]);
  const [run] = life.flows.view(life.record("f")).runs;
  expect(run?.from).toBeLessThanOrEqual(life.clock.now());
  await life.clock.advance(10 * MINUTE);
  expect(life.problems("f")).toEqual(["stuck a"]);
  await life.flows.stop();
});

test("while it is paused nothing is missing, nor is what came due meanwhile", async () => {
  const life = await opened();
  await life.store.commit((change) => life.book.pause(change, "f", true));
  await life.clock.advance(2 * HOUR);
  await life.store.commit((change) => life.book.pause(change, "f", false));
  await settle();
  expect(life.problems("f")).toEqual([]);
  await life.flows.stop();
});

test("one that is removed leaves nothing behind, and news is told once for each change", async () => {
  const life = await opened({ steps: [{ name: "a" }, { name: "b" }] });
  await life.tell("f", "1", "a", "start");
  await life.tell("f", "1", "a", "fail");
  await life.tell("f", "1", "a", "fail");
  expect(life.news).toEqual(["f", "f"]);
  await life.store.commit((change) => life.book.remove(change, "f"));
  await life.clock.advance(MINUTE);
  const left = flowLife(life.journal, life.clock);
  await left.flows.start();
  await left.add("f", { steps: [{ name: "a" }], token: String("0123456789abcdef") });
  expect(left.flows.view(left.record("f")).runs).toEqual([]);
  await left.flows.stop();
  await life.flows.stop();
});
