/**
 * WeCom on loopback, as far as a bot can tell: intelligent bots over the long connection, group robots, self-built
 * applications, and the people. It does what the platform's pages say and what was seen on live tenants; what neither
 * says is marked "assumed" where it is decided.
 */
import { type Clock, systemClock } from "../../../storage/clock.ts";
import { type Acts, createActs } from "./acts.ts";
import { createAnswerDoors } from "./answer-doors.ts";
import { type AppCallback, type CallbackSecrets, createAppCallback } from "./app-callback.ts";
import { type AppDoors, type AppIdentity, createAppDoors } from "./app-doors.ts";
import { WRONG_CARD } from "./codes.ts";
import { createDoors } from "./doors.ts";
import { type Faults, noFaults } from "./faults.ts";
import { createHost } from "./host.ts";
import { type LongConnection, openLongConnection } from "./long-connection.ts";
import { createLongMessages } from "./long-messages.ts";
import { createLongUploads } from "./long-uploads.ts";
import { createMediaStore, type MediaStore } from "./media.ts";
import { createPage } from "./page.ts";
import type { FrameRecord, RequestRecord } from "./record.ts";
import { createRobotDoors, type Robot } from "./robots.ts";
import { type Chat, type Counters, createWorld, type Person, repeated, type Shown, show } from "./world.ts";

export interface PersonOptions {
  readonly id: string;
  readonly name?: string;
  readonly departments?: readonly number[];
  readonly tags?: readonly number[];
  /** Whether the bot may be used by them; nothing that others write reaches it. */
  readonly inScope?: boolean;
}

export interface ChatOptions {
  /** The chatid; upper and lower case differ. */
  readonly id: string;
  readonly name?: string;
  /** Everybody, unless named. */
  readonly members?: readonly string[];
  /** Whether somebody spoke to the bot here before, so that it may push. */
  readonly spoken?: boolean;
}

export interface FakeWeComOptions {
  readonly clock?: Clock;
  /** From 0 up to 1; ids and keys are made of it. */
  readonly random?: () => number;
  /** 0, the default, takes one that is free. */
  readonly port?: number;
  readonly bot?: { readonly id?: string; readonly secret?: string; readonly name?: string };
  /** Group robots. */
  readonly robots?: readonly Robot[];
  readonly app?: Partial<AppIdentity & CallbackSecrets>;
  readonly people?: readonly PersonOptions[];
  readonly chats?: readonly ChatOptions[];
  /** How long after `disconnected_event` the old connection is closed: 200 ms, unless said. */
  readonly closeEvictedAfterMs?: number;
  /** How long a stream may be written on: 6 minutes, unless said; the newer page says 10. */
  readonly streamLifeMs?: number;
  /** The code for a task_id that was used before: none is published. */
  readonly usedTaskCode?: number;
}

