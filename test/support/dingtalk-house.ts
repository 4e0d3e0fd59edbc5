/** A whole house that talks to the fake DingTalk, with the real client on a real socket. */
import { onTestFinished } from "vitest";
import type { Logged } from "./dingtalk/http.ts";
import { type FakeDingTalk, type FakeOptions, openFakeDingTalk } from "./dingtalk/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { type HouseSpec, PlatformHouse } from "./platform-house.ts";

export interface DingTalkHouseSpec extends HouseSpec {
  readonly fake?: FakeOptions;
}

export const GROUP = "cidFakeOps0001==";

export class DingTalkHouse extends PlatformHouse {
  readonly fake: FakeDingTalk;

  private constructor(clock: FakeClock, fake: FakeDingTalk, spec: DingTalkHouseSpec) {
    super({ clock, environment: fake.environment, spec, busy: () => false });
    this.fake = fake;
  }

  /** Opens both and waits until the house listens; they are taken down with the test. */
  static async open(spec: DingTalkHouseSpec = {}): Promise<DingTalkHouse> {
    const clock = new FakeClock();
    const fake = await openFakeDingTalk({ clock, random: () => 0.5, ...spec.fake });
    const one = new DingTalkHouse(clock, fake, spec);
    onTestFinished(async () => {
      await one.end();
      await fake.close();
    });
    await one.start();
    return one;
  }

  /** Starts the house, on what an earlier life has left, and waits until it listens. */
  override async start(): Promise<void> {
    await super.start();
    await this.pass(() => this.fake.counters().connections > 0);
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
