/** The `process` monitor on real processes, which the test starts and ends. */
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Look } from "../../../../monitors/monitor.ts";
import { process as kind } from "../../../../monitors/process/process.ts";
import { lookOnce, loopbackNetwork } from "../../../support/probe.ts";
import { startSleeper, temporaryFolder } from "../../../support/processes.ts";

const value = ({ readings }: Look, name: string): number | undefined =>
  readings.find((one) => one.name === name)?.value;

/** A name that no other process has, short enough for the kernel to keep. */
let names = 0;
const freshName = (): string => `gf${process.pid % 100_000}x${++names}`;

test("counts processes by name and tells what they use, until they end", async () => {
  const folder = temporaryFolder();
  const name = freshName();
  const [one, two] = [await startSleeper(name, folder), await startSleeper(name, folder)];
  const look = await lookOnce(kind, { process: name });
  expect(look.failure).toBeUndefined();
  expect(look.value("process_count")).toBe(2);
  expect(look.value("process_threads")).toBe(2);
  expect(look.value("process_memory_bytes")).toBeGreaterThan(100_000);
  expect(look.value("process_open_fds")).toBeGreaterThanOrEqual(2);
  expect(look.value("process_fds_usage_percent")).toBeGreaterThan(0);
  expect(look.value("process_age_seconds")).toBeLessThan(60);
  expect(Math.abs((look.value("process_start_time_seconds") ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  await one.end();
  expect((await lookOnce(kind, { process: name })).value("process_count")).toBe(1);
  await two.end();
  const gone = await lookOnce(kind, { process: name });
  expect(gone.failure).toEqual({ code: "not_running", detail: "0 running, expected 1+" });
  expect(gone.value("process_count")).toBe(0);
  expect(gone.value("process_memory_bytes")).toBeUndefined();
});

test("a name longer than the kernel keeps is found by what was called", async () => {
  const name = `${freshName()}-with-a-long-name`;
  await startSleeper(name, temporaryFolder());
  expect((await lookOnce(kind, { process: name })).value("process_count")).toBe(1);
  expect((await lookOnce(kind, { process: `${name}r` })).value("process_count")).toBe(0);
});

test("another process in the place of one that has ended is a restart; one more beside it is none", async () => {
  const folder = temporaryFolder();
  const name = freshName();
  const monitor = kind.create(kind.options.parse({ process: name }), {
    network: loopbackNetwork(),
    elapsed: () => performance.now(),
  });
  const look = () => monitor.look(new AbortController().signal);
  const first = await startSleeper(name, folder);
  expect(value(await look(), "process_restarts_total")).toBe(0);
  const second = await startSleeper(name, folder);
  expect(value(await look(), "process_restarts_total")).toBe(0);
  await second.end();
  expect(value(await look(), "process_restarts_total")).toBe(0);
  await first.end();
  expect(value(await look(), "process_restarts_total")).toBe(0);
  await startSleeper(name, folder);
  expect(value(await look(), "process_restarts_total")).toBe(1);
  expect(value(await look(), "process_restarts_total")).toBe(1);
});

test("the command line is searched, and nothing of it is told", async () => {
  const name = freshName();
  const secret = "--password=hunter2";
  await startSleeper(name, temporaryFolder(), ["--shop", secret]);
  for (const options of [
    { match: `/${name} -c read line waits --shop` },
    { match: "hunter[2]$", process: name },
  ]) {
    const look = await lookOnce(kind, options);
    expect(look.value("process_count")).toBe(1);
    expect(JSON.stringify(look)).not.toContain("hunter2");
    expect(kind.instance(kind.options.parse(options))).not.toContain("hunter");
  }
});

test("user: by name and by number", async () => {
  const name = freshName();
  await startSleeper(name, temporaryFolder());
  const { uid, username } = userInfo();
  for (const user of [username, String(uid)])
    expect((await lookOnce(kind, { process: name, user })).value("process_count")).toBe(1);
  expect((await lookOnce(kind, { process: name, user: "65533" })).value("process_count")).toBe(0);
  const nobody = await lookOnce(kind, { process: name, user: "no-such-account" });
  expect(nobody.failure?.code).toBe("no_such_user");
});

test("a pid file: whose process it is, and what is wrong with it", async () => {
  const folder = temporaryFolder();
  const name = freshName();
  const pid_file = join(folder, "daemon.pid");
  const look = (more: object = {}) => lookOnce(kind, { pid_file, ...more });
  expect((await look()).failure).toEqual({ code: "not_running", detail: `there is no ${pid_file}` });
  const sleeper = await startSleeper(name, folder);
  writeFileSync(pid_file, `${sleeper.pid}\n`);
  expect((await look()).failure).toBeUndefined();
  expect((await look({ process: name })).value("process_count")).toBe(1);
  // The number has been given to another program.
  const other = await look({ process: "mysqld" });
  expect(other.failure).toEqual({
    code: "stale_pid_file",
    detail: `process ${sleeper.pid}, which ${pid_file} names, is ${name}`,
  });
  expect(other.value("process_count")).toBe(0);
  await sleeper.end();
  expect((await look()).failure).toEqual({
    code: "stale_pid_file",
    detail: `no process ${sleeper.pid}, which ${pid_file} names`,
  });
  writeFileSync(pid_file, "s3cret, not a number");
  expect((await look()).failure).toEqual({ code: "stale_pid_file", detail: `${pid_file} holds no number` });
});

test("a port: who listens on it", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const look = await lookOnce(kind, { port });
  expect(look.failure).toBeUndefined();
  expect(look.value("process_count")).toBe(1);
  expect(look.value("process_memory_bytes")).toBeGreaterThan(10_000_000);
  // Another program than the one that should.
  expect((await lookOnce(kind, { port, process: "mysqld" })).failure?.code).toBe("not_running");
  await new Promise((resolve) => server.close(resolve));
  const closed = await lookOnce(kind, { port });
  expect(closed.failure).toEqual({ code: "not_running", detail: `nobody listens on port ${port}` });
  expect(closed.value("process_count")).toBe(0);
  // A port on which nobody must listen.
  expect((await lookOnce(kind, { port, expected_count: 0 })).failure).toBeUndefined();
});