export interface FakeWeCom extends Acts, Omit<LongConnection, "upgrade" | "tell" | "close"> {
  /** `http://127.0.0.1:<port>`: `WECOM_API_BASE`. */
  readonly url: string;
  /** `ws://127.0.0.1:<port>`: `WECOM_WS_URL`. */
  readonly wsUrl: string;
  readonly bot: { readonly id: string; readonly secret: string; readonly name: string };
  /** A self-built application. */
  readonly app: FakeApp;
  /** Group robots by key; one that is deleted here is gone. */
  readonly robots: Map<string, Robot>;
  /** The environment that leads Gengfu here. */
  readonly environment: Readonly<Record<string, string>>;
  /** What goes wrong from now on. */
  readonly faults: Faults;
  /** Refuses the next so many commands (of one kind, if named) with a code. */
  refuseNext(code: number, times?: number, cmd?: string): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  readonly counters: Counters;
  /** The most connections that were opened within one second. */
  readonly connectsPerSecond: number;
  /** Everything over the long connection, in order. */
  readonly frames: readonly FrameRecord[];
  /** Everything over HTTP, in order. */
  readonly requests: readonly RequestRecord[];
  readonly people: readonly Person[];
  readonly chats: readonly Chat[];
  /** Files that were uploaded. */
  readonly media: MediaStore["all"];
  /** What stands in a conversation now: of a group by chatid, of a person by `user/<userid>` or `app/<userid>`. */
  messages(chat: string, viewer?: string): readonly Shown[];
  /** What a machine said more than once there. */
  duplicates(chat: string): readonly string[];
  /** One more group. */
  addGroup(chat: ChatOptions): void;
  /** Takes the bot out of a group, or back in. */
  setBotIn(chat: string, isIn: boolean): void;
  /** Resolves as soon as it is so; asked again after everything that happens. */
  until(isSo: () => boolean): Promise<void>;
  /** Called after everything that happens. */
  onChange(listener: () => void): () => void;
  /** Nobody listens any more: connections break off and are refused, as while the platform is down. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface FakeApp
  extends AppIdentity,
    CallbackSecrets,
    AppCallback,
    Omit<AppDoors, "doors" | "responseCodeFor"> {}

const PEOPLE: readonly PersonOptions[] = [
  { id: "zhangsan", name: "张三", departments: [1, 2], tags: [1] },
  { id: "lisi", name: "李四", departments: [1], tags: [1] },
  { id: "wangwu", name: "王五", departments: [1] },
];

const CHATS: readonly ChatOptions[] = [{ id: "wrOpsAbC", name: "值班群" }];

const ROBOTS: readonly Robot[] = [
  { key: "00000000-fake-4000-8000-robotkey0001", chat: "wrOpsAbC", name: "告警机器人" },
];

const APP: AppIdentity & CallbackSecrets = {
  corpId: "wwFakeCorp01",
  secret: "fake-app-secret",
  agentId: 1_000_002,
  name: "更夫应用",
  token: "fakeCallbackToken",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};

/** Opens one. Whoever opens it closes it; nothing of it is left then. */
export async function openFakeWeCom(options: FakeWeComOptions = {}): Promise<FakeWeCom> {
  const { clock = systemClock, random = Math.random, people = PEOPLE } = options;
  const bot = {
    id: options.bot?.id ?? "aibFakeBot01",
    secret: options.bot?.secret ?? "fake-long-connection-secret",
    name: options.bot?.name ?? "更夫",
  };
  const ending = new AbortController();
  const world = createWorld({
    clock,
    random,
    ending: ending.signal,
    people: people.map(({ id, name = id, departments = [1], tags = [], inScope = true }) => ({
      id,
      name,
      departments,
      tags,
      inScope,
    })),
  });
  const addGroup = ({ id, name = id, members, spoken = false }: ChatOptions): void =>
    void world.chats.set(id, {
      key: id,
      kind: "group",
      id,
      name,
      members: new Set(members ?? world.people.keys()),
      spoken,
      hasBot: true,
      posted: [],
    });
  for (const chat of options.chats ?? CHATS) addGroup(chat);

  const media = createMediaStore(world.letters);
  const usedTaskCode = options.usedTaskCode ?? WRONG_CARD;
  const messages = createLongMessages(world, {
    bot: { kind: "bot", id: bot.id, name: bot.name },
    media,
    streamLifeMs: options.streamLifeMs ?? 6 * 60_000,
    usedTaskCode,
  });
  const long = openLongConnection(world, {
    botId: bot.id,
    botSecret: bot.secret,
    messages,
    uploads: createLongUploads(world, media),
    closeEvictedAfterMs: options.closeEvictedAfterMs ?? 200,
  });
  const address = (): string => `http://127.0.0.1:${host.port()}`;
  const answers = createAnswerDoors(world, { base: address, media, messages });
  const acts = createActs(world, {
    botId: bot.id,
    botName: bot.name,
    media,
    tell: long.tell,
    base: address,
    responseUrl: answers.responseUrl,
  });

  const robots = new Map((options.robots ?? ROBOTS).map((robot) => [robot.key, robot]));
  const appOptions = { ...APP, ...options.app };
  const appDoors = createAppDoors(world, appOptions, media, usedTaskCode);
  const appCallback = createAppCallback(world, appOptions, appOptions, appDoors);

  const page = createPage(() => fake);
  const doors = [page, ...answers.doors, ...createRobotDoors(world, robots, media), ...appDoors.doors];
  const host = createHost(createDoors(world, doors), long.upgrade);
  const port = await host.listen(options.port ?? 0);
  const base = `http://127.0.0.1:${port}`;

  const fake: FakeWeCom = {
    ...acts,
    url: base,
    wsUrl: `ws://127.0.0.1:${port}`,
    bot,
    app: {
      ...appOptions,
      ...appCallback,
      revokeTokens: appDoors.revokeTokens,
      tokensAsked: appDoors.tokensAsked,
    },
    robots,
    environment: {
      WECOM_BOT_ID: bot.id,
      WECOM_BOT_SECRET: bot.secret,
      WECOM_BOT_NAME: bot.name,
      WECOM_WS_URL: `ws://127.0.0.1:${port}`,
      WECOM_API_BASE: base,
    },
    faults: world.faults,
    refuseNext(code, times = 1, cmd) {
      const before = world.faults.refuse;
      let left = times;
      world.faults.refuse = (asked, body) => {
        if (left === 0 || (cmd !== undefined && cmd !== asked)) return before(asked, body);
        left -= 1;
        return code;
      };
    },
    heal: () => void Object.assign(world.faults, noFaults()),
    counters: world.counters,
    get connectsPerSecond() {
      return mostWithin(world.counters.connectedAt, 1_000);
    },
    frames: world.frames,
    requests: world.requests,
    people: [...world.people.values()],
    get chats() {
      return [...world.chats.values()];
    },
    media: media.all,
    messages: (chat, viewer) => (world.chats.get(chat)?.posted ?? []).map((posted) => show(posted, viewer)),
    duplicates(key) {
      const chat = world.chats.get(key);
      return chat === undefined ? [] : repeated(chat);
    },
    addGroup,
    setBotIn(key, isIn) {
      const chat = world.chats.get(key);
      if (chat !== undefined) chat.hasBot = isIn;
    },
    until: (isSo) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!isSo()) return;
          stop();
          resolve();
        };
        const stop = world.onChange(look);
        ending.signal.addEventListener("abort", () => reject(new Error("the fake was closed")));
        look();
      }),
    onChange: world.onChange,
    get connections() {
      return long.connections;
    },
    releaseAcks: long.releaseAcks,
    dropSubscription: long.dropSubscription,
    terminate: long.terminate,
    hangUp: long.hangUp,
    halfOpen: long.halfOpen,
    evict: long.evict,
    sendRaw: long.sendRaw,
    down: host.stop,
    async up() {
      await host.listen(port);
    },
    async close() {
      ending.abort();
      long.close();
      await host.stop();
    },
  };
  return fake;
}

function mostWithin(times: readonly number[], ms: number): number {
  let from = 0;
  let most = 0;
  for (const [index, at] of times.entries()) {
    while ((times[from] ?? at) <= at - ms) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
