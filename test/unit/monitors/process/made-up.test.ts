/** The `process` monitor on machines that are made up: what a real one cannot be brought to do. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { monitorSchema } from "../../../../monitors/index.ts";
import type { Look } from "../../../../monitors/monitor.ts";
import { eachProcess } from "../../../../monitors/proc/processes.ts";
import { choose, listenersOn } from "../../../../monitors/process/elsewhere.ts";
import { searchProc } from "../../../../monitors/process/linux.ts";
import { createProcessKind } from "../../../../monitors/process/process.ts";
import type { FoundProcess } from "../../../../monitors/process/search.ts";
import { lookOnce, loopbackNetwork } from "../../../support/probe.ts";
import { type MadeUp, madeUpProc, temporaryFolder } from "../../../support/processes.ts";

const init: MadeUp = { pid: 1, name: "systemd" };

function on(processes: readonly MadeUp[], others?: Readonly<Record<string, string>>) {
  return createProcessKind(searchProc(madeUpProc(processes, others)));
}

describe("which processes count", () => {
  const machine = [
    init,
    { pid: 10, name: "nginx", command: "nginx: master process" },
    { pid: 11, name: "nginx", command: "nginx: worker process", uid: 33 },
    { pid: 12, name: "nginx", state: "Z" },
    { pid: 13, name: "nginx-exporter" },
    { pid: 14, name: "MainThread", command: "/opt/app/bin/node server.js --port 8080", uid: 1000 },
    { pid: 15, name: "java", command: "/usr/bin/java -jar shop.jar", uid: 1000 },
  ] satisfies MadeUp[];

  test.each<[options: object, count: number]>([
    [{ process: "nginx" }, 2],
    [{ process: "nginx", user: "33" }, 1],
    [{ process: "node" }, 1],
    [{ process: "MainThread" }, 1],
    [{ process: "ngin" }, 0],
    [{ match: "shop\\.jar" }, 1],
    [{ match: "worker|master" }, 2],
    [{ match: "^/usr/bin/java -jar", user: "1000" }, 1],
    [{ user: "1000" }, 2],
  ])("%j: %i", async (options, count) => {
    expect((await lookOnce(on(machine), options)).value("process_count")).toBe(count);
  });
});

describe("how many there should be", () => {
  const three = [10, 11, 12].map((pid) => ({ pid, name: "worker" }));
  test.each<[expected_count: string | number, code: string | undefined]>([
    ["1+", undefined],
    [3, undefined],
    ["3", undefined],
    ["2-4", undefined],
    ["4+", "too_few"],
    ["4-8", "too_few"],
    [2, "too_many"],
    ["1-2", "too_many"],
    [0, "too_many"],
  ])("3 where %j are expected: %s", async (expected_count, code) => {
    const look = await lookOnce(on([init, ...three]), { process: "worker", expected_count });
    expect(look.failure?.code).toBe(code);
    expect(look.value("process_count")).toBe(3);
  });

  test("none where none is expected is well", async () => {
    const look = await lookOnce(on([init]), { process: "miner", expected_count: 0 });
    expect(look.failure).toBeUndefined();
    expect(look.value("process_count")).toBe(0);
  });

  test.each(["", "x", "-1", "4-2", "1..2", "9999999"])("%j is no number of processes", (expected_count) => {
    const spec = { name: "a", kind: "process", process: "nginx", expected_count };
    expect(monitorSchema.safeParse(spec).success).toBe(false);
  });

  test("nothing to look for is refused", () => {
    const { error } = monitorSchema.safeParse({ name: "a", kind: "process" });
    expect(error?.issues[0]?.message).toContain("at least one of");
  });
});

test("the oldest tells how long they have run; open files of all are added up, the fullest tells how full", async () => {
  const kind = on([
    init,
    { pid: 20, name: "db", startTicks: 300_000, files: ["/a", "/b"], limit: 4 },
    { pid: 21, name: "db", startTicks: 200_000, files: ["/a"], limit: 100 },
  ]);
  const look = await lookOnce(kind, { process: "db" });
  expect(look.value("process_age_seconds")).toBe(3_000);
  expect(look.value("process_start_time_seconds")).toBe(1_700_002_000);
  expect(look.value("process_open_fds")).toBe(3);
  expect(look.value("process_fds_usage_percent")).toBe(50);
  expect(look.value("process_threads")).toBe(6);
});

test("open files that may not be seen are missing, and not too few", async () => {
  const kind = on([init, { pid: 20, name: "db", files: ["/a"] }, { pid: 21, name: "db", files: "hidden" }]);
  const look = await lookOnce(kind, { process: "db" });
  expect(look.failure).toBeUndefined();
  expect(look.value("process_count")).toBe(2);
  expect(look.value("process_open_fds")).toBeUndefined();
});

test("processor time is a share of the whole machine since the look before", async () => {
  let elapsed = 0;
  let cpuMs = 100;
  const found = (): FoundProcess[] => [{ id: "1@1", startedAt: 1, cpuMs, memoryBytes: 1 }];
  const kind = createProcessKind(async () => found());
  const monitor = kind.create(kind.options.parse({ process: "db" }), {
    network: loopbackNetwork(),
    elapsed: () => elapsed,
  });
  const cpu = async (): Promise<number | undefined> => {
    const look: Look = await monitor.look(new AbortController().signal);
    return look.readings.find(({ name }) => name === "process_cpu_percent")?.value;
  };
  expect(await cpu()).toBeUndefined();
  elapsed += 1_000;
  cpuMs += 500;
  expect(await cpu()).toBeCloseTo(50 / cpus().length, 9);
});

describe("a port", () => {
  const head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  const line = (address: string, state: string, inode: number): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
  const tables = {
    "net/tcp":
      head +
      line("0100007F:1538", "0A", 111) +
      line("0100007F:1538", "01", 222) +
      line("00000000:1F90", "01", 333),
    "net/tcp6": head + line("00000000000000000000000000000000:0016", "0A", 444),
  };
  const machine: MadeUp[] = [
    init,
    { pid: 20, name: "postgres", files: ["/dev/null", "socket:[111]"] },
    { pid: 21, name: "postgres", files: ["socket:[111]"] },
    { pid: 22, name: "client", files: ["socket:[222]", "socket:[333]"] },
    { pid: 30, name: "sshd", files: ["socket:[444]"] },
  ];

  test("is held by all that have the listening socket, over IPv4 or IPv6", async () => {
    const kind = on(machine, tables);
    expect((await lookOnce(kind, { port: 5432 })).value("process_count")).toBe(2);
    expect((await lookOnce(kind, { port: 22 })).value("process_count")).toBe(1);
    // Somebody is connected from it, and nobody listens.
    expect((await lookOnce(kind, { port: 8080 })).failure?.code).toBe("not_running");
  });

  test("whose owner may not be seen is no process that is gone", async () => {
    const hidden = machine.map((one) => ({ ...one, files: "hidden" as const }));
    const look = await lookOnce(on(hidden, tables), { port: 5432 });
    expect(look.failure?.code).toBe("no_permission");
    expect(look.failure?.text?.zh).toContain("cap_sys_ptrace");
    expect(look.value("process_count")).toBeUndefined();
    const elsewhere = await lookOnce(on([init], tables), { port: 5432 });
    expect(elsewhere.failure).toMatchObject({ code: "no_permission", text: { en: /another container/ } });
  });
});

test("where /proc hides the processes of others, nobody found is not nobody there", async () => {
  const kind = on([{ pid: 500, name: "node" }]);
  expect((await lookOnce(kind, { process: "node" })).failure).toBeUndefined();
  const look = await lookOnce(kind, { process: "nginx" });
  expect(look.failure).toMatchObject({ code: "no_permission", text: { zh: /hidepid/ } });
  const pid_file = join(temporaryFolder(), "nginx.pid");
  writeFileSync(pid_file, "77\n");
  expect((await lookOnce(kind, { pid_file })).failure?.code).toBe("no_permission");
});

test("a pid file that is a pipe, a folder or closed to us holds nobody up", async () => {
  const folder = temporaryFolder();
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const pid_file of [pipe, folder]) {
    const { failure } = await lookOnce(on([init]), { pid_file });
    expect(failure?.code).toMatch(/^(stale_pid_file|error)$/);
  }
});

test("a look at 500 processes gives the event loop its turn after every 50", async () => {
  const many = Array.from({ length: 500 }, (_, i) => ({
    pid: 1_000 + i,
    name: `job-${i}`,
    command: `job ${i}`,
  }));
  const proc = madeUpProc([init, ...many]);
  let reads = 0;
  let most = 0;
  let looking = true;
  const turn = (): void => {
    reads = 0;
    if (looking) setImmediate(turn);
  };
  setImmediate(turn);
  await eachProcess(
    () => {
      reads += 1;
      most = Math.max(most, reads);
      return undefined;
    },
    { proc },
  );
  looking = false;
  expect(most).toBe(50);
  const look = await lookOnce(createProcessKind(searchProc(proc)), { match: "job 4[0-9][0-9]" });
  expect(look.value("process_count")).toBe(100);
});

test("a look whose time is up ends", async () => {
  const search = searchProc(madeUpProc([init, { pid: 10, name: "x" }]));
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  await expect(search({ process: "x" }, stop.signal)).rejects.toThrow(/abort/);
});

describe("on other systems", () => {
  const listed = (pid: number, name: string, more: object = {}) =>
    ({ pid, name, command: name, params: "", user: "root", state: "sleeping", ...more }) as Parameters<
      typeof choose
    >[0][number];
  const list = [
    listed(1, "launchd"),
    listed(20, "nginx.exe", { params: "-c site.conf" }),
    listed(21, "nginx.exe", { user: "web" }),
    listed(22, "nginx.exe", { state: "zombie" }),
  ];

  test("the list of the package is searched in the same way", () => {
    const pids = (...[wanted, pid, listening]: [object, number?, Set<number>?]) =>
      choose(list, wanted, pid, listening).map((one) => one.pid);
    expect(pids({ process: "nginx" })).toEqual([20, 21]);
    expect(pids({ process: "nginx", user: "web" })).toEqual([21]);
    expect(pids({ match: "nginx.exe -c" })).toEqual([20]);
    expect(pids({ process: "nginx" }, 21)).toEqual([21]);
    expect(pids({}, undefined, new Set([1]))).toEqual([1]);
  });

  test("who listens is known, or nobody may know, or nobody does", () => {
    const one = (state: string, localPort: string, pid: number) => ({
      protocol: "tcp4",
      state,
      localPort,
      pid,
    });
    expect([...listenersOn(80, [one("LISTEN", "80", 20), one("ESTABLISHED", "80", 30)])]).toEqual([20]);
    expect(() => listenersOn(80, [one("LISTEN", "80", 0)])).toThrow(/no_permission/);
    expect(() => listenersOn(81, [one("LISTEN", "80", 20)])).toThrow(/not_running/);
  });
});
