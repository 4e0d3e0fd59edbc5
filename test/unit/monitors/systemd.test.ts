import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { monitorSchema } from "../../../monitors/index.ts";
import { type SystemctlTool, systemSystemctl } from "../../../monitors/systemd/systemctl.ts";
import { createSystemdKind, systemd } from "../../../monitors/systemd/systemd.ts";
import type { Text } from "../../../storage/locale.ts";
import { withProgram } from "../../support/fake-program.ts";
import { lookOnce, loopbackNetwork, type Probed } from "../../support/probe.ts";

/** A block as `systemctl show` of systemd 252 writes it; the order of the properties is its own. */
function block(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries({ LoadState: "loaded", ...fields })
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
}

const nginx = block({
  Result: "success",
  NRestarts: 3,
  MemoryCurrent: 8409088,
  TasksCurrent: 5,
  Id: "nginx.service",
  ActiveState: "active",
  SubState: "running",
  ActiveEnterTimestamp: "Sat 2026-11-28 23:00:00 UTC",
});
const timer = block({
  Id: "logrotate.timer",
  ActiveState: "active",
  SubState: "waiting",
  ActiveEnterTimestamp: "",
  Result: "success",
});
const broken = block({
  Result: "exit-code",
  NRestarts: 5,
  MemoryCurrent: "[not set]",
  TasksCurrent: "18446744073709551615",
  Id: "shop.service",
  ActiveState: "failed",
  SubState: "failed",
});
const stopped = block({ Id: "cron.service", Result: "success", ActiveState: "inactive", SubState: "dead" });
const missing = block({
  Id: "no.service",
  LoadState: "not-found",
  ActiveState: "inactive",
  SubState: "dead",
});

/** One look over a `systemctl` that prints this. */
function look(blocks: readonly string[] | { script: string }, options: object): Promise<Probed> {
  const script = "script" in blocks ? blocks.script : `cat <<'END'\n${blocks.join("\n\n")}\nEND`;
  return withProgram("systemctl", script, (path, nowhere) =>
    lookOnce(createSystemdKind({ paths: [nowhere, path], runtime: "/" }), options),
  );
}

test("a unit that runs tells its state, restarts, memory, tasks and since when", async () => {
  const seen = await look([nginx], { unit: "nginx" });
  expect(seen.failure).toBeUndefined();
  expect(seen.readings).toEqual([
    ...["active", "activating", "deactivating", "inactive", "failed"].map((state) => ({
      name: "systemd_unit_state",
      labels: { unit: "nginx.service", state },
      value: state === "active" ? 1 : 0,
    })),
    { name: "systemd_unit_restarts_total", labels: { unit: "nginx.service" }, value: 3 },
    { name: "systemd_unit_memory_bytes", labels: { unit: "nginx.service" }, value: 8409088 },
    { name: "systemd_unit_tasks_current", labels: { unit: "nginx.service" }, value: 5 },
    {
      name: "systemd_unit_start_time_seconds",
      labels: { unit: "nginx.service" },
      value: Date.UTC(2026, 10, 28, 23) / 1000,
    },
  ]);
});

test("what systemd does not count is missing", async () => {
  const seen = await look([broken, timer], { unit: ["shop", "logrotate.timer"] });
  const names = seen.readings.map(({ name, labels }) => `${name} ${labels?.["unit"]}`);
  expect(names.filter((name) => !name.startsWith("systemd_unit_state"))).toEqual([
    "systemd_unit_restarts_total shop.service",
  ]);
});

describe("what is expected", () => {
  const rows: readonly [
    what: string,
    blocks: readonly string[],
    options: object,
    failure: object | undefined,
  ][] = [
    [
      "a failed unit",
      [broken],
      { unit: "shop" },
      { code: "unit_failed", detail: "shop.service: failed (exit-code)" },
    ],
    [
      "one that is stopped",
      [stopped],
      { unit: "cron" },
      { code: "unit_state", detail: "cron.service: inactive (dead)" },
    ],
    ["one that may be stopped", [stopped], { unit: "cron", expected_state: "active,inactive" }, undefined],
    ["one that must be", [nginx], { unit: "nginx", expected_state: "inactive" }, { code: "unit_state" }],
    [
      "no such unit",
      [missing],
      { unit: "no" },
      { code: "unit_not_found", detail: "no.service: no such unit" },
    ],
    [
      "no such unit, where being stopped is well",
      [missing],
      { unit: "no", expected_state: "inactive" },
      { code: "unit_not_found" },
    ],
    [
      "the worst of several first",
      [nginx, missing, stopped, broken],
      { unit: ["nginx", "no", "cron", "shop"] },
      {
        code: "unit_failed",
        detail: "shop.service: failed (exit-code), no.service: no such unit, cron.service: inactive (dead)",
      },
    ],
    [
      "a pattern that finds nothing",
      [""],
      { unit: "php*" },
      { code: "unit_not_found", detail: "nothing is called php*" },
    ],
    ["a pattern that finds good ones", [nginx, timer], { unit: "*" }, undefined],
    [
      "one that restarts again and again",
      [block({ Id: "a.service", ActiveState: "activating", SubState: "auto-restart", Result: "exit-code" })],
      { unit: "a" },
      { code: "unit_state", detail: "a.service: activating (exit-code)" },
    ],
    [
      "one that reloads",
      [block({ Id: "a.service", ActiveState: "reloading", SubState: "reload" })],
      { unit: "a" },
      undefined,
    ],
    [
      "one that is masked",
      [block({ Id: "a.service", LoadState: "masked", ActiveState: "inactive", SubState: "dead" })],
      { unit: "a" },
      { code: "unit_state", detail: "a.service: inactive (dead, masked)" },
    ],
  ];
  test.each(rows)("%s", async (_what, blocks, options, failure) => {
    const seen = await look(blocks, options);
    if (failure === undefined) expect(seen.failure).toBeUndefined();
    else expect(seen.failure).toMatchObject(failure);
  });
});

