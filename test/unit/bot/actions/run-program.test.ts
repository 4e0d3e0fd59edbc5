/** Programs that actions run: nothing that an alert says changes what is run, and nothing of it outlives its time. */
import { describe, expect, it } from "vitest";
import { fill } from "../../../../alerts/actions/action.ts";
import { actionsSchema } from "../../../../bot/actions/config.ts";
import { keepOutput, maskSecrets } from "../../../../bot/actions/output.ts";
import { argvOf, runProgram } from "../../../../bot/actions/run-program.ts";

const never = new AbortController().signal;
const ECHO = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";

function echo(more: readonly string[]) {
  return {
    argv: [process.execPath, "-e", ECHO, "--", ...more] as [string, ...string[]],
    env: {},
    cwd: undefined,
  };
}

const about = (more: Partial<Parameters<typeof runProgram>[2]> = {}) => ({
  timeoutMs: 20_000,
  stop: never,
  mask: (text: string) => text,
  ...more,
});

/** What somebody who may send alerts would try. */
const HOSTILE = [
  "web1; rm -rf /",
  "$(id)",
  "`id`",
  "web1 && id",
  "web1|id",
  "'; id; '",
  '"; id; "',
  "web1\nid",
  "web1\u0000id",
  "{{ $labels.host }}",
  "{{ $labels.other }}",
  "$HOME",
  "%PATH%",
  "../../etc/passwd",
  "*",
  "~root",
  "web1 --force",
  "\u202Eweb1",
  "＄（id）",
  "a".repeat(300),
];

describe("hostile values", () => {
  it.each(HOSTILE)(
    "%j is one argument and nothing else, where the expression lets anything through",
    async (value) => {
      const values = { host: value };
      const read = argvOf({ argv: ["/bin/x", "to", "h={{ $labels.host }}"] }, values);
      if ("wrong" in read) {
        expect(value).toMatch(/[\p{Cc}]/u);
        return;
      }
      const { ending, output } = await runProgram(echo(["h={{ $labels.host }}", "last"]), values, about());
      expect(ending).toBe("ok");
      // Told without the signs that only format; the program itself got all of them.
      expect((JSON.parse(output) as string[]).length).toBe(2);
      expect(read.argv.at(-1)).toBe(`h=${value}`);
    },
  );

  it.each(HOSTILE)("%j fits no expression for a host", (value) => {
    const [action] = actionsSchema.parse([
      { name: "x", command: ["/bin/x", "{{ $labels.host }}"], labels: { host: "[a-z0-9.-]{1,63}" } },
    ]);
    if (action === undefined) throw new Error("there is no action");
    expect(fill(action, [{ labels: { host: value } }])).toHaveProperty("refused");
  });

  it.each(["-rf", "--config=/etc/x"])("%j is no option", async (value) => {
    expect(await runProgram(echo(["{{ $labels.host }}"]), { host: value }, about())).toMatchObject({
      ending: "refused",
      detail: "a value begins with -",
    });
  });
});

describe("a program", () => {
  const node = (script: string) => ({
    argv: [process.execPath, "-e", script] as [string, ...string[]],
    env: {},
    cwd: undefined,
  });

  it("that fails is told by its exit code and what it wrote, on both ways out", async () => {
    const result = await runProgram(
      node("console.log('out'); console.error('err'); process.exit(3)"),
      {},
      about(),
    );
    expect(result).toMatchObject({ ending: "failed", detail: "exit code 3" });
    expect(result.output.split("\n").sort()).toEqual(["err", "out"]);
  });

  it("that is not there says so", async () => {
    const missing = { argv: ["/nowhere/at-all"] as [string], env: {}, cwd: undefined };
    expect(await runProgram(missing, {}, about())).toMatchObject({
      ending: "failed",
      detail: "could not be started: ENOENT",
    });
  });

  it("that takes too long is ended with all that it started, although it does not want to", async () => {
    const script = `process.on("SIGTERM", () => {}); const c = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); console.log(c.pid); setInterval(() => {}, 1000);`;
    const result = await runProgram(node(script), {}, about({ timeoutMs: 700 }));
    expect(result).toMatchObject({ ending: "timeout" });
    const grandchild = Number(result.output);
    expect(grandchild).toBeGreaterThan(1);
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it("is ended when Gengfu stops", async () => {
    const stop = new AbortController();
    const running = runProgram(node("setInterval(() => {}, 1000)"), {}, about({ stop: stop.signal }));
    stop.abort();
    expect(await running).toMatchObject({ ending: "failed", detail: "ended: Gengfu stops" });
  });

  it("sees nothing of our own environment but what every program expects", async () => {
    process.env["GENGFU_TEST_SECRET"] = "t0ps3cret";
    try {
      const { output } = await runProgram(
        { ...node("console.log(JSON.stringify(process.env))"), env: { MINE: "yes" } },
        {},
        about(),
      );
      expect(output).not.toContain("t0ps3cret");
      expect(JSON.parse(output)).toMatchObject({ MINE: "yes", PATH: process.env["PATH"] });
    } finally {
      delete process.env["GENGFU_TEST_SECRET"];
    }
  });

  it("that floods is kept in bounds: its beginning and its end", async () => {
    const script = "for (let i = 0; i < 200000; i++) process.stdout.write('line ' + i + '\\n')";
    const { output } = await runProgram(node(script), {}, about());
    expect(output.length).toBeLessThan(4_200);
    expect(output).toMatch(/^line 0\n/);
    expect(output).toMatch(/line 199999$/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("what a program wrote", () => {
  it("has no secrets of the configuration, and nothing that looks like one", () => {
    const text =
      'curl -H "Authorization: Bearer abc.def" https://x?token=t1&x=1 password: "p w" known-s3cret api_key=k9';
    expect(maskSecrets(text, ["known-s3cret"])).toBe(
      'curl -H "Authorization: •••• https://x?token=•••• password: •••• •••• api_key=••••',
    );
  });

  it("has no colours, no bells and no signs that turn the text round", () => {
    const output = keepOutput((text) => text);
    output.add(Buffer.from("\u001B[31mred\u001B[0m\u0007 a\u202Eb\r\nc\td"));
    expect(output.text()).toBe("red ab\nc\td");
  });
});
