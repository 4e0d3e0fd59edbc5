/**
 * The real Wechaty with its mock puppet, which is installed beside the build:
 * `cp test/support/wechat/real/package*.json dist/wechaty/ && npm ci --prefix dist/wechaty --ignore-scripts`
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Bot, Wechaty } from "../../../bot/wechat/wechaty.ts";
import type { FakeClock } from "../fake-clock.ts";
import { BOT, OTHER_ROOM, PEOPLE, ROOM, type WeChatWorld } from "./world.ts";

const modules = fileURLToPath(new URL("../../../dist/wechaty/node_modules", import.meta.url));

export const isWechatyInstalled = existsSync(join(modules, "wechaty-puppet-mock"));

/** What we use of the mock. */
interface Mocker {
  createContact(payload: { id: string; name: string; type: number; alias: string }): unknown;
  createRoom(payload: { id: string; topic: string; memberIdList: readonly string[] }): unknown;
  readonly ContactMock: { load(id: string): unknown };
  readonly MessageMock: { create(payload: object): { readonly id: string } };
  readonly cacheMessagePayload: ReadonlyMap<
    string,
    { talkerId: string; roomId?: string; listenerId?: string; text?: string }
  >;
  scan(code: string, status: number): void;
  login(user: unknown): void;
}

interface Puppet {
  emit(event: "message", payload: { readonly messageId: string }): unknown;
  logout(reason?: string): Promise<void>;
}

async function load(path: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(join(modules, path)).href)) as Record<string, unknown>;
}

export async function openRealWeChat(clock: FakeClock): Promise<WeChatWorld> {
  const { WechatyBuilder, log } = (await load("wechaty/dist/esm/src/mods/mod.js")) as unknown as {
    WechatyBuilder: { build(options: object): Bot };
    log: { level(name: string): void };
  };
  const { PuppetMock, mock } = (await load("wechaty-puppet-mock/dist/esm/src/mod.js")) as unknown as {
    PuppetMock: new (options: { mocker: Mocker }) => Puppet;
    mock: { Mocker: new () => Mocker };
  };
  const { FileBox } = (await load("file-box/dist/esm/src/mod.js")) as unknown as {
    FileBox: { fromBase64(base64: string, name: string): object };
  };
  log.level("silent");
  const mocker = new mock.Mocker();
  const everybody = [BOT, ...PEOPLE];
  for (const { id, name } of everybody) mocker.createContact({ id, name, type: 1, alias: "" });
  for (const { id, topic } of [ROOM, OTHER_ROOM])
    mocker.createRoom({ id, topic, memberIdList: everybody.map((one) => one.id) });
  const puppet = new PuppetMock({ mocker });
  let runs = false;
  let messages = 0;
  return {
    load: async (): Promise<Wechaty> => ({
      make() {
        const bot = WechatyBuilder.build({ name: join(tmpdir(), "gengfu-wechaty-test"), puppet });
        const start = bot.start.bind(bot);
        bot.start = async () => {
          await start();
          runs = true;
        };
        return bot;
      },
      picture: (base64, name) => FileBox.fromBase64(base64, name),
    }),
    isStarted: () => runs,
    scan: (code, status = 2) => mocker.scan(code, status),
    signIn: () => mocker.login(mocker.ContactMock.load(BOT.id)),
    signOut: () => void puppet.logout("kicked out"),
    say(who, text, room, { mentions = [], at = clock.now() } = {}) {
      const where = room === undefined ? { listenerId: BOT.id } : { roomId: room, mentionIdList: mentions };
      const payload = { id: `m${++messages}`, talkerId: who, timestamp: at, type: 7, text, ...where };
      puppet.emit("message", { messageId: mocker.MessageMock.create(payload).id });
    },
    seen: (where) =>
      [...mocker.cacheMessagePayload.values()]
        .filter((one) => one.talkerId === BOT.id && (one.roomId ?? one.listenerId) === where)
        .map(({ text = "[file]" }) => text),
  };
}
