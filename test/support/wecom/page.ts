/** The page on which people see the groups, and what it asks the fake for. */
import { pageFile } from "../fake-page/files.ts";
import type { Asked, Door, Reply } from "./doors.ts";
import type { FakeWeCom } from "./fake-wecom.ts";
import { blocksOf } from "./markdown.ts";
import { type Body, listOf, objectIn, partOf, textOf } from "./read.ts";
import type { Shown } from "./world.ts";

const MOST_RECORDS = 80;

/** The door of the page. What it changes, only the page may change. */
export function createPage(fake: () => FakeWeCom): Door {
  /** Whether the bot heard what people said, by message. */
  const heard = new Map<string, boolean>();

  function shown(message: Shown): object {
    return {
      ...message,
      heard: heard.get(message.id),
      blocks: message.card === undefined ? blocksOf(message.source, message.dialect) : [],
    };
  }

  /** What the page shows, in the eyes of one person. */
  function state({ query }: Asked): object {
    const as = query.get("as") ?? "";
    const { people, chats, bot, app, counters, frames, requests, connections } = fake();
    const groups = chats.filter(({ kind, members }) => kind === "group" && (as === "" || members.has(as)));
    return {
      bot: bot.name,
      app: app.name,
      online: connections.some(({ subscribed, open }) => subscribed && open),
      people: people.map(({ id, name, inScope }) => ({ id, name, inScope })),
      groups: groups.map(({ key, name, id, hasBot }) => ({ key, name, id, hasBot })),
      messages: fake()
        .messages(query.get("chat") ?? "", as)
        .map(shown),
      counters: {
        ...counters,
        connectedAt: undefined,
        connections: counters.connectedAt.length,
        open: connections.filter(({ open }) => open).length,
        duplicates: chats.reduce((sum, { key }) => sum + fake().duplicates(key).length, 0),
        connectsPerSecond: fake().connectsPerSecond,
      },
      frames: frames.slice(-MOST_RECORDS),
      requests: requests.slice(-MOST_RECORDS),
    };
  }

  async function say(body: Body): Promise<void> {
    const chat = textOf(body, "chat") ?? "";
    const as = textOf(body, "as") ?? "";
    const text = textOf(body, "text") ?? "";
    const quote = textOf(body, "quote");
    if (chat.startsWith("app/")) {
      await fake().app.say(as, text);
      return;
    }
    const done = fake().say(chat, as, text, quote === undefined ? {} : { quote });
    heard.set(done.message, done.reqId !== undefined);
  }

  async function press(body: Body): Promise<void> {
    const task = textOf(body, "task") ?? "";
    const key = textOf(body, "key") ?? "";
    const as = textOf(body, "as") ?? "";
    const selected = Object.fromEntries(
      listOf(body, "selected").map((one) => [
        textOf(one, "question") ?? "",
        listOf(one, "options").map(String),
      ]),
    );
    const options = Object.keys(selected).length === 0 ? {} : { selected };
    if (partOf(body, "from") === "app") await fake().app.press(task, key, as, options);
    else if (fake().press(task, key, as, options).reqId === undefined)
      throw new Error("机器人未连接，没有人听到 · the bot is not connected, nobody heard it");
  }

  const faults: Readonly<Record<string, () => void>> = {
    evict: () => fake().evict(),
    unsubscribe: () => fake().dropSubscription(),
    freeze: () => fake().halfOpen(),
    drop: () => fake().terminate(),
    lost: () => {
      const { faults: switches } = fake();
      switches.acks = () => {
        switches.acks = () => "send";
        return "lose";
      };
    },
    often: () => fake().refuseNext(45_009, 3, "aibot_send_msg"),
    silent: () => {
      fake().faults.pings = "silent";
    },
    twice: () => {
      fake().faults.twice = true;
    },
    heal: () => fake().heal(),
  };

  const changes: Readonly<Record<string, (body: Body) => void | Promise<void>>> = {
    "/fake/say": say,
    "/fake/press": press,
    "/fake/enter": (body) => void fake().enter(textOf(body, "as") ?? ""),
    "/fake/fault": (body) => {
      const name = textOf(body, "what") ?? "";
      if (Object.hasOwn(faults, name)) faults[name]?.();
    },
  };

  async function change(asked: Asked): Promise<Reply | undefined> {
    const run = Object.hasOwn(changes, asked.path) ? changes[asked.path] : undefined;
    if (run === undefined) return undefined;
    // Another site's form can send neither this type nor this address.
    const isOurs = asked.type === "application/json" && isLoopback(asked.host);
    if (!isOurs) return { status: 403, body: { error: "not from this page" } };
    try {
      await run(objectIn(asked.bytes.toString()) ?? {});
      return { body: {} };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  }

  return (asked) => {
    if (asked.method === "POST") return change(asked);
    if (asked.path === "/fake/state") return isLoopback(asked.host) ? { body: state(asked) } : undefined;
    return pageFile("test/support/wecom/page", asked.path);
  };
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}
