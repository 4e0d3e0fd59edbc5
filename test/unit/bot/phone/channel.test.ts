/** Messages and calls as a way out, in front of clouds that check who asks. */
import { describe, expect, it, test } from "vitest";
import { NotSaid, SendError } from "../../../../alerts/channel.ts";
import { channelContract } from "../../../contract/channel.ts";
import { ALIYUN, openAliyun } from "../../../support/clouds/aliyun.ts";
import type { FakeCloud } from "../../../support/clouds/cloud.ts";
import { openTencent, TENCENT } from "../../../support/clouds/tencent.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { closing, openBench } from "./bench.ts";

const ZHANG = "13800138000";
const MASKED = "+86138****8000";

const aliyunEntry = (url: string, more = ""): string =>
  `{ provider: aliyun, to: ["${ZHANG}"], access_key_id: ${ALIYUN.id}, access_key_secret: ${ALIYUN.secret}, sign_name: ${ALIYUN.sign}, template: ${ALIYUN.sms}, endpoint: "${url}"${more} }`;
const tencentEntry = (url: string, more = ""): string =>
  `{ provider: tencent, to: ["${ZHANG}"], access_key_id: ${TENCENT.id}, access_key_secret: ${TENCENT.secret}, sdk_app_id: "${TENCENT.app}", sign_name: ${TENCENT.sign}, template: "${TENCENT.template}", endpoint: "${url}"${more} }`;

const aliyunCall = (url: string): string => aliyunEntry(url).replace(ALIYUN.sms, ALIYUN.voice);

const SKIP = {
  "puts a card before people": "a template has no room for fields; what it says is tested below",
  "keeps the order of what it is given one after another": "a card without a severity is nothing for a phone",
  "takes the longest card there is": "the text of a card is not said; the longest title is tested below",
};

for (const [name, openCloud, entry, medium] of [
  ["SMS by Aliyun", openAliyun, aliyunEntry, "sms"],
  ["SMS by Tencent Cloud", openTencent, tencentEntry, "sms"],
  ["a call by Aliyun", openAliyun, aliyunCall, "voice"],
  ["a call by Tencent Cloud", openTencent, tencentEntry, "voice"],
] as const) {
  channelContract(
    name,
    async () => {
      const cloud = await openCloud();
      return {
        channel: openBench(entry(cloud.url), { medium }).channel,
        conversation: `${medium}:ops/0`,
        seen: () => cloud.taken.map(({ params }) => JSON.stringify(params)),
        refuse(how) {
          cloud.trick = how === "hang" ? "hang" : "isv.OUT_OF_SERVICE";
        },
        secrets: [ALIYUN.secret, TENCENT.secret, ZHANG, "127.0.0.1", "Signature="],
        close: () => cloud.close(),
      };
    },
    SKIP,
  );
}

describe("a message by Aliyun", () => {
  it("is signed, fills the template, and says to whom it went without the number", async () => {
    const cloud = closing(await openAliyun());
    const { answer } = await openBench(aliyunEntry(cloud.url)).post();
    expect(answer).toBe(`${MASKED}: Aliyun biz-1`);
    expect(cloud.taken).toMatchObject([
      { action: "SendSms", phone: ZHANG, params: { number: "12", name: "CPU web-1", value: "97%" } },
    ]);
  });

  it("with another secret is refused, and told so without it", async () => {
    const cloud = closing(await openAliyun());
    const wrong = aliyunEntry(cloud.url).replace(ALIYUN.secret, "not-the-s3cret");
    const error = await refused(openBench(wrong).post());
    expect(error).toMatchObject({ code: "SignatureDoesNotMatch", next: "give-up" });
    expect(JSON.stringify(error)).not.toContain("not-the-s3cret");
  });

  it("has variables that the cloud takes, whatever a machine wrote", async () => {
    const cloud = closing(await openAliyun());
    const title = "#12 http://evil.example 10.0.0.5 db.shop.example 【x】 超长的名字".padEnd(300, "长");
    await openBench(aliyunEntry(cloud.url)).post({ title });
    expect([...(cloud.taken[0]?.params["name"] ?? "")].length).toBeLessThanOrEqual(35);
  });

  test.each([
    ["isv.BUSINESS_LIMIT_CONTROL", "give-up"],
    ["isv.MOBILE_NUMBER_ILLEGAL", "give-up"],
    ["isv.AMOUNT_NOT_ENOUGH", "give-up"],
    ["isv.NOBODY_KNOWS_THIS", "give-up"],
    ["isp.SYSTEM_ERROR", "retry"],
    ["Throttling.User", "wait"],
    ["Throttling.Something", "wait"],
    ["ServiceUnavailable", "retry"],
  ])("%s is %s, and counts for nobody", async (code, next) => {
    const cloud = closing(await openAliyun());
    const bench = openBench(aliyunEntry(cloud.url, ", max_per_hour: 1"));
    cloud.trick = code;
    expect(await refused(bench.post())).toMatchObject({ code, next });
    cloud.trick = undefined;
    await bench.post();
    expect(cloud.taken).toHaveLength(1);
  });

  test.each([
    ["reset" as const, "ECONNRESET"],
    [{ status: 503 }, "network"],
  ])("an answer that nobody understands (%j) leaves doubt, which counts", async (trick, code) => {
    const cloud = closing(await openAliyun());
    const bench = openBench(aliyunEntry(cloud.url, ", max_per_hour: 1"));
    cloud.trick = trick;
    expect(await refused(bench.post())).toMatchObject({ next: "retry", code });
    cloud.trick = undefined;
    expect(await refused(bench.post())).toMatchObject({ code: "max-per-hour" });
    expect(cloud.taken).toHaveLength(0);
  });

  it("a call reads out the template, with numbers as they are spoken", async () => {
    const cloud = closing(await openAliyun());
    const entry = aliyunCall(cloud.url);
    const bench = openBench(entry, { medium: "voice" });
    expect((await bench.post())["answer"]).toBe(`${MASKED}: Aliyun call-1`);
    expect(cloud.taken[0]).toMatchObject({ action: "SingleCallByTts", params: { value: "百分之97" } });
    // One a minute to one number: it is waited for.
    expect(await refused(bench.post({ incident: 13 }))).toMatchObject({
      code: "isv.BUSINESS_LIMIT_CONTROL",
      next: "wait",
      waitMs: 60_000,
    });
  });
});