test("of hundreds all are judged, 100 are written, and five are named", async () => {
  const many = Array.from({ length: 300 }, (_, i) =>
    block({ Id: `job@${i}.service`, ActiveState: "failed", SubState: "failed", Result: "signal" }),
  );
  const seen = await look(many, { unit: "job@*" });
  expect(seen.failure?.detail).toMatch(/^job@0\.service: failed \(signal\), .* and 295 more$/);
  expect(new Set(seen.readings.map(({ labels }) => labels?.["unit"])).size).toBe(100);
});

test("names go to the program as they are, behind --, and never through a shell", async () => {
  const script = `echo "$*" | grep -q -- " -- nginx.service -.mount a\\\\\\\\x2db.service$" && echo "Id=ok.service
ActiveState=active"`;
  const seen = await look({ script }, { unit: "nginx,-.mount,a\\x2db" });
  expect(seen.failure).toBeUndefined();
  expect(seen.labels("systemd_unit_state")).toMatchObject({ unit: "ok.service" });
});

describe("where systemd cannot be asked", () => {
  const says = (words: string): { script: string } => ({ script: `echo "${words}" >&2; exit 1` });

  test.each([
    ["System has not been booted with systemd as init system (PID 1). Can't operate.", "unsupported"],
    ["Failed to connect to bus: No such file or directory", "unsupported"],
    ["Failed to get properties: Access denied", "no_permission"],
    ["Failed to get properties: Connection timed out", "error"],
  ])("%s", async (words, code) => {
    const seen = await look(says(words), { unit: "nginx" });
    expect(seen.failure).toMatchObject({ code, detail: words });
    expect(seen.readings).toEqual([]);
  });

  test("without a systemctl, and on a host without systemd", async () => {
    const options = { unit: "nginx" };
    const none = await lookOnce(createSystemdKind({ paths: ["/nowhere"], runtime: "/" }), options);
    expect(none.failure).toMatchObject({ code: "unsupported", detail: "there is no systemctl" });
    const other = await lookOnce(createSystemdKind({ paths: ["/bin/true"], runtime: "/nowhere" }), options);
    expect(other.failure).toMatchObject({ code: "unsupported", text: { zh: /不是用 systemd 启动/ } });
  });

  // Which of the two is tried depends on the machine; both are what people see there.
  const booted = existsSync(systemSystemctl.runtime);
  test("this very machine says how it is", async () => {
    const seen = await lookOnce(systemd, { unit: "-.mount" });
    if (booted) {
      expect(seen.failure).toBeUndefined();
      expect(seen.labels("systemd_unit_state")).toEqual({ unit: "-.mount", state: "active" });
    } else {
      expect(seen.failure).toMatchObject({ code: "unsupported", detail: "there is no /run/systemd/system" });
    }
  });

  const real = systemSystemctl.paths.find((path) => existsSync(path));
  test.skipIf(booted || real === undefined)(
    "the real systemctl of a host that systemd did not start says so",
    async () => {
      const seen = await lookOnce(createSystemdKind({ ...systemSystemctl, runtime: "/" }), { unit: "cron" });
      expect(seen.failure).toMatchObject({ code: "unsupported", detail: /not been booted with systemd|bus/ });
    },
  );
});

describe("options", () => {
  const options = (given: object) => monitorSchema.parse({ name: "a", kind: "systemd", ...given }).options;

  test("a service needs no suffix, several may be one text, and one is a text", () => {
    expect(options({ unit: " nginx " })).toEqual({ unit: "nginx.service", expected_state: ["active"] });
    expect(options({ unit: "nginx,redis.socket, getty@tty1" })["unit"]).toEqual([
      "nginx.service",
      "redis.socket",
      "getty@tty1.service",
    ]);
    expect(options({ unit: ["php*-fpm", "php*-fpm"] })["unit"]).toBe("php*-fpm");
    expect(options({ unit: "a", expected_state: ["active", "inactive"] })["expected_state"]).toEqual([
      "active",
      "inactive",
    ]);
  });

  test.each(["", "a b", "a;reboot", "$(reboot)", "a/b", "名字", "a\nb", `${"a".repeat(256)}`])(
    "%j is no unit",
    (unit) => expect(monitorSchema.safeParse({ name: "a", kind: "systemd", unit }).success).toBe(false),
  );

  test("an unknown state is refused", () => {
    const spec = { name: "a", kind: "systemd", unit: "a", expected_state: "running" };
    expect(monitorSchema.safeParse(spec).success).toBe(false);
  });
});

test("where there is no systemd, making one is objected to, with what can be watched instead", () => {
  const world = { network: loopbackNetwork(), elapsed: () => 0 };
  const objection = (tool: SystemctlTool, unit: unknown): Text | undefined => {
    const kind = createSystemdKind(tool);
    return kind.objection?.(kind.options.parse({ unit }), world);
  };
  const there = { paths: ["/nowhere/systemctl", "/"], runtime: "/" };
  expect(objection(there, "nginx")).toBeUndefined();
  for (const tool of [
    { ...there, runtime: "/nowhere" },
    { ...there, paths: ["/nowhere/systemctl"] },
  ]) {
    expect(objection(tool, "nginx")?.zh).toMatch(/没有 systemd.*nginx\.service.*添加监控 进程 nginx$/);
    expect(objection(tool, ["php*-fpm.service", "redis"])?.en).toMatch(
      /no systemd here.*php\*-fpm\.service, redis\.service.*monitor add process nginx$/,
    );
  }
});
