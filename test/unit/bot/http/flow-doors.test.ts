/** The door of flows over real sockets: every shape of event, what is answered, and what is remembered. */
import { describe, expect, test } from "vitest";
import { eventOf, keysOf } from "../../../../bot/http/flow-event.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const TOKEN = "token-0123456789";
const yaml = `
monitors:
  - { name: 夜间 结算, kind: flow, token: ${TOKEN}, steps: [{ name: 拉取 }, { name: "对账 & 出表" }] }
  - { name: other, kind: flow, token: other-0123456789, steps: [{ name: a }] }
`;
const JSON_TYPE = { "content-type": "application/json" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const bearer = { authorization: `Bearer ${TOKEN}` };
const PATH = `/api/v1/flows/${encodeURIComponent("夜间 结算")}/runs`;

async function house(env: Record<string, string> = {}) {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, env: { LOCALE: "zh-CN", ...env } });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(new URL(path, url), { method: "POST", ...init });
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as Record<string, unknown>,
    };
  };
  return { ask };
}

test("an event may stand in the query, in a form or in JSON", async () => {
  const { ask } = await house();
  const step = "对账 & 出表";
  const query = new URLSearchParams({ step: "拉取", state: "start" });
  const said = [
    await ask(`${PATH}/1?${query}`, { headers: bearer }),
    await ask(`${PATH}/1?token=${TOKEN}`, {
      headers: FORM,
      body: new URLSearchParams({ step: "拉取", state: "0" }),
    }),
    await ask(`${PATH}/1`, {
      headers: { ...bearer, ...JSON_TYPE },
      body: JSON.stringify({ step, state: 3, note: "x" }),
    }),
    await ask(`${PATH}/1`, {
      headers: { ...bearer, ...JSON_TYPE },
      body: JSON.stringify({ step, status: "成功" }),
    }),
    await ask(`${PATH}/1`, {
      headers: { ...bearer, ...JSON_TYPE },
      body: JSON.stringify({ step, status: "Done" }),
    }),
    await ask(`${PATH}/current?state=skip`, { headers: bearer }),
  ];
  expect(
    said.map(({ status, body }) => [status, body["run"], body["step"], body["state"], body["changed"]]),
  ).toEqual([
    [200, "1", "拉取", "start", true],
    [200, "1", "拉取", "done", true],
    [200, "1", step, "fail", true],
    [200, "1", step, "done", true],
    [200, "1", step, "done", false],
    [200, expect.stringMatching(/^\d{4}-\d\d-\d\d$/), undefined, "skip", true],
  ]);
});

describe("what is refused, and why", () => {
  test.each<[status: number, words: string, path: string, init: RequestInit]>([
    [401, "没有这个流程，或者令牌不对", `${PATH}/1?step=拉取&state=done`, {}],
    [401, "没有这个流程，或者令牌不对", `${PATH}/1?step=拉取&state=done&token=${TOKEN}x`, {}],
    [401, "没有这个流程，或者令牌不对", `${PATH}/1?step=拉取&state=done&token=other-0123456789`, {}],
    [401, "没有这个流程，或者令牌不对", `/api/v1/flows/nobody/runs/1?step=a&state=done&token=${TOKEN}`, {}],
    [
      422,
      '没有步骤 "收尾"；这个流程的步骤是：拉取、对账 & 出表',
      `${PATH}/1?step=收尾&state=done`,
      { headers: bearer },
    ],
    [400, "没有写 state。", `${PATH}/1?step=拉取`, { headers: bearer }],
    [400, 'state 不能是 "over"', `${PATH}/1?step=拉取&state=over`, { headers: bearer }],
    [400, 'state 不能是 "256"', `${PATH}/1?step=拉取&state=256`, { headers: bearer }],
    [400, "step 写了两次", `${PATH}/1?step=拉取&step=拉取&state=done`, { headers: bearer }],
    [400, '没有 "steps" 这一项', `${PATH}/1?steps=拉取&state=done`, { headers: bearer }],
    [400, '没有 "constructor" 这一项', `${PATH}/1?constructor=x&state=done`, { headers: bearer }],
    [400, "不是时刻", `${PATH}/1?step=拉取&state=done&at=yesterday`, { headers: bearer }],
    [400, "31 天以前", `${PATH}/1?step=拉取&state=done&at=12345`, { headers: bearer }],
    [400, "最多 100 个字符", `${PATH}/${"x".repeat(101)}?state=done`, { headers: bearer }],
    [400, "最多 100 个字符", `${PATH}/a%0Ab?state=done`, { headers: bearer }],
    [400, "JSON 对象", `${PATH}/1`, { headers: { ...bearer, ...JSON_TYPE }, body: "[1]" }],
    [400, "不是有效的 JSON", `${PATH}/1`, { headers: { ...bearer, ...JSON_TYPE }, body: "{" }],
    [
      400,
      "step 应是文字",
      `${PATH}/1`,
      { headers: { ...bearer, ...JSON_TYPE }, body: '{"step":{},"state":"done"}' },
    ],
    [415, "JSON 或表单", `${PATH}/1`, { headers: { ...bearer, "content-type": "text/plain" }, body: "x" }],
    [413, "太大", `${PATH}/1`, { headers: { ...bearer, ...FORM }, body: `note=${"x".repeat(70_000)}` }],
    [405, "请求方法", `${PATH}/1`, { method: "PUT", headers: bearer }],
  ])("%i %s", async (status, words, path, init) => {
    const { ask } = await house();
    const answer = await ask(path, init);
    expect([answer.status, answer.body["error"]]).toEqual([status, expect.stringContaining(words)]);
    // Nothing of it was taken.
    const after = await ask(`${PATH}/1?step=拉取&state=start`, { headers: bearer });
    expect(after.body["changed"]).toBe(true);
  });
});

test("its own token is enough where the house asks for one, and API_TOKEN is no key to it", async () => {
  const { ask } = await house({ API_TOKEN: "api-token-0123456789" });
  expect((await ask(`${PATH}/1?state=start&token=${TOKEN}`)).status).toBe(200);
  const strange = await ask(`${PATH}/1?state=start`, {
    headers: { authorization: "Bearer api-token-0123456789" },
  });
  expect([strange.status, strange.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
});

test.each([
  ["2026-11-28T02:00:00+08:00", true],
  ["2026-11-28T02:00:00Z", true],
  ["1795802400", true],
  ["1795802400000", true],
  ["1795802400.5", true],
  ["2026-11-28", false],
  ["2026-11-28T02:00:00", false],
  ["-1", false],
  ["NaN", false],
  ["1e300", false],
  ["99999999999999999", true],
])("at %s: %s", (at, fine) => {
  const now = Date.UTC(2026, 10, 28, 12);
  const read = (): unknown =>
    eventOf(
      keysOf([
        ["state", "done"],
        ["at", at],
      ]),
      [],
      now,
    );
  if (!fine) expect(read).toThrow();
  else expect((read() as { at: number }).at).toBeLessThanOrEqual(now);
});
