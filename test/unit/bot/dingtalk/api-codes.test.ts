/** What each code of DingTalk makes the courier do. */
import { describe, expect, test } from "vitest";
import { understand } from "../../../../bot/dingtalk/api/answer.ts";
import { monthOf, nextMonthAt } from "../../../../bot/dingtalk/api/month.ts";

/** 2026-11-28 20:00 in UTC: the 29th in Shanghai. */
const at = Date.UTC(2026, 10, 28, 20);
const answer = (status: number, body: unknown, retryAfter?: string) => ({
  status,
  retryAfter,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const openApi = (status: number, code: string, more: object = {}) =>
  understand(answer(status, { code, requestid: "r", message: `about ${code}`, ...more }), at);
const oapi = (errcode: unknown, more: object = {}) =>
  understand(answer(200, { errcode, errmsg: `about ${errcode}`, ...more }), at);
const untilDecember = Date.UTC(2026, 10, 30, 16) - at;

describe("codes of the OpenAPI", () => {
  test.each([
    [400, "invalidParameter.msgKey.invalid", "give-up"],
    [400, "invalidParameter.msgParam.tooLong", "give-up"],
    [400, "invalidParameter.robotCode.notExsit", "give-up"],
    [400, "invalid.openConversationId", "give-up"],
    [400, "group.disbanded", "give-up"],
    [400, "bot.stopped", "give-up"],
    [400, "conversation.org.notMatch", "give-up"],
    [400, "param.templateNotExist", "give-up"],
    [400, "param.cardAlreadyExist", "give-up"],
    [400, "param.cardNotExist", "give-up"],
    [400, "param.contentUnsafe", "give-up"],
    [500, "system.error", "retry"],
    [500, "system.busy", "retry"],
    [400, "unknown.send.result", "retry"],
    [403, "Forbidden.AccessDenied.IpNotInWhiteList", "retry"],
    [403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "retry"],
    // The code is known better than the status.
    [500, "param.invalid", "give-up"],
  ])("%i %s: %s", (status, code, next) => {
    expect(openApi(status, code)).toMatchObject({ is: "no", next, code, waitMs: 0, isStaleToken: false });
  });

  test.each(["Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "Forbidden.AccessDenied.QpsLimitForApi"])(
    "%s waits for a second",
    (code) => expect(openApi(403, code)).toMatchObject({ next: "wait", waitMs: 1_000, isQuota: false }),
  );

  test("a used up quota waits until the next month of Shanghai begins", () => {
    expect(openApi(403, "Forbidden.AccessDenied.ApiCountLimitForOrg")).toMatchObject({
      next: "wait",
      waitMs: untilDecember,
      isQuota: true,
    });
  });

  test("a missing permission says what to apply for", () => {
    const said = openApi(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", {
      accessdenieddetail: { requiredScopes: ["Card.Instance.Write", "qyapi_robot_sendmsg", 7] },
    });
    expect(said).toMatchObject({
      message:
        "the app lacks a permission; apply for it in the developer console: Card.Instance.Write, qyapi_robot_sendmsg",
    });
  });

  test.each([400, 401])("InvalidAuthentication (%i) is about the token", (status) => {
    expect(openApi(status, "InvalidAuthentication")).toMatchObject({ isStaleToken: true, isAtGate: true });
  });

  test.each([
    [400, "never.heard.of", "give-up"],
    [404, "never.heard.of", "give-up"],
    [200, "", "give-up"],
    [500, "never.heard.of", "retry"],
    [408, "never.heard.of", "retry"],
    [429, "never.heard.of", "wait"],
    [400, "constructor", "give-up"],
  ])("an unknown code goes by its status: %i %s", (status, code, next) => {
    expect(openApi(status, code, { success: false })).toMatchObject({
      is: "no",
      next,
      code: code === "" ? "unsuccessful" : code,
      waitMs: next === "wait" ? 1_000 : 0,
    });
  });

  test("a time to wait that the answer names is kept", () => {
    expect(understand(answer(503, {}, "30"), at)).toMatchObject({
      next: "wait",
      waitMs: 30_000,
      code: "503",
    });
    expect(understand(answer(503, {}), at)).toMatchObject({ next: "retry" });
    expect(understand(answer(429, "<html>", "2"), at)).toMatchObject({ next: "wait", waitMs: 2_000 });
  });

  test("what is no code is not shown as one", () => {
    for (const code of ["<b>", "x".repeat(101), 7, null])
      expect(understand(answer(400, { code }), at)).toMatchObject({ code: "400" });
  });
});

describe("errcodes of oapi", () => {
  test.each([
    [-1, "retry", 0],
    [60011, "retry", 0],
    [60020, "retry", 0],
    [300001, "give-up", 0],
    [300005, "give-up", 0],
    [310000, "give-up", 0],
    [400102, "give-up", 0],
    [430101, "give-up", 0],
    [460101, "give-up", 0],
    [40035, "give-up", 0],
    [90018, "wait", 1_000],
    [90002, "wait", 1_000],
    [130101, "wait", 600_000],
    [410100, "wait", 600_000],
    [90020, "wait", untilDecember],
    [90030, "wait", untilDecember],
    // Nobody knows it: to try it again would cost a call each time.
    [987654, "give-up", 0],
  ])("%i: %s", (errcode, next, waitMs) => {
    expect(oapi(errcode)).toMatchObject({ is: "no", next, waitMs, code: String(errcode) });
    expect(oapi(String(errcode))).toMatchObject({ is: "no", code: String(errcode) });
  });

  test.each([40001, 40014, 42001])("%i is about the token", (errcode) => {
    expect(oapi(errcode)).toMatchObject({ next: "retry", isStaleToken: true });
  });

  test("88 hides the true code", () => {
    expect(oapi(88, { sub_code: "60011", sub_msg: "没有调用该接口的权限" })).toMatchObject({
      code: "60011",
      next: "retry",
      message: "没有调用该接口的权限",
    });
    expect(oapi(88, { sub_code: "40014" })).toMatchObject({ isStaleToken: true });
    expect(oapi(88)).toMatchObject({ code: "88", next: "give-up" });
  });

  test.each([0, "0"])("%j is a yes", (errcode) => {
    expect(oapi(errcode)).toMatchObject({ is: "yes" });
  });

  test("what is no number is no yes", () => {
    for (const errcode of ["ok", {}, 1.5]) expect(oapi(errcode)).toMatchObject({ is: "no", next: "give-up" });
  });
});

describe("an address that is shut out", () => {
  const said = { status: 1111, wait: 5, source: "x5", punish: "deny", uuid: "x" };

  test.each([
    ["as JSON", 200, JSON.stringify(said)],
    ["with another status", 403, JSON.stringify(said)],
    ["within a page", 200, `<!doctype html><body>${JSON.stringify(said)}</body>`],
  ])("waits as many minutes as it is told: %s", (_, status, body) => {
    expect(understand(answer(status, body), at)).toMatchObject({
      next: "wait",
      code: "1111",
      waitMs: 300_000,
    });
  });

  test("goes by its errcode where there is one", () => {
    expect(understand(answer(200, { ...said, errcode: 130101 }), at)).toMatchObject({ code: "130101" });
  });
});

describe("months of Shanghai", () => {
  const newYear = Date.UTC(2026, 11, 31, 16);

  test("begin eight hours before those of UTC", () => {
    expect(monthOf(newYear - 1)).toBe("2026-12");
    expect(monthOf(newYear)).toBe("2027-01");
  });

  test("follow each other, over the end of a year too", () => {
    expect(nextMonthAt(newYear - 1)).toBe(newYear);
    expect(nextMonthAt(newYear)).toBe(Date.UTC(2027, 0, 31, 16));
    // A leap year's February.
    expect(nextMonthAt(Date.UTC(2028, 1, 15))).toBe(Date.UTC(2028, 1, 29, 16));
  });
});
