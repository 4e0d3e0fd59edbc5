/** A whole house that talks to a fake platform, both on one clock that moves only when told. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../bot/config.ts";
import { readEnvironment } from "../../bot/environment.ts";
import { type House, type HouseOptions, openHouse } from "../../bot/house.ts";
import type { Log } from "../../storage/log.ts";
import { type FakeClock, settle } from "./fake-clock.ts";
import { quiet } from "./traffic.ts";

export interface HouseSpec {
  /** The text of a `gengfu.yml` but for its monitors; `people` and who is told stand in it. */
  readonly yaml?: string;
  readonly locale?: "zh-CN" | "en";
  readonly env?: Readonly<Record<string, string>>;
}

/** A line of the log. */
interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

/** What the house stands on. */
interface Ground {
  readonly clock: FakeClock;
  /** What leads the house to the fake. */
  readonly environment: Readonly<Record<string, string>>;
  readonly spec: HouseSpec;
  /** In the place of Wechaty's packages. */
  readonly loadWechaty?: HouseOptions["loadWechaty"];
  /** Whether the fake and the house are in the middle of something that the clock must wait for. */
  busy(): boolean;
}

/** This machine is no part of the test, and looking at it takes a while. */
const MONITORS = "monitors: [{ name: system, kind: system, interval: 1d }]\n";
/** How far time goes at a time, in milliseconds. */
const STEP_MS = 100;
/** So long the clock waits for what is never over. */
const MOST_TURNS = 100;

export class PlatformHouse {
  readonly clock: FakeClock;
  readonly dir = mkdtempSync(join(tmpdir(), "gengfu-platform-"));
  readonly lines: LogLine[] = [];
  house!: House;
  readonly #ground: Ground;

  protected constructor(ground: Ground) {
    this.#ground = ground;
    this.clock = ground.clock;
  }

  /** Builds and starts the house, on what an earlier life has left. */
  async start(): Promise<void> {
    const { spec, environment, loadWechaty } = this.#ground;
    const { yaml = "", locale = "zh-CN", env = {} } = spec;
    const variables = {
      DATA_DIR: this.dir,
      PORT: "0",
      LOCALE: locale,
      TIMEZONE: "Asia/Shanghai",
      ...environment,
      ...env,
    };
    const write =
      (level: keyof Log) =>
      (fields: object, message: string): void => {
        this.lines.push({ level, fields, message });
      };
    this.house = await openHouse({
      environment: readEnvironment(variables),
      config: parseConfig("gengfu.yml", `${MONITORS}${yaml}`, variables),
      clock: this.clock,
      elapsed: () => this.clock.elapsed,
      random: evenlySpread(),
      ...(loadWechaty && { loadWechaty }),
      log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    });
  }

  async stop(): Promise<void> {
    let stopped = false;
    const stopping = this.house.stop().finally(() => {
      stopped = true;
    });
    while (!stopped) {
      await this.clock.advance(STEP_MS);
      await this.#breathe();
    }
    await stopping;
  }

  /** Nothing of it is left. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Lets time pass in small steps until `look` gives something, with what happens on sockets in between. */
  async pass<T>(look: () => T | undefined | false, mostMs = 120_000, stepMs = STEP_MS): Promise<T> {
    for (let passed = 0; ; passed += stepMs) {
      await this.#breathe();
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (passed >= mostMs) throw new Error(`did not happen within ${mostMs / 1_000} s: ${look}`);
      await this.clock.advance(stepMs);
    }
  }

  /** Lets time pass from one thing that is due to the next, or, where that would take long, in strides of `strideMs`. */
  async wait(ms: number, strideMs = 1): Promise<void> {
    const until = this.clock.elapsed + ms;
    for (;;) {
      await this.#breathe();
      const left = until - this.clock.elapsed;
      if (left <= 0) return;
      await this.clock.advance(Math.min(left, Math.max(strideMs, this.clock.nextMs)));
    }
  }

  /** What a door of the house answers. */
  async ask(
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    let answer: { readonly status: number; readonly text: string } | undefined;
    let failed: unknown;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    };
    void fetch(new URL(path, this.house.url), body === undefined ? {} : init)
      .then(async (response) => {
        answer = { status: response.status, text: await response.text() };
      })
      .catch((error: unknown) => {
        failed = error;
      });
    await this.pass(() => answer !== undefined || failed !== undefined);
    if (answer === undefined) throw failed;
    return answer;
  }

  /** Something of another system fires, until `endsAt` in milliseconds, or for an hour. */
  async fire(labels: Readonly<Record<string, string>>, endsAt = this.clock.now() + 3_600_000): Promise<void> {
    const { status, text } = await this.ask("/api/v2/alerts", [
      { labels, startsAt: new Date(this.clock.now()).toISOString(), endsAt: new Date(endsAt).toISOString() },
    ]);
    if (status !== 200) throw new Error(`${status} ${text}`);
  }

  /** Everything that stands on the console. */
  async console(): Promise<string> {
    return (await this.ask("/api/console/messages?conversation=ops&after=0")).text;
  }

  /** A line on the console, and what it answers. */
  async onConsole(text: string): Promise<string> {
    return (await this.ask("/api/console/messages", { conversation: "ops", user: "ops", text })).text;
  }

  /** What the log says at a level, or all that it says of trouble. */
  logged(...levels: readonly (keyof Log)[]): readonly string[] {
    const wanted = levels.length === 0 ? (["warn", "error"] as const) : levels;
    return this.lines.filter(({ level }) => wanted.includes(level)).map(({ message }) => message);
  }

  /** Real sockets and files take their turns. */
  async #breathe(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await settle();
      await quiet();
    }
    for (let turns = 0; turns < MOST_TURNS && this.#ground.busy(); turns++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await quiet();
    }
  }
}

/** From 0 to 1, always in the same order and never the same: ids that are made of it differ. */
export function evenlySpread(): () => number {
  let last = 0;
  return () => {
    last = (last + 0.618_033_988_75) % 1;
    return last;
  };
}
