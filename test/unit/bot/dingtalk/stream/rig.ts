/** A stream that listens to the fake DingTalk, with the two on one clock that moves only when told. */
import type {
  CardResponse,
  HeardOnDingTalk,
  PressedOnDingTalk,
} from "../../../../../bot/dingtalk/stream/messages.ts";
import { createStream, type Stream } from "../../../../../bot/dingtalk/stream/stream.ts";
import type { Clock } from "../../../../../storage/clock.ts";
import type { Log } from "../../../../../storage/log.ts";
import { type FakeDingTalk, type FakeOptions, openFakeDingTalk } from "../../../../support/dingtalk/index.ts";
import type { Connection } from "../../../../support/dingtalk/sockets.ts";
import { FakeClock } from "../../../../support/fake-clock.ts";

export type Answer = (response: CardResponse) => boolean;

export interface Line {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

export interface Rig {
  readonly fake: FakeDingTalk;
  readonly clock: FakeClock;
  readonly stream: Stream;
  /** What was handed over, each time that it was. */
  readonly heard: HeardOnDingTalk[];
  readonly pressed: PressedOnDingTalk[];
  readonly counted: () => number;
  readonly overQuota: () => number;
  readonly lines: readonly Line[];
  /** Sleeps of the stream that wait; those of the fake do not count. */
  readonly sleeping: () => number;
  /** What becomes of what is handed over; resolves unless set. */
  hear: (message: HeardOnDingTalk) => Promise<void>;
  press: (press: PressedOnDingTalk, answer: Answer) => Promise<void>;
  /** Lets time pass, second by second, with every opening done and every line read before the next second. */
  pass(ms: number): Promise<void>;
  connected(): Promise<void>;
  end(): Promise<void>;
}

export const GROUP = "cidFakeOps0001==";
export const SECRET = "fake-client-secret-0001";

export async function openRig(apiBase?: string, options: FakeOptions = {}): Promise<Rig> {
  const clock = new FakeClock();
  const fake = await openFakeDingTalk({ clock, random: () => 0.5, ...options });
  const lines: Line[] = [];
  let sleeping = 0;
  let counted = 0;
  let overQuota = 0;
  const write = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const watched: Clock = {
    now: () => clock.now(),
    async sleep(ms, signal) {
      sleeping += 1;
      await clock.sleep(ms, signal);
      sleeping -= 1;
    },
  };
  const rig: Rig = {
    fake,
    clock,
    heard: [],
    pressed: [],
    counted: () => counted,
    overQuota: () => overQuota,
    lines,
    sleeping: () => sleeping,
    hear: () => Promise.resolve(),
    press: () => Promise.resolve(),
    stream: createStream({
      clientId: "dingfake0001",
      clientSecret: SECRET,
      apiBase: apiBase ?? fake.apiBase,
      clock: watched,
      log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
      random: () => 0.5,
      hear(message) {
        rig.heard.push(message);
        return rig.hear(message);
      },
      press(press, answer) {
        rig.pressed.push(press);
        return rig.press(press, answer);
      },
      counted: () => {
        counted += 1;
      },
      overQuota: () => {
        overQuota += 1;
      },
    }),
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 1_000) {
        await clock.advance(Math.min(1_000, ms - passed));
        await until(() => !isOpening(lines));
        await Promise.all(fake.sockets.all.map(thereAndBack));
      }
    },
    async connected() {
      rig.stream.start();
      await until(() => rig.stream.state().is === "connected");
    },
    async end() {
      await rig.stream.stop();
      await fake.close();
    },
  };
  return rig;
}

/** Everything that was on its way there is there after this, and everything on its way back after the next. */
async function thereAndBack(connection: Connection): Promise<void> {
  if (connection.state !== "live") return;
  const ping = connection.ping();
  await until(() => ping.tookMs !== undefined || connection.state !== "live");
}

/** Whether the last attempt has not come to anything yet. */
function isOpening(lines: readonly Line[]): boolean {
  const last = lines.findLast(
    ({ message, fields }) => /^(opening|listening)/.test(message) || "waitMs" in fields,
  );
  return last?.message.startsWith("opening") === true;
}

/** Waits for what the network brings, for as long as a machine under load may take. */
export async function until(look: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!look()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${String(look)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** All that was logged, as text. */
export function logged({ lines }: Pick<Rig, "lines">): string {
  return lines
    .map(({ level, fields, message }) => `${level} ${message} ${JSON.stringify(fields, withErrors)}`)
    .join("\n");
}

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.message}\n${value.stack}` : value;
}
