/** Scenes for the tests of the fake: one that is open, one with a bot that is heard, and things to send. */
import { afterEach } from "vitest";
import { FakeClock } from "../fake-clock.ts";
import { type BareBot, connectBareBot, connectSubscribed } from "./bare-bot.ts";
import { type FakeWeCom, type FakeWeComOptions, openFakeWeCom } from "./fake-wecom.ts";
import { type Body, partOf } from "./read.ts";

/** The chatid of the group in the scenes. */
export const GROUP = "wrOpsAbC";
const closing: (() => unknown)[] = [];

/** Closes after each test what the scenes opened; call it once in a file. */
export function closeScenes(): void {
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
}

export function closeLater(close: () => unknown): void {
  closing.push(close);
}

export async function open(options: FakeWeComOptions = {}): Promise<FakeWeCom> {
  const fake = await openFakeWeCom(options);
  closing.push(() => fake.close());
  return fake;
}

export async function bare(fake: FakeWeCom): Promise<BareBot> {
  const bot = await connectBareBot(fake.wsUrl);
  closing.push(() => bot.close());
  return bot;
}

/** A fake with a bot that is heard, in a group where somebody spoke to it. */
export async function started(options: FakeWeComOptions = {}) {
  const clock = new FakeClock();
  const fake = await open({ clock, chats: [{ id: GROUP, name: "值班群", spoken: true }], ...options });
  const bot = await connectSubscribed(fake);
  closing.push(() => bot.close());
  const push = (body: Body) => bot.call("aibot_send_msg", { chatid: GROUP, chat_type: 2, ...body });
  return { clock, fake, bot, push };
}

export const markdown = (content: string): Body => ({ msgtype: "markdown", markdown: { content } });
export const alertCard = (task: string, more: Body = {}): Body => ({
  card_type: "button_interaction",
  main_title: { title: "P1 db-1 CPU 97%", desc: "03:22" },
  button_list: [
    { text: "认领", style: 1, key: "ack 12" },
    { text: "静默", style: 2, key: "silence 12 1h" },
  ],
  task_id: task,
  ...more,
});
export const card = (task: string, more: Body = {}): Body => ({
  msgtype: "template_card",
  template_card: alertCard(task, more),
});
export const claimed = (task: string): Body => ({
  card_type: "text_notice",
  main_title: { title: "已认领", desc: "张三" },
  card_action: { type: 1, url: "https://work.weixin.qq.com" },
  task_id: task,
});
export const inside = (frame: Body, ...path: string[]): unknown =>
  path.reduce<unknown>((value, name) => partOf(value, name), frame);
