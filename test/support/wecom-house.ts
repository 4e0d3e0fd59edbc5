/** A whole house that talks to the fake WeCom, with the real client on a real socket. */
import { onTestFinished } from "vitest";
import { FakeClock } from "./fake-clock.ts";
import { evenlySpread, type HouseSpec, PlatformHouse } from "./platform-house.ts";
import type { SayOptions } from "./wecom/acts.ts";
import { type FakeWeCom, type FakeWeComOptions, openFakeWeCom } from "./wecom/fake-wecom.ts";
import type { FrameRecord } from "./wecom/record.ts";
import type { Shown } from "./wecom/world.ts";

export interface WeComHouseSpec extends HouseSpec {
  readonly fake?: FakeWeComOptions;
}

export const GROUP = "wrOpsAbC";
/** The group's robot. */
export const ROBOT_KEY = "00000000-fake-4000-8000-robotkey0001";

/** A frame that has no answer after so long has none to wait for. */
const UNANSWERED_MS = 200;

export class WeComHouse extends PlatformHouse {
  readonly fake: FakeWeCom;

  private constructor(clock: FakeClock, fake: FakeWeCom, spec: WeComHouseSpec) {
    super({ clock, environment: fake.environment, spec, busy: () => isUnanswered(fake, clock.now()) });
    this.fake = fake;
  }

  /** Opens both, and waits until the house listens; they are taken down with the test. */
  static async open(spec: WeComHouseSpec = {}): Promise<WeComHouse> {
    const one = await WeComHouse.openDeaf(spec);
    await one.pass(() => one.isListening());
    return one;
  }

  /** The same, without waiting: for what never comes to listen. */
  static async openDeaf(spec: WeComHouseSpec = {}): Promise<WeComHouse> {
    const clock = new FakeClock();
    const fake = await openFakeWeCom({
      clock,
      random: evenlySpread(),
      chats: [{ id: GROUP, name: "值班群", spoken: true }],
      ...spec.fake,
    });
    const one = new WeComHouse(clock, fake, spec);
    onTestFinished(async () => {
      await one.end();
      await fake.close();
    });
    await one.start();
    return one;
  }

  isListening(): boolean {
    return this.fake.connections.some(({ subscribed, open }) => subscribed && open);
  }

  /** What people see in a conversation now, one text per message. */
  seen(where = GROUP): readonly string[] {
    return this.fake.messages(where).map(({ text }) => text);
  }

  /** The cards of the bot in a conversation, in order. */
  cards(where = GROUP): readonly Shown[] {
    return this.fake.messages(where).filter(({ card }) => card !== undefined);
  }

  /** The card of the first incident, once it is there. */
  async card(index = 0): Promise<Shown & { readonly taskId: string }> {
    return this.pass(() => {
      const found = this.cards()[index];
      return found?.card?.taskId === undefined ? undefined : { ...found, taskId: found.card.taskId };
    });
  }

  /** Somebody says something to the bot, and what it answers. */
  async say(text: string, who = "zhangsan", where = GROUP, said: SayOptions = {}): Promise<string> {
    const before = this.seen(where).length;
    this.fake.ask(where, who, text, said);
    return this.pass(() => this.seen(where)[before + 1]);
  }

  /** What the bot has sent of one kind, in order. */
  sent(cmd: string): readonly FrameRecord[] {
    return this.fake.frames.filter((frame) => frame.way === "in" && frame.cmd === cmd);
  }
}

/** Whether a frame of the bot is on its way to its answer. */
function isUnanswered({ frames }: FakeWeCom, now: number): boolean {
  const answered = new Set<string>();
  for (const { way, cmd, reqId, at } of [...frames].reverse()) {
    if (now - at > UNANSWERED_MS) return false;
    if (way === "out") answered.add(reqId);
    else if (cmd !== undefined && !answered.has(reqId)) return true;
  }
  return false;
}
