/** kill -9 of whoever follows a log, at random moments, while it is written to and rotated: each line counts once. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { makeDir } from "../support/bot.ts";
import { seeded } from "../support/seeded.ts";

/** How often the process is killed; `LIVES` says otherwise. */
const LIVES = Number(process.env["LIVES"] ?? 5);

test(`${LIVES} kills while a log is written and rotated: each line counts once`, {
  timeout: 60_000 + LIVES * 15_000,
}, async () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const folder = makeDir(cleanUps);
  const random = seeded(20261128);
  const start = (script: string): Said => {
    const said = new Said(script, folder);
    cleanUps.push(() => said.kill());
    return said;
  };
  // The first one is there before the log is.
  let follower = start("log-child.js");
  await follower.line(2);
  const writer = start("log-writer.js");
  await follower.until((line) => linesIn(line) > 0);
  let counted = 0;
  for (let life = 0; life < LIVES; life++) {
    // At some line that it says: before the first look, in the middle of one, or after some.
    await follower.line(Math.floor(random() ** 2 * 40));
    counted = Math.max(counted, linesIn(follower.last));
    await follower.kill();
    follower = start("log-child.js");
  }
  writer.child.stdin?.write("enough\n");
  await writer.line(0);
  const written = JSON.parse(writer.last) as Sums & { readonly rotations: number };
  // Until it says the same for a while.
  let before = "";
  do {
    before = follower.last;
    await follower.line(follower.count + 40);
  } while (follower.last !== before);
  expect(written.rotations).toBeGreaterThan(0);
  expect(counted).toBeGreaterThan(0);
  const { count, sum, squares } = written;
  expect(JSON.parse(follower.last)).toEqual({ lines: count, count, sum, squares });
});

interface Sums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

function linesIn(line: string): number {
  return line.startsWith("{") ? (JSON.parse(line) as { lines: number }).lines : 0;
}

/** A process and the lines that it says. */
class Said {
  readonly child: ChildProcess;
  last = "";
  count = 0;
  #errors = "";
  #rest = "";
  #heard = (): void => {};

  constructor(script: string, folder: string) {
    this.child = spawn(
      process.execPath,
      [fileURLToPath(new URL(`../support/${script}`, import.meta.url)), folder],
      {
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split("\n");
      this.#rest = lines.pop() ?? "";
      this.count += lines.length;
      this.last = lines.at(-1) ?? this.last;
      this.#heard();
    });
    this.child.once("close", () => this.#heard());
  }

  /** Waits until it has said more than so many lines. */
  line(number: number): Promise<void> {
    return this.until(() => this.count > number);
  }

  async until(enough: (last: string) => boolean): Promise<void> {
    while (!enough(this.last)) {
      if (this.child.exitCode !== null)
        throw new Error(`it ended with ${this.child.exitCode}\n${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}
