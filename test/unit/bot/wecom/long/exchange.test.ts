/** What WeCom's client rejects with, in the house's words; which of it leaves the outcome unknown. */
import { expect, it } from "vitest";
import { UnknownOutcome } from "../../../../../bot/wecom/errcodes.ts";
import { acknowledged } from "../../../../../bot/wecom/long/exchange.ts";
import { FakeClock } from "../../../../support/fake-clock.ts";

const rejected = (reason: unknown): Promise<unknown> =>
  acknowledged(() => Promise.reject(reason), {
    clock: new FakeClock(),
    signal: new AbortController().signal,
  }).catch((error: unknown) => error);

it.each([
  [new Error("WebSocket not connected, unable to send data"), "retry", "not-connected", false],
  [new Error("Reply queue for reqId x exceeds max size (500)"), "retry", "queue-full", false],
  [new Error("Connection manually closed, reply for reqId: x cancelled"), "retry", "connection-lost", true],
  [new Error("Reply ack timeout (5000ms) for reqId: x"), "retry", "ack-timeout", true],
  [new Error('Chunk 0 upload failed after 3 attempts: {"errcode":40058}'), "give-up", "40058", false],
  [new Error("something else"), "retry", "client", false],
  [{ headers: { req_id: "x" }, errcode: 93006, errmsg: "invalid chatid" }, "give-up", "93006", false],
  [{ headers: { req_id: "x" } }, "retry", "errcode", false],
  [undefined, "retry", "errcode", false],
])("%s means %s, %s", async (reason, next, code, isUnknown) => {
  const error = await rejected(reason);
  expect(error).toMatchObject({ next, code });
  expect(error instanceof UnknownOutcome).toBe(isUnknown);
  expect((error as Error).message).not.toMatch(/reqId|errmsg/);
});

it("what is acknowledged is given back, and nothing is waited for after it", async () => {
  const clock = new FakeClock();
  const signal = new AbortController().signal;
  expect(await acknowledged(async () => "taken", { clock, signal })).toBe("taken");
  expect(clock.sleeping).toBe(0);
});
