/** The access tokens of applications: one request for many, kept for long, thrown away when they are refused. */
import { expect, test } from "vitest";
import type { Attempt } from "../../../../alerts/channel.ts";
import { settle } from "../../../support/fake-clock.ts";
import { type AppBench, attempt, openAppBench, over, refusalOf, refuse, TEAM } from "./app-bench.ts";

const post = ({ channel }: AppBench, how: Attempt = attempt()) => channel.post(TEAM, over, how);
const asked = ({ fake }: AppBench, end: string) =>
  fake.requests.filter(({ path }) => path.endsWith(end)).length;

test("one request for a token serves all who wait for it", async () => {
  const bench = await openAppBench();
  await Promise.all(Array.from({ length: 8 }, (_, i) => post(bench, attempt(`${i}`))));
  expect(bench.fake.app.tokensAsked()).toBe(1);
});

test("a token is asked for anew ten minutes before its end, and not sooner", async () => {
  const bench = await openAppBench();
  await post(bench);
  await bench.clock.advance(7_200_000 - 600_000 - 1);
  await post(bench);
  expect(bench.fake.app.tokensAsked()).toBe(1);
  await bench.clock.advance(1);
  await post(bench);
  expect(bench.fake.app.tokensAsked()).toBe(2);
});

test("a token that was revoked is thrown away, and the call made again", async () => {
  const bench = await openAppBench();
  await post(bench);
  bench.fake.app.revokeTokens();
  await Promise.all([post(bench, attempt("a")), post(bench, attempt("b"))]);
  expect(bench.fake.app.tokensAsked()).toBe(2);
  expect(bench.fake.messages("app/lisi").length).toBeGreaterThan(0);
});

test.each([40_001, 40_014, 41_001, 42_001])(
  "a token that is refused with %i is thrown away, and the call made again once",
  async (code) => {
    const bench = await openAppBench();
    refuse(bench.fake, "/message/send", code, 1);
    await post(bench);
    expect([asked(bench, "/gettoken"), asked(bench, "/message/send")]).toEqual([2, 2]);
    refuse(bench.fake, "/message/send", code);
    expect(await refusalOf(post(bench))).toMatchObject({ next: "retry", code: String(code) });
    expect([asked(bench, "/gettoken"), asked(bench, "/message/send")]).toEqual([3, 4]);
  },
);

test.each<[number, string]>([
  [40_001, "corpsecret is not the secret of this application"],
  [40_013, "corpid is not the id of this company"],
  [60_020, "trusted IPs (企业可信IP); WeCom was asked from 203.0.113.7"],
])("no token, with %i, is said with what to do, and the message is kept", async (code, cure) => {
  const bench = await openAppBench();
  refuse(bench.fake, "/gettoken", code);
  const error = await refusalOf(post(bench));
  expect(error).toMatchObject({ next: "retry", code: String(code) });
  expect(error.message).toContain(cure);
  expect([asked(bench, "/gettoken"), asked(bench, "/message/send")]).toEqual([1, 0]);
});

test.each<[string, string]>([
  ["an answer without one", JSON.stringify({ errcode: 0, errmsg: "ok" })],
  ["an empty one", JSON.stringify({ errcode: 0, access_token: "", expires_in: 7200 })],
])("%s is none", async (_what, body) => {
  const bench = await openAppBench();
  bench.fake.faults.http = (path) => (path.endsWith("/gettoken") ? { status: 200, body } : "answer");
  expect(await refusalOf(post(bench))).toMatchObject({ next: "retry", code: "unreadable" });
});

test("whoever has no more time leaves, and the others have their token", async () => {
  const bench = await openAppBench();
  bench.fake.faults.http = () => "hang";
  const control = new AbortController();
  const impatient = refusalOf(post(bench, { ...attempt("a"), signal: control.signal }));
  const patient = refusalOf(post(bench, attempt("b")));
  await bench.fake.until(() => asked(bench, "/gettoken") === 1);
  control.abort();
  expect(await impatient).toMatchObject({ next: "retry", code: "aborted" });
  // Nobody answers: the request has a time of its own.
  await bench.clock.advance(8_000);
  expect(await patient).toMatchObject({ next: "retry", code: "timeout" });
  bench.fake.heal();
  await post(bench);
  expect(asked(bench, "/gettoken")).toBe(2);
});

test("the last one to leave ends the request, and the next begins another", async () => {
  const bench = await openAppBench();
  bench.fake.faults.http = () => "hang";
  const control = new AbortController();
  const one = refusalOf(post(bench, { ...attempt(), signal: control.signal }));
  await bench.fake.until(() => asked(bench, "/gettoken") === 1);
  control.abort();
  await one;
  await settle();
  bench.fake.heal();
  await post(bench);
  expect(bench.clock.sleeping).toBe(0);
  const late = new AbortController();
  late.abort();
  expect(await refusalOf(post(bench, { ...attempt(), signal: late.signal }))).toMatchObject({
    code: "aborted",
  });
});