describe("a message by Tencent Cloud", () => {
  it("is signed, and its variables are as long as the cloud takes them", async () => {
    const cloud = closing(await openTencent());
    const title = "#12 支付服务的订单超时太多了 https://a.example";
    expect((await openBench(tencentEntry(cloud.url)).post({ title }))["answer"]).toBe(
      `${MASKED}: Tencent Cloud serial-1`,
    );
    expect(cloud.taken).toMatchObject([
      {
        action: "SendSms",
        phone: `+86${ZHANG}`,
        params: { 1: "12", 2: "支付服务的订单超时太多了", 3: "97%" },
      },
    ]);
  });

  it("of a company has longer ones, when the file says so", async () => {
    const cloud = closing(await openTencent({ isCompany: true }));
    const entry = tencentEntry(
      cloud.url,
      `, variable_limit: 40, template_params: ["{{number}}", "{{where}}上的{{name}}", "{{value}}"]`,
    );
    await openBench(entry).post({ title: "#12 支付服务的订单超时太多了" });
    expect(cloud.taken[0]?.params["2"]).toBe("web-1上的支付服务的订单超时太多了");
  });

  test.each([
    ["LimitExceeded.PhoneNumberThirtySecondLimit", "wait"],
    ["LimitExceeded.PhoneNumberDailyLimit", "give-up"],
    ["LimitExceeded.SomethingNew", "give-up"],
    ["FailedOperation.InsufficientBalanceInSmsPackage", "give-up"],
    ["FailedOperation.PhoneNumberInBlacklist", "give-up"],
    ["InternalError.UnknownError", "retry"],
    ["RequestLimitExceeded", "wait"],
    ["AuthFailure.SignatureFailure", "give-up"],
  ])("%s is %s", async (code, next) => {
    const cloud = closing(await openTencent());
    cloud.trick = code;
    expect(await refused(openBench(tencentEntry(cloud.url)).post())).toMatchObject({ code, next });
  });

  test.each(["InternalError.Timeout", { status: 502 }, "reset"] as const)(
    "%j leaves doubt",
    async (trick) => {
      const cloud = closing(await openTencent());
      const bench = openBench(tencentEntry(cloud.url, ", max_per_hour: 1"));
      cloud.trick = trick;
      expect((await refused(bench.post())).next).toBe("retry");
      expect(await refused(bench.post())).toMatchObject({ code: "max-per-hour" });
    },
  );

  it("a call goes by the API for calls", async () => {
    const cloud = closing(await openTencent());
    const bench = openBench(tencentEntry(cloud.url), { medium: "voice" });
    expect((await bench.post())["answer"]).toBe(`${MASKED}: Tencent Cloud call-1`);
    expect(cloud.taken[0]).toMatchObject({ action: "SendTtsVoice", params: { 3: "百分之97" } });
  });
});

it("a cloud that is not there was told nothing: that counts for nobody", async () => {
  const cloud = await openAliyun();
  await cloud.close();
  const bench = openBench(aliyunEntry(cloud.url, ", max_per_hour: 1"));
  for (let i = 0; i < 3; i++)
    expect(await refused(bench.post())).toMatchObject({ next: "retry", code: "ECONNREFUSED" });
});

