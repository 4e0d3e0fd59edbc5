/** The client of DingTalk's API before a platform that has tokens, permissions, groups and quotas, and goes wrong. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SendError } from "../../alerts/channel.ts";
import { type DingTalkApi, openDingTalkApi } from "../../bot/dingtalk/api/api.ts";
import { openQuota, type Quota } from "../../bot/dingtalk/api/quota.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { DEFAULTS, type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock, settle } from "../support/fake-clock.ts";

const GROUP = DEFAULTS.groups[0].id;
const [APP] = DEFAULTS.apps;
const ZHANG = DEFAULTS.people[0].staffId;
const LI = DEFAULTS.people[1].staffId;
const TEMPLATE = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema";

let fake: FakeDingTalk;
let clock: FakeClock;
let quota: Quota;
let api: DingTalkApi;
let warnings: string[];

beforeEach(async () => {
  clock = new FakeClock();
  fake = await openFakeDingTalk({ clock });
  warnings = [];
  quota = openQuota({
    store: memoryStore(clock),
    clock,
    log: silentLog,
    limits: { api: 10, stream: 10 },
    warn: (purse, percent) => void warnings.push(`${purse} ${percent}`),
  });
  api = openDingTalkApi({ ...APP, apiBase: fake.apiBase, oapiBase: fake.oapiBase, clock, quota });
});

afterEach(async () => {
  await quota.close();
  await fake.close();
});

const fresh = (): AbortSignal => new AbortController().signal;
const say = (text: string, signal = fresh()): Promise<void> =>
  api.sendToGroup(GROUP, "sampleMarkdown", { title: text, text }, signal);
const card = (outTrackId: string, more: object = {}) => ({
  templateId: TEMPLATE,
  outTrackId,
  cardParamMap: { title: "cpu 过高", markdown: "web-1" },
  space: { group: GROUP },
  summary: "[P1] cpu 过高",
  ...more,
});

/** How it was refused. Nobody is told a secret. */
async function refusal(promise: Promise<unknown>): Promise<SendError> {
  const error = await promise.then(
    () => new Error("it was not refused"),
    (e: unknown) => e,
  );
  if (!(error instanceof SendError)) throw error;
  expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(APP.clientSecret);
  expect(error.cause).toBeUndefined();
  return error;
}

const seen = (where: string = GROUP): readonly string[] => fake.messages(where).map(({ text }) => text);

describe("what reaches people", () => {
  test("a card, and its change in place, with what was not named left as it was", async () => {
    await api.createAndDeliver(card("c1"), fresh());
    await api.updateCard("c1", { markdown: "恢复了" }, fresh());
    expect(seen()).toEqual(["**cpu 过高**\n\n恢复了"]);
    expect(fake.messages(GROUP)[0]?.title).toBe("[P1] cpu 过高");
    expect(quota.use(clock.now()).api.byKind).toEqual({ "card-create": 1, "card-update": 1 });
    expect(fake.quota.used.api).toBe(2);
  });

  test("a card in a person's own chat, once more when it was lost on the way", async () => {
    await api.createAndDeliver(card("c1", { space: { user: ZHANG } }), fresh());
    await api.deliverCard({ outTrackId: "c1", space: { user: ZHANG } }, fresh());
    expect(seen("zhang")).toHaveLength(2);
  });

  test("mentions of people", async () => {
    await api.createAndDeliver(
      card("c1", { space: { group: GROUP, atUserIds: { [ZHANG]: "张三" } } }),
      fresh(),
    );
    expect(fake.messages(GROUP)[0]?.mentions).toEqual([ZHANG]);
  });

  test("a message in a group, one to people, a picture, and an answer where something was said", async () => {
    await say("磁盘满了");
    await api.sendToPeople([ZHANG], "sampleText", { content: "你好" }, fresh());
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const id = await api.uploadImage(png, "chart.png", fresh());
    expect(fake.media.get(id)).toMatchObject({ name: "chart.png", contentType: "image/png", bytes: png });
    const heard = fake.say(GROUP, "zhang", "status");
    const { sessionWebhook } = heard.data as { readonly sessionWebhook: string };
    await api.replyBySession(sessionWebhook, { msgtype: "text", text: { content: "好" } }, fresh());
    expect(seen()).toEqual(["磁盘满了", "@更夫 status", "好"]);
    expect(seen("zhang")).toEqual(["你好"]);
    expect(fake.tokensIssued()).toBe(1);
  });

  test("not whom DingTalk leaves out, and they are named", async () => {
    fake.settings.flowControlled.add(LI);
    expect(await api.sendToPeople([ZHANG, LI, "nobody"], "sampleText", { content: "x" }, fresh())).toEqual({
      invalid: ["nobody"],
      flowControlled: [LI],
    });
  });
});

