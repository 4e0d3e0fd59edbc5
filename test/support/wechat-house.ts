/** A whole house whose WeChat is a world of the test: the fake, or Wechaty's own mock. */
import { onTestFinished } from "vitest";
import { FakeClock } from "./fake-clock.ts";
import { type HouseSpec, PlatformHouse } from "./platform-house.ts";
import { FakeWeChat } from "./wechat/fake-wechat.ts";
import { ROOM, type Said, type WeChatWorld } from "./wechat/world.ts";

export class WeChatHouse<World extends WeChatWorld = WeChatWorld> extends PlatformHouse {
  readonly world: World;

  private constructor(clock: FakeClock, world: World, spec: HouseSpec) {
    super({
      clock,
      environment: { WECHATY_PUPPET: "wechaty-puppet-mock" },
      spec,
      loadWechaty: world.load,
      busy: () => false,
    });
    this.world = world;
  }

  /** Opens both, signed in; they are taken down with the test. */
  static async open<World extends WeChatWorld>(
    make: (clock: FakeClock) => World | Promise<World>,
    spec: HouseSpec = {},
  ): Promise<WeChatHouse<World>> {
    const one = await WeChatHouse.openSignedOut(make, spec);
    one.world.signIn();
    await one.pass(() => one.logged("info").includes("signed in to WeChat"));
    return one;
  }

  static async openSignedOut<World extends WeChatWorld>(
    make: (clock: FakeClock) => World | Promise<World>,
    spec: HouseSpec = {},
  ): Promise<WeChatHouse<World>> {
    const clock = new FakeClock();
    const world = await make(clock);
    const one = new WeChatHouse(clock, world, spec);
    onTestFinished(() => one.end());
    await one.start();
    await one.pass(() => world.isStarted());
    return one;
  }

  /** Somebody says something to the bot in the room, and what is said there next. */
  async say(text: string, who = "zhangsan-id", said: Said = {}): Promise<string> {
    const before = this.world.seen(ROOM.id).length;
    this.world.say(who, `@更夫\u2005${text}`, ROOM.id, { mentions: ["gengfu-id"], ...said });
    return this.pass(() => this.world.seen(ROOM.id)[before]);
  }

  /** The last that was said in the room that has this in it, once it is there. */
  async shows(part: string, where: string = ROOM.id): Promise<string> {
    return this.pass(() => this.world.seen(where).findLast((text) => text.includes(part)));
  }
}

export function fakeWeChat(clock: FakeClock): FakeWeChat {
  return new FakeWeChat(clock);
}
