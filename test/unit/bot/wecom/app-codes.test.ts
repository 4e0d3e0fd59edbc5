/** What WeCom's codes mean for an application, what else an answer may be, and that no error tells a secret. */
import { describe, expect, it } from "vitest";
import type { SendError } from "../../../../alerts/channel.ts";
import { understand } from "../../../../bot/wecom/app/answer.ts";
import type { HttpFate } from "../../../support/wecom/faults.ts";
import { attempt, hot, openAppBench, over, refusalOf, refuse, TEAM } from "./app-bench.ts";

describe("a no", () => {
  it.each<[string, number, Partial<SendError>]>([
    ["busy", -1, { next: "retry" }],
    ["too often", 45_009, { next: "wait", waitMs: 60_000 }],
    ["too often in a row", 45_011, { next: "wait", waitMs: 60_000 }],
    ["too many at the same time", 45_033, { next: "wait", waitMs: 5_000 }],
    ["from an address that is not trusted", 60_020, { next: "retry" }],
    ["of another application", 40_056, { next: "retry" }],
    ["disabled", 50_003, { next: "retry" }],
    ["nobody valid", 81_013, { next: "give-up" }],
    ["no right to them", 60_011, { next: "give-up" }],
    ["too long", 40_058, { next: "give-up" }],
    ["no such type", 40_008, { next: "give-up" }],
    ["a code that nobody knows", 987_654, { next: "retry" }],
  ])("%s", async (_what, code, about) => {
    const bench = await openAppBench();
    refuse(bench.fake, "/message/send", code);
    for (const card of [over, hot]) {
      const error = await refusalOf(bench.channel.post(TEAM, card, attempt()));
      expect(error).toMatchObject({ ...about, code: String(code) });
      expect(error.message).toContain(String(code));
    }
  });

  it.each<[string, HttpFate, Partial<SendError>]>([
    ["another's words in a 200", { status: 200, body: "<html>please log in</html>" }, { code: "none" }],
    ["a 200 without a code", { status: 200, body: "{}" }, { code: "none" }],
    ["a list", { status: 200, body: "[0]" }, { code: "none" }],
    ["a code that is none", { status: 200, body: '{"errcode":"x"}' }, { code: "none" }],
    ["a way elsewhere", { status: 302, headers: { location: "https://login.example/" } }, { code: "302" }],
    ["a gateway's 503", { status: 503, body: '{"errcode":0}' }, { code: "503" }],
    ["a 404", { status: 404, body: '{"errcode":0}' }, { code: "404" }],
    ["broken off", "reset", { code: "ECONNRESET" }],
  ])("of nobody that is WeCom is no yes: %s", async (_what, fate, about) => {
    const bench = await openAppBench();
    bench.fake.faults.http = (path) => (path.endsWith("/message/send") ? fate : "answer");
    expect(await refusalOf(bench.channel.post(TEAM, hot, attempt()))).toMatchObject({
      ...about,
      next: "retry",
    });
    expect(bench.fake.messages("app/lisi")).toEqual([]);
  });

  it("of a server that is too busy says how long to wait", () => {
    const busy = { status: 429, retryAfter: "7", body: "" };
    expect(() => understand(busy, 0)).toThrow(expect.objectContaining({ next: "wait", waitMs: 7_000 }));
  });

  it("of 60020 names the address to trust, and no other does", async () => {
    const bench = await openAppBench();
    refuse(bench.fake, "/message/send", 60_020);
    expect((await refusalOf(bench.channel.post(TEAM, hot, attempt()))).message).toBe(
      "WeCom refused with errcode 60020: add the address of this machine to the application's trusted IPs (企业可信IP); WeCom was asked from 203.0.113.7",
    );
    refuse(bench.fake, "/message/send", 81_013);
    expect((await refusalOf(bench.channel.post(TEAM, hot, attempt()))).message).not.toContain("203.0");
  });
});

describe("a black hole", () => {
  it("is left after eight seconds, or when the caller has no more time", async () => {
    const bench = await openAppBench();
    bench.fake.faults.http = (path) => (path.endsWith("/message/send") ? "hang" : "answer");
    const arrived = (count: number) =>
      bench.fake.until(
        () => bench.fake.requests.filter(({ path }) => path.endsWith("/message/send")).length === count,
      );
    const patient = refusalOf(bench.channel.post(TEAM, hot, attempt()));
    await arrived(1);
    await bench.clock.advance(8_000);
    expect(await patient).toMatchObject({ next: "retry", code: "timeout" });
    const control = new AbortController();
    const impatient = refusalOf(bench.channel.post(TEAM, hot, { ...attempt(), signal: control.signal }));
    await arrived(2);
    control.abort();
    expect(await impatient).toMatchObject({ next: "retry", code: "aborted" });
    expect(bench.clock.sleeping).toBe(0);
  });

  it("and a platform that is down tell no secret", async () => {
    const bench = await openAppBench();
    const errors: SendError[] = [];
    for (const fate of ["reset", { status: 500, body: bench.fake.app.secret }] as const) {
      bench.fake.faults.http = () => fate;
      errors.push(await refusalOf(bench.channel.post(TEAM, hot, attempt())));
    }
    await bench.fake.down();
    errors.push(await refusalOf(bench.channel.post(TEAM, hot, attempt())));
    expect(errors.map(({ next }) => next)).toEqual(["retry", "retry", "retry"]);
    const words = errors
      .map((error) => JSON.stringify([error, error.message, error.stack, error.cause]))
      .join();
    for (const secret of bench.secrets) expect(words).not.toContain(secret);
  });
});