describe("what DingTalk refuses", () => {
  test.each([400, 401] as const)(
    "a token that was revoked meanwhile (%i): a new one is got, once",
    async (status) => {
      fake.settings.invalidTokenStatus = status;
      await say("one");
      fake.revokeTokens();
      await Promise.all([say("two"), say("three"), api.createAndDeliver(card("c1"), fresh())]);
      expect(seen()).toHaveLength(4);
      expect(fake.tokensIssued()).toBe(2);
      fake.revokeTokens();
      const png = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
      await api.uploadImage(png, "chart.png", fresh());
      expect(fake.tokensIssued()).toBe(3);
    },
  );

  test("a wrong secret", async () => {
    const wrong = openDingTalkApi({
      clientId: APP.clientId,
      clientSecret: "not-the-secret",
      apiBase: fake.apiBase,
      oapiBase: fake.oapiBase,
      clock,
      quota,
    });
    const error = await refusal(wrong.createAndDeliver(card("c1"), fresh()));
    expect(error.code).toBe("invalidClientIdOrSecret");
    expect(`${error.stack}`).not.toContain("not-the-secret");
  });

  test("an app without the permission: which one is said", async () => {
    fake.settings.scopes.delete("Card.Instance.Write");
    const error = await refusal(api.createAndDeliver(card("c1"), fresh()));
    expect(error.code).toBe("Forbidden.AccessDenied.AccessTokenPermissionDenied");
    expect(error.message).toContain("Card.Instance.Write");
    fake.settings.scopes.clear();
    expect((await refusal(say("x"))).message).toContain("qyapi_robot_sendmsg");
    expect(quota.use(clock.now()).api.used).toBe(0);
  });

  test("a card for a group that is not there, in a 200", async () => {
    const error = await refusal(api.createAndDeliver(card("c1", { space: { group: "cidNo==" } }), fresh()));
    expect(error).toMatchObject({ next: "give-up" });
    expect(error.message).toContain("spaceId is illegal");
  });

  test.each(["refuse", "ignore"] as const)("a card's id that was used before (%s)", async (how) => {
    fake.settings.usedOutTrackId = how;
    fake.fail("/v1.0/card/instances/createAndDeliver", "lost");
    expect(await refusal(api.createAndDeliver(card("c1"), fresh()))).toMatchObject({ next: "retry" });
    expect(await refusal(api.createAndDeliver(card("c1"), fresh()))).toMatchObject({
      next: "give-up",
      code: "param.cardAlreadyExist",
    });
    expect(seen()).toHaveLength(1);
  });

  test("a template, a card and a group that are not there", async () => {
    const codes = await Promise.all(
      [
        api.createAndDeliver(card("c1", { templateId: "none.schema" }), fresh()),
        api.updateCard("none", { title: "x" }, fresh()),
        api.sendToGroup("cidNo==", "sampleText", { content: "x" }, fresh()),
        api.sendToGroup(GROUP, "sampleNothing", {}, fresh()),
      ].map(async (one) => {
        const { code, next } = await refusal(one);
        return `${next} ${code}`;
      }),
    );
    expect(codes).toEqual([
      "give-up param.templateNotExist",
      "give-up param.cardNotExist",
      "give-up invalid.openConversationId",
      "give-up invalidParameter.msgKey.invalid",
    ]);
  });

  test("more calls in a second than it takes: wait for one", async () => {
    fake.settings.qps = 1;
    await say("one");
    expect(await refusal(say("two"))).toMatchObject({ next: "wait", waitMs: 1_000 });
    await clock.advance(1_000);
    await say("two");
    expect(seen()).toEqual(["one", "two"]);
  });

  test("calls beyond the month's: wait for the next, in which they are taken", async () => {
    fake.settings.apiPerMonth = 1;
    clock.set(Date.UTC(2026, 11, 31, 15, 59));
    await say("one");
    const error = await refusal(say("two"));
    expect(error).toMatchObject({ next: "wait", waitMs: 60_000 });
    expect(error.code).toBe("Forbidden.AccessDenied.ApiCountLimitForOrg");
    expect(error.message).toContain("1 of 10 API calls in 2026-12");
    await clock.advance(60_000);
    await say("two");
    expect(seen()).toEqual(["one", "two"]);
    expect(quota.use(clock.now())).toMatchObject({ month: "2027-01", api: { used: 1 } });
  });

  test("an answer in a session that is over", async () => {
    const { data } = fake.say(GROUP, "zhang", "status");
    const { sessionWebhook } = data as { readonly sessionWebhook: string };
    clock.set(clock.now() + fake.settings.sessionMs + 1);
    const error = await refusal(
      api.replyBySession(sessionWebhook, { msgtype: "text", text: { content: "x" } }, fresh()),
    );
    expect(error).toMatchObject({ next: "give-up", code: "300001" });
    const session = new URL(sessionWebhook).searchParams.get("session") ?? "?";
    expect(error.stack).not.toContain(session);
  });
});