describe("what is said, and what is not", () => {
  async function open(more = "", options = {}): Promise<ReturnType<typeof openBench> & { cloud: FakeCloud }> {
    const cloud = closing(await openAliyun());
    return { cloud, ...openBench(aliyunEntry(cloud.url, more), options) };
  }

  test.each([
    [{ severity: "warning" }, "severity"],
    [{ status: "acknowledged" }, "acknowledged"],
    [{ status: "silenced" }, "silenced"],
    [{ status: "resolved" }, "over"],
  ] as const)("%j is nothing for a phone, and why", async (about, code) => {
    const { post, cloud } = await open();
    const error = await post(about).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotSaid);
    expect(error).toMatchObject({ code });
    expect(cloud.asked.count).toBe(0);
  });

  it("a severity that the file names is told", async () => {
    const { post, cloud } = await open(", severities: [critical, warning]");
    await post({ severity: "warning" });
    expect(cloud.taken).toHaveLength(1);
  });

  it("the end is told only to whom the beginning was, and only when the file says so", async () => {
    const { post, cloud } = await open(", send_resolved: true");
    const over = { status: "resolved" } as const;
    expect(await post(over).catch((e: unknown) => e)).toBeInstanceOf(NotSaid);
    const before = await post();
    await post(over, { news: 2, before });
    expect(cloud.taken).toHaveLength(2);
  });

  it("the same news is told once, however often it is asked for; other news again", async () => {
    const { post, cloud } = await open();
    await post();
    expect((await post())["answer"]).toBe(`${MASKED}: Aliyun biz-1`);
    expect(cloud.taken).toHaveLength(1);
    await post({}, { news: 2 });
    expect(cloud.taken).toHaveLength(2);
  });

  it("asked for again while it is on its way, it is not sent twice", async () => {
    const { post, cloud } = await open();
    const control = new AbortController();
    const first = post({}, { signal: control.signal });
    control.abort();
    expect(await refused(first)).toMatchObject({ code: "aborted", next: "retry" });
    await post();
    expect(cloud.taken).toHaveLength(1);
  });

  it("more than the file allows in an hour is held back, and counted in the next", async () => {
    const { post, cloud, clock } = await open(", max_per_hour: 2");
    for (const incident of [1, 2]) await post({ incident });
    for (const incident of [3, 4, 5]) {
      const error = await refused(post({ incident }));
      expect(error).toMatchObject({ code: "max-per-hour", next: "give-up" });
      expect(error.message).toContain(MASKED);
      expect(error.message).not.toContain(ZHANG);
    }
    await clock.advance(3_600_000);
    await post({ incident: 6 });
    expect(cloud.taken.map(({ params }) => params["number"])).toEqual(["1", "2", "6 +3"]);
    await post({ incident: 7 });
    expect(cloud.taken.at(-1)?.params["number"]).toBe("7");
  });

  it("what somebody has meanwhile is not counted", async () => {
    const { post, cloud, clock } = await open(", max_per_hour: 1", { isOpen: (id: number) => id === 2 });
    await post({ incident: 1 });
    for (const incident of [2, 3]) await refused(post({ incident }));
    await clock.advance(3_600_000);
    await post({ incident: 4 });
    expect(cloud.taken.at(-1)?.params["number"]).toBe("4 +1");
  });

  it("the limit outlives a restart and a kill", async () => {
    const cloud = closing(await openAliyun());
    const entry = aliyunEntry(cloud.url, ", max_per_hour: 2");
    const disk = new Journal();
    const clock = new FakeClock();
    const before = openBench(entry, { store: disk.open(clock), clock });
    await before.post({ incident: 1 });
    // Killed before it was answered.
    cloud.trick = "late";
    const control = new AbortController();
    const dying = before.post({ incident: 2 }, { signal: control.signal });
    await cloud.heard(2);
    control.abort();
    await refused(dying);
    cloud.trick = undefined;
    const after = openBench(entry, { store: disk.open(clock), clock });
    expect(await refused(after.post({ incident: 3 }))).toMatchObject({ code: "max-per-hour" });
    expect(cloud.taken).toHaveLength(2);
    // What was answered is known.
    expect((await after.post({ incident: 1 }))["answer"]).toBe(`${MASKED}: Aliyun biz-1`);
    // A clock that was put back a day does not lock anybody out.
    clock.set(clock.now() - 2 * 86_400_000);
    await after.post({ incident: 4 });
    expect(cloud.taken).toHaveLength(3);
  });

  it("one whose number is wrong keeps nobody else from being told", async () => {
    const cloud = closing(await openAliyun());
    const entry = aliyunEntry(cloud.url).replace(`"${ZHANG}"`, `"${ZHANG}", "+4915112345678"`);
    const { answer } = await openBench(entry).post();
    expect(answer).toBe(`${MASKED}: Aliyun biz-1; +49151****5678: isv.MOBILE_NUMBER_ILLEGAL`);
  });
});

async function refused(posted: Promise<unknown>): Promise<SendError> {
  const error = await posted.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(SendError);
  return error as SendError;
}
