/** A whole house that talks to the fake DingTalk, both on one clock that moves only when told. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseConfig } from "../../bot/config.ts";
import { readEnvironment } from "../../bot/environment.ts";
import { type House, openHouse } from "../../bot/house.ts";
import type { Log } from "../../storage/log.ts";
import type { Logged } from "./dingtalk/http.ts";
import { type FakeDingTalk, type FakeOptions, openFakeDingTalk } from "./dingtalk/index.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { quiet } from "./traffic.ts";

export interface DingTalkHouseSpec {
  /** The text of a `gengfu.yml`; `people` and who is told stand in it. */
  readonly yaml?: string;
  readonly locale?: "zh-CN" | "en";
  readonly fake?: FakeOptions;
  readonly env?: Readonly<Record<string, string>>;
}

/** A line of the log. */
export interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

export const GROUP = "cidFakeOps0001==";
export const GROUP_ADDRESS = `dingtalk:${GROUP}`;

export class DingTalkHouse {
  readonly clock: FakeClock;
  readonly fake: FakeDingTalk;
  readonly dir: string;
  readonly lines: LogLine[] = [];
  house!: House;
  readonly #spec: DingTalkHouseSpec;

  private constructor(clock: FakeClock, fake: FakeDingTalk, spec: DingTalkHouseSpec) {
    this.clock = clock;
    this.fake = fake;
    this.#spec = spec;
    this.dir = mkdtempSync(join(tmpdir(), "gengfu-dingtalk-"));
  }

  /** Opens both and waits until the house listens; they are taken down with the test. */
  static async open(spec: DingTalkHouseSpec = {}): Promise<DingTalkHouse> {
    const clock = new FakeClock();
    const fake = await openFakeDingTalk({ clock, random: () => 0.5, ...spec.fake });
    const one = new DingTalkHouse(clock, fake, spec);
    onTestFinished(async () => {
      await one.stop();
      await fake.close();
      rmSync(one.dir, { recursive: true, force: true });
    });
    await one.start();
    return one;
  }

  /** Starts the house, on what an earlier life has left. */
  async start(): Promise<void> {
    const { yaml = "", locale = "zh-CN", env = {} } = this.#spec;
    const variables = {
      DATA_DIR: this.dir,
      PORT: "0",
      LOCALE: locale,
      TIMEZONE: "Asia/Shanghai",
      ...this.fake.environment,
      ...env,
    };
    const write =
      (level: keyof Log) =>
      (fields: object, message: string): void => {
        this.lines.push({ level, fields, message });
      };
    this.house = await openHouse({
      environment: readEnvironment(variables),
      config: parseConfig("gengfu.yml", yaml, variables),
      clock: this.clock,
      elapsed: () => this.clock.elapsed,
      random: () => 0.5,
      log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    });
    await this.pass(() => this.fake.counters().connections > 0);
  }

  async stop(): Promise<void> {
    let stopped = false;
    const stopping = this.house.stop().finally(() => {
      stopped = true;
    });
    while (!stopped) {
      await this.clock.advance(100);
      await this.#breathe();
    }
    await stopping;
  }

  /** Lets time pass in steps of 100 ms until `look` gives something, with what happens on sockets in between. */
  async pass<T>(look: () => T | undefined | false, mostMs = 120_000): Promise<T> {
    for (let passed = 0; ; passed += 100) {
      await this.#breathe();
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (passed >= mostMs) throw new Error(`did not happen within ${mostMs / 1_000} s: ${look}`);
      await this.clock.advance(100);
    }
  }

  /** Real sockets and files take their turns. */
  async #breathe(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await settle();
      await quiet();
    }
  }

  /** Lets time pass, however long, from one thing that is due to the next. */
  async wait(ms: number): Promise<void> {
    const until = this.clock.elapsed + ms;
    for (;;) {
      await this.#breathe();
      const left = until - this.clock.elapsed;
      if (left <= 0) return;
      await this.clock.advance(Math.min(left, Math.max(1, this.clock.nextMs)));
    }
  }

  /** What people see in the group now. */
  seen(where = GROUP): readonly string[] {
    return this.fake
      .messages(where)
      .map(({ text, title, buttons }) =>
        [title, text, buttons.map((button) => `[${button.text}]`).join("")].filter(Boolean).join("\n"),
      );
  }

  /** Somebody says something in the group, and what the robot answers. */
  async say(text: string, who = "zhang", where = GROUP, quotes?: string): Promise<string> {
    const before = this.seen(where).length;
    this.fake.say(where, who, text, quotes === undefined ? {} : { quotes });
    return this.pass(() => this.seen(where)[before + 1]);
  }

  /** The requests for a path, in order. */
  asked(path: string, method = "POST"): readonly Logged[] {
    return this.fake.requests.filter((one) => one.path === path && one.method === method);
  }
}
