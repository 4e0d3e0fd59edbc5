/** A mail server that is dead for an hour: what was for it arrives when it is back, each mail once. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test as it, onTestFinished } from "vitest";
import type { Channel } from "../../alerts/channel.ts";
import { emailChannel } from "../../bot/email/channel.ts";
import { openSeal } from "../../bot/email/seal.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { until } from "../support/bot.ts";
import { settle } from "../support/fake-clock.ts";
import { Scenario } from "../support/scenario.ts";
import { openSmtp } from "../support/smtp.ts";
import { mailings, OPS, SELF_SIGNED } from "../unit/bot/email/bench.ts";

/** Shorter than the time that an attempt is given: the clock must not end one that is on its way. */
const STEP_MS = 5_000;
const STEPS_A_MINUTE = 60_000 / STEP_MS;

/** A door in front of a port that can be shut. */
async function openDoor(port: number) {
  const sockets = new Set<Socket>();
  const door = { isShut: true, port: 0, knocks: 0 };
  const server = createServer((socket) => {
    door.knocks++;
    sockets.add(socket.on("error", () => {}));
    if (door.isShut) return void socket.resetAndDestroy();
    const behind = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  door.port = typeof address === "object" && address !== null ? address.port : 0;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return door;
}

it("has everything once when it is back after an hour", async () => {
  const smtp = await openSmtp();
  onTestFinished(() => smtp.close());
  const door = await openDoor(smtp.port);
  const found = mailings(door.port, undefined, SELF_SIGNED);
  let underway = 0;
  const sight: { email?: Channel } = {};
  const s = await Scenario.open({
    rules: [],
    channels: {
      email: {
        post: async (...about) => {
          underway++;
          try {
            return await (sight.email as Channel).post(...about);
          } finally {
            underway--;
          }
        },
      },
    },
  });
  const email = emailChannel({
    find: (address) => found.get(address),
    seal: openSeal(memoryStore(), (count) => new Uint8Array(count)),
    tokenOf: async () => undefined,
    publicUrl: undefined,
    clock: s.clock,
    locale: "en",
  });
  sight.email = email.channel;
  onTestFinished(() => email.stop());
  /** What is on its way over the real network comes to its end; then the clock goes on. */
  const minute = async (): Promise<void> => {
    for (let i = 0; i < STEPS_A_MINUTE; i++) {
      await s.clock.advance(STEP_MS);
      await until(async () => underway === 0);
      await settle();
    }
  };
  const say = (title: string): Promise<unknown> =>
    s.commit((change) =>
      s.alerts.book.post(change, [OPS], { kind: "text", title, text: title }, "normal", s.clock.now()),
    );
  for (let i = 0; i < 60; i++) {
    if (i % 20 === 0) await say(`news ${i}`);
    await minute();
  }
  expect(smtp.taken).toHaveLength(0);
  // Tried again and again, and not in every second of the hour.
  expect(door.knocks).toBeGreaterThan(5);
  expect(door.knocks).toBeLessThan(200);
  door.isShut = false;
  for (let i = 0; i < 20; i++) await minute();
  // Each at its next try, whichever comes first.
  const arrived = smtp.taken.map(({ text }) => /news \d+/.exec(text)?.[0]);
  expect(arrived.sort()).toEqual(["news 0", "news 20", "news 40"]);
  await s.stop();
});
