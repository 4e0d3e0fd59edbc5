/** Actions from the alert to what was run: by itself, by a person, once, and told of. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { settle } from "../support/fake-clock.ts";
import { useProxies } from "../support/proxy-environment.ts";
import { openProxy } from "../support/proxy-server.ts";
import { Road, type RoadOptions } from "../support/road.ts";

let road: Road;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gengfu-actions-"));
});
afterEach(async () => {
  await road.close();
  rmSync(dir, { recursive: true, force: true });
});

const BUSY = ['alertname="busy"'];

/** An action that adds a line to a file for each time that it runs, and says what it was given. */
function counting(more: object = {}): object {
  const script = `require("fs").appendFileSync(${JSON.stringify(join(dir, "ran"))}, process.argv[1] + "\\n"); console.log("restarted", process.argv[1], "password=hunter2")`;
  return {
    name: "restart",
    summary: "restarts the service",
    command: [process.execPath, "-e", script, "host={{ $labels.instance }}"],
    labels: { instance: "[a-z0-9.-]+" },
    matchers: BUSY,
    ...more,
  };
}

const ran = (): string[] => {
  try {
    return readFileSync(join(dir, "ran"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
};

async function open(actions: readonly object[], more: Partial<RoadOptions> = {}): Promise<void> {
  road = await Road.open({ locale: "en", actions, ...more });
}

/** Everything that is due has been run and told. */
async function done(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await settle();
    await road.actions.idle();
  }
}

async function cool(): Promise<void> {
  road.machine["cpu_usage_percent"] = 5;
  await road.clock.advance(60_000);
  await done();
}

describe("an action", () => {
  it("runs by itself once per incident when it fires, and the group and the story say how it went", async () => {
    await open([counting({ on: ["firing"] })]);
    await road.burn();
    await done();
    expect(ran()).toEqual(["host=here"]);
    expect(road.console.shown.map(({ card }) => card.title).join("\n")).toContain(
      "restart (by itself) succeeded",
    );
    const story = await road.say("show 12");
    expect(story).toContain("restart is run by itself");
    expect(story).toMatch(/restart succeeded.*restarted host=here password=••••/s);
    expect(story).not.toContain("hunter2");
    await road.clock.advance(3_600_000);
    await done();
    expect(ran()).toHaveLength(1);
  });

  it("that is a request goes through the proxies of the environment where nothing is said", async () => {
    const proxy = await openProxy({ refuses: "407" });
    onTestFinished(() => proxy.close());
    useProxies({ HTTP_PROXY: proxy.url });
    await open([{ name: "call", http: { url: "http://ci.example/job" }, matchers: BUSY, on: ["firing"] }]);
    await road.burn();
    await done();
    expect(proxy.asked.map(({ line }) => line)).toEqual(["POST http://ci.example/job"]);
    expect(await road.say("show 12")).toContain("the proxy wants a name and a password (407)");
  });

  it("runs when somebody acknowledges, and when it is over", async () => {
    await open([counting({ name: "note", on: ["acknowledged", "resolved"] })]);
    await road.burn();
    await done();
    expect(ran()).toHaveLength(0);
    await road.say("ack 12");
    await done();
    expect(ran()).toHaveLength(1);
    await cool();
    expect(ran()).toHaveLength(2);
  });

  it("does not run while the incident is silenced", async () => {
    await open([counting({ on: ["firing"] })]);
    await road.say('silence alertname="busy" 2h');
    await road.burn();
    await done();
    expect(ran()).toEqual([]);
  });

  it("of other alerts does not run", async () => {
    await open([counting({ on: ["firing"], matchers: ['alertname="other"'] })]);
    await road.burn();
    await done();
    expect(ran()).toEqual([]);
    expect(await road.say("run restart 12")).toContain("is not for");
  });

  it("whose label does not fit is not run, and the story says why", async () => {
    await open([counting({ on: ["firing"], labels: { instance: "web.+" } })]);
    await road.burn();
    await done();
    expect(ran()).toEqual([]);
    expect(await road.say("show 12")).toContain("restart was not run: instance=here does not match web.+");
  });

  it("is shown, confirmed and run by a person, in their name; again when they ask again", async () => {
    await open([counting()]);
    await road.burn();
    const asked = await road.say("run restart 12", "operator");
    expect(asked).toContain("Run **restart** for #12?");
    expect(asked).toContain("host=here");
    expect(ran()).toEqual([]);
    const command = road.cards[0]?.actions?.[0]?.command ?? "";
    expect(command).toBe("run now restart 12");
    expect(await road.say(command, "viewer")).toContain("needs the role operator");
    expect(await road.say(command, "operator")).toContain("Running restart for #12");
    await done();
    expect(ran()).toHaveLength(1);
    expect(await road.say("show 12")).toContain("operator runs restart");
    expect(await road.say("run restart #12", "operator")).toContain("It was run at");
    await road.say(command, "operator");
    await done();
    expect(ran()).toHaveLength(2);
    expect(await road.say("actions")).toContain("succeeded");
  });

  it("that needs an admin is not an operator's", async () => {
    await open([counting({ needs: "admin" })]);
    await road.burn();
    expect(await road.say("run now restart 12", "operator")).toContain("needs the role admin");
    await done();
    expect(ran()).toEqual([]);
  });

  it("that nobody wrote down cannot be said", async () => {
    await open([]);
    await road.burn();
    expect(await road.say("run reboot 12")).toContain("they cannot be made in chat");
    await road.say("执行 rm -rf / 12");
    expect(ran()).toEqual([]);
  });

  it("of which nobody saw the end is told of and not run again", async () => {
    await open([counting({ on: ["firing"] })]);
    await road.burn();
    await done();
    // As a process that died in the middle of it leaves it.
    const { table } = road.actions.runs;
    const [id = "", run] = [...table.entries()][0] ?? [];
    if (run === undefined) throw new Error("nothing was run");
    const { endedAt: _, ending: __, output: ___, ...open_ } = run;
    await road.world.store.commit((change) => change.put(table, id, open_));
    await road.actions.endLost();
    expect(ran()).toHaveLength(1);
    expect(await road.say("show 12")).toContain("restart ended unseen: Gengfu stopped meanwhile");
  });

  it("is not begun when the disk refuses, and is when it takes again", async () => {
    await open([counting({ on: ["firing"] })]);
    await road.burn();
    await done();
    await cool();
    road.machine["cpu_usage_percent"] = 95;
    road.refuse = "disk full";
    await road.clock.advance(60_000);
    await done();
    expect(ran()).toHaveLength(1);
    road.refuse = undefined;
    await road.clock.advance(60_000);
    await done();
    expect(ran()).toHaveLength(2);
  });
});

describe("an action that a reload brings", () => {
  it("is there for what happens right after it", async () => {
    await open([]);
    await road.permit([counting({ on: ["firing"] })]);
    // It is known from now on, not from the first incident on, which would then lie before it by a moment.
    expect(road.commits.flat().filter(([, table]) => table === "actions")).toHaveLength(1);
    await road.burn();
    await done();
    expect(ran()).toHaveLength(1);
  });

  it("is not for what happened before", async () => {
    await open([]);
    await road.burn();
    await road.clock.advance(5_000);
    await road.permit([counting({ on: ["firing"] })]);
    await road.clock.advance(60_000);
    await done();
    expect(ran()).toEqual([]);
  });
});
