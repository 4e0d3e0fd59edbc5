/** The access token: one request for many, kept for long, thrown away when it is refused. */
import { afterEach, expect, test } from "vitest";
import { settle } from "../../../support/fake-clock.ts";
import {
  type ApiBench,
  type Asked,
  CLIENT_SECRET,
  everyWordOf,
  never,
  openApiBench,
  type Reply,
  refusalOf,
  tokenOf,
} from "./api-bench.ts";

let bench: ApiBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function opened(
  reply: (asked: Asked, n: number) => Reply = () => ({ body: { processQueryKey: "q" } }),
  token?: (n: number, asked: Asked) => Reply,
) {
  bench = await openApiBench(reply, token);
  return bench;
}

const send = ({ api }: ApiBench, signal = new AbortController().signal): Promise<void> =>
  api.sendToGroup("cid", "sampleText", { content: "hi" }, signal);
const tokensSeen = ({ asked }: ApiBench) =>
  asked.map(({ headers }) => headers["x-acs-dingtalk-access-token"]);
const stale = (status: number): Reply => ({
  status,
  body: { code: "InvalidAuthentication", message: "不合法的access_token" },
});

test("one request for a token serves all who wait for it", async () => {
  const one = await opened();
  await Promise.all(Array.from({ length: 8 }, () => send(one)));
  expect(one.tokens()).toBe(1);
  expect(one.asked).toHaveLength(8);
});

test("a token is asked for anew ten minutes before its end, and not sooner", async () => {
  const one = await opened();
  await send(one);
  await one.clock.advance(7_200_000 - 600_000 - 1);
  await send(one);
  expect(one.tokens()).toBe(1);
  await one.clock.advance(1);
  await send(one);
  expect(tokensSeen(one)).toEqual([tokenOf(1), tokenOf(1), tokenOf(2)]);
});

test("a token that lives for some minutes only is used for the half of them", async () => {
  const one = await opened(undefined, (n) => ({ body: { accessToken: tokenOf(n), expireIn: 60 } }));
  await send(one);
  await one.clock.advance(29_999);
  await send(one);
  expect(one.tokens()).toBe(1);
  await one.clock.advance(1);
  await send(one);
  expect(one.tokens()).toBe(2);
});

test.each([400, 401])(
  "a token that is refused with %i is thrown away, and the call made again",
  async (status) => {
    const one = await opened((_, n) => (n === 1 ? stale(status) : { body: { processQueryKey: "q" } }));
    await send(one);
    expect(tokensSeen(one)).toEqual([tokenOf(1), tokenOf(2)]);
    // What was turned away is not billed.
    expect(one.counted).toEqual(["group-message"]);
  },
);

test("the call is made again once, not for ever; the next one asks for another token", async () => {
  const one = await opened((_, n) => (n <= 2 ? stale(400) : { body: { processQueryKey: "q" } }));
  expect(await refusalOf(send(one))).toMatchObject({ next: "retry", code: "InvalidAuthentication" });
  expect(one.asked).toHaveLength(2);
  await send(one);
  expect(tokensSeen(one)).toEqual([tokenOf(1), tokenOf(2), tokenOf(3)]);
});

test("the old API says 40014 of a token that it would not have", async () => {
  const one = await opened((_, n) => ({
    body: n === 1 ? { errcode: 40014 } : { errcode: 0, media_id: "@1" },
  }));
  expect(await one.api.uploadImage(new Uint8Array(1), "a.png", never)).toBe("@1");
  expect(one.asked.map(({ path }) => path)).toEqual([
    `/media/upload?access_token=${tokenOf(1)}&type=image`,
    `/media/upload?access_token=${tokenOf(2)}&type=image`,
  ]);
});

test("several calls with one stale token ask for one new token", async () => {
  const one = await opened(({ headers }) =>
    headers["x-acs-dingtalk-access-token"] === tokenOf(1) ? stale(401) : { body: { processQueryKey: "q" } },
  );
  await Promise.all(Array.from({ length: 5 }, () => send(one)));
  expect(one.tokens()).toBe(2);
});

test("a wrong secret is called that, and not repeated", async () => {
  const one = await opened(undefined, () => ({
    status: 400,
    body: { code: "invalidClientIdOrSecret", message: `无效的 ${CLIENT_SECRET}` },
  }));
  const error = await refusalOf(send(one));
  expect(error).toMatchObject({ next: "retry", code: "invalidClientIdOrSecret" });
  expect(error.message).toContain("client id and client secret do not belong together");
  expect(everyWordOf(error)).not.toContain(CLIENT_SECRET);
  expect(one.asked).toEqual([]);
});

test.each<[string, Reply, object]>([
  ["an answer without one", { body: {} }, { next: "retry", code: "unreadable" }],
  ["an empty one", { body: { accessToken: "", expireIn: 7200 } }, { next: "retry", code: "unreadable" }],
  ["a page of HTML", { status: 502, body: "<html>" }, { next: "retry", code: "502" }],
  [
    "too many calls",
    { status: 429, headers: { "retry-after": "7" }, body: {} },
    { next: "wait", waitMs: 7_000 },
  ],
])("instead of a token, %s", async (_, reply, expected) => {
  const one = await opened(undefined, (n) =>
    n === 1 ? reply : { body: { accessToken: tokenOf(n), expireIn: 7200 } },
  );
  expect(await refusalOf(send(one))).toMatchObject(expected);
  await send(one);
  expect(one.tokens()).toBe(2);
});

test("one of many who loses patience does not take the token from the others", async () => {
  let answer = (): void => {};
  const one = await opened(undefined, (n) => ({
    raw: (response) => {
      answer = () => void response.end(JSON.stringify({ accessToken: tokenOf(n), expireIn: 7200 }));
    },
  }));
  const control = new AbortController();
  const impatient = refusalOf(send(one, control.signal));
  const patient = send(one);
  while (one.tokens() === 0) await settle();
  control.abort();
  expect(await impatient).toMatchObject({ code: "aborted" });
  answer();
  await patient;
  expect(one.tokens()).toBe(1);
});

test("when all have lost patience the request ends, and the next one starts anew", async () => {
  let closed = 0;
  const one = await opened(undefined, (n) => ({
    raw: (response) => {
      response.on("close", () => closed++);
      if (n === 2) response.end(JSON.stringify({ accessToken: tokenOf(n), expireIn: 7200 }));
    },
  }));
  const control = new AbortController();
  const gone = refusalOf(send(one, control.signal));
  while (one.tokens() === 0) await settle();
  control.abort();
  expect(await gone).toMatchObject({ code: "aborted" });
  while (closed === 0) await settle();
  expect(one.clock.sleeping).toBe(0);
  await send(one);
  expect(tokensSeen(one)).toEqual([tokenOf(2)]);
});

test("a token is asked for with the app's pair", async () => {
  const one = await opened(undefined, (n, asked) => ({
    body: {
      accessToken: tokenOf(n + (JSON.parse(asked.body).appSecret === CLIENT_SECRET ? 0 : 9)),
      expireIn: 7200,
    },
  }));
  await send(one);
  expect(tokensSeen(one)).toEqual([tokenOf(1)]);
});