describe("what goes wrong on the way", () => {
  test("a black hole is left after ten seconds, and what waits goes through afterwards", async () => {
    await say("one");
    fake.fail("/v1.0/robot/groupMessages/send", "hang");
    const sent = refusal(say("two"));
    while (fake.requests.filter(({ path }) => path.endsWith("/send")).length < 2) await settle();
    await clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
    await say("two");
    expect(seen()).toEqual(["one", "two"]);
  });

  test("a black hole for tokens, too", async () => {
    fake.fail("/v1.0/oauth2/accessToken", "hang");
    const sent = refusal(say("one"));
    while (fake.requests.length === 0) await settle();
    await clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
    await say("one");
  });

  test("a caller who gives up is not kept", async () => {
    fake.fail("/v1.0/robot/groupMessages/send", "hang");
    const control = new AbortController();
    const sent = refusal(say("one", control.signal));
    while (!fake.requests.some(({ path }) => path.endsWith("/send"))) await settle();
    control.abort();
    expect(await sent).toMatchObject({ next: "retry", code: "aborted" });
  });

  test.each([502, 200, 403])("a page of HTML with %i", async (status) => {
    fake.fail("/v1.0/robot/groupMessages/send", { status, body: "<html>proxy</html>" });
    expect(await refusal(say("one"))).toMatchObject({ next: "retry" });
    await say("one");
  });

  test("a connection that breaks, and a platform that is down", async () => {
    fake.fail("/v1.0/robot/groupMessages/send", "reset");
    expect(await refusal(say("one"))).toMatchObject({ next: "retry" });
    await fake.down();
    const error = await refusal(say("one"));
    expect(error).toMatchObject({ next: "retry" });
    expect(error.stack).not.toContain("127.0.0.1");
    await fake.up();
    await say("one");
    expect(seen()).toEqual(["one"]);
    expect(quota.use(clock.now()).api.used).toBe(1);
  });

  test("an answer that never ends is cut", async () => {
    fake.fail("/v1.0/robot/groupMessages/send", { status: 200, body: " ".repeat(2 * 1024 * 1024) });
    expect(await refusal(say("one"))).toMatchObject({ next: "retry", code: "unreadable" });
  });

  test("an address that is shut out", async () => {
    fake.fail("/v1.0/robot", { status: 200, body: { status: 1111, wait: 5, source: "x5", punish: "deny" } });
    expect(await refusal(say("one"))).toMatchObject({ next: "wait", code: "1111", waitMs: 300_000 });
  });
});

test("the month's calls are warned of as they are used up, by the count that DingTalk has", async () => {
  for (let n = 0; n < 9; n++) await say(`${n}`);
  await clock.advance(5_000);
  expect(warnings).toEqual(["api 70", "api 90"]);
  expect(fake.quota.used.api).toBe(quota.use(clock.now()).api.used);
  expect(quota.mayTell("info", clock.now())).toBe(true);
  await say("9");
  expect(quota.mayTell("info", clock.now())).toBe(false);
  expect(quota.mayTell("critical", clock.now())).toBe(true);
});
