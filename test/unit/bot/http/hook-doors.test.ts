/** The doors of the hooks over real sockets, in a house that stands: who is let in, what is answered, what comes of it. */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import type { DoorsView } from "../../../../bot/console/doors-view.ts";
import { until } from "../../../support/bot.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const token = (kind: string): string => `${kind}-token-0123456789`;
const yaml = `
hooks:
  - { name: am, kind: alertmanager, token: ${token("am")} }
  - { name: am2, kind: alertmanager, token: ${token("am2")}, labels: { site: two } }
  - { name: gf, kind: grafana, token: ${token("gf")} }
  - { name: kb, kind: kibana, token: ${token("kb")} }
  - { name: any, kind: generic, token: ${token("any")}, alerts: "$.alerts[*]", map: { title: "$.name" } }
  - { name: ding, kind: dingtalk-robot, token: ${token("ding")} }
  - { name: signed, kind: dingtalk-robot, token: ${token("signed")}, secret: SECabc123 }
  - { name: wecom, kind: wecom-robot, token: ${token("wecom")} }
`;

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations on them.
  readonly body: any;
}

async function open(env: Record<string, string> = {}) {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, env });
  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const sent = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, url), { method: "POST", headers, body: sent });
    return { status: response.status, body: await response.json() };
  };
  const doors = async (headers: Record<string, string> = {}): Promise<DoorsView["doors"]> => {
    const response = await fetch(new URL("/api/console/doors", url), { headers });
    return ((await response.json()) as DoorsView).doors;
  };
  const cards = async (): Promise<string[]> => {
    const response = await fetch(new URL("/api/console/messages?conversation=ops", url));
    const { messages } = (await response.json()) as { messages: { title?: string; status?: string }[] };
    return messages.map(({ title, status }) => `${title} ${status}`);
  };
  return { url, post, doors, cards };
}

const bearer = (word: string): Record<string, string> => ({ authorization: `Bearer ${token(word)}` });
const alert = { status: "firing", labels: { alertname: "Disk" } };

describe("who is let in", () => {
  test("by the header or by the query; nobody without, and nobody with another kind's token", async () => {
    const { post } = await open();
    const path = "/api/v1/hooks/alertmanager";
    const ok = { status: 200, body: { status: "ok", accepted: 1, refused: [] } };
    expect(await post(path, { alerts: [alert] }, bearer("am"))).toEqual(ok);
    expect(await post(`${path}?token=${token("am2")}`, { alerts: [alert] })).toEqual(ok);
    const error = "the token of the hook is missing";
    expect(await post(path, { alerts: [alert] })).toEqual({ status: 401, body: { error } });
    for (const wrong of [bearer("gf"), { authorization: "Bearer am-token-012345678" }, bearer("AM")])
      expect(await post(path, { alerts: [alert] }, wrong)).toEqual({
        status: 401,
        body: { error: "no hook has this token" },
      });
    const twice = `${path}?token=${token("am")}&token=${token("am")}`;
    expect((await post(twice, { alerts: [alert] })).status).toBe(401);
  });

  test("API_TOKEN is neither asked for nor enough", async () => {
    const { post, doors } = await open({ API_TOKEN: "the-api-token" });
    expect((await post("/api/v1/hooks/alertmanager", { alerts: [alert] }, bearer("am"))).status).toBe(200);
    const api = { authorization: "Bearer the-api-token" };
    expect((await post("/api/v1/hooks/alertmanager", { alerts: [alert] }, api)).status).toBe(401);
    expect((await post("/api/v2/alerts", [alert])).status).toBe(401);
    expect((await fetch(`${(await open({ API_TOKEN: "x" })).url}api/console/doors`)).status).toBe(401);
    expect((await doors(api)).map(({ name }) => name)).toContain("am");
  });

  test("a robot's stranger hears what the platform says, with HTTP 200", async () => {
    const { post } = await open();
    const text = { msgtype: "text", text: { content: "x" } };
    expect(await post("/robot/send", text)).toMatchObject({ status: 200, body: { errcode: 400101 } });
    expect(await post("/robot/send?access_token=x", text)).toMatchObject({
      status: 200,
      body: { errcode: 300005, errmsg: expect.stringContaining("token is not exist") },
    });
    for (const path of ["/cgi-bin/webhook/send", "/cgi-bin/webhook/send?key=x"])
      expect(await post(path, text)).toMatchObject({
        status: 200,
        body: { errcode: 93000, errmsg: expect.stringContaining("invalid webhook url") },
      });
  });

  test("a signature, where the hook has a secret", async () => {
    const { post } = await open();
    const text = { msgtype: "text", text: { content: "[告警] 签名" } };
    const send = (timestamp: number | string, sign: string): Promise<Answered> =>
      post(
        `/robot/send?access_token=${token("signed")}&timestamp=${timestamp}&sign=${encodeURIComponent(sign)}`,
        text,
      );
    const signed = (at: number): string =>
      createHmac("sha256", "SECabc123").update(`${at}\nSECabc123`).digest("base64");
    const now = Date.now();
    expect(await send(now, signed(now))).toEqual({ status: 200, body: { errcode: 0, errmsg: "ok" } });
    expect(await send(now, signed(now - 1))).toMatchObject({
      body: { errcode: 310000, errmsg: expect.stringContaining("sign not match") },
    });
    const old = now - 3_700_000;
    for (const [timestamp, sign] of [
      [old, signed(old)],
      ["", ""],
      ["soon", "x"],
      [Math.floor(now / 1000), signed(now)],
    ] as const)
      expect(await send(timestamp, sign)).toMatchObject({
        body: { errcode: 310000, errmsg: expect.stringContaining("invalid timestamp") },
      });
    expect(await post(`/robot/send?access_token=${token("signed")}`, text)).toMatchObject({
      body: { errcode: 310000 },
    });
  });

  test("the vector of the platform's own documents", () => {
    const sign = createHmac("sha256", "SECabc123").update("1700000000000\nSECabc123").digest("base64");
    expect(sign).toBe("N5P09a4+p1AMJIJWnIvQd2Yxw9+fu/oEBnPrjCcsLXk=");
  });
});

describe("what is answered", () => {
  test("malformed items refuse themselves, and the answer names them", async () => {
    const { post } = await open();
    expect(await post("/api/v1/hooks/grafana", { alerts: [{}, alert, 7] }, bearer("gf"))).toEqual({
      status: 200,
      body: {
        status: "ok",
        accepted: 1,
        refused: [
          { index: 0, error: "status: must be firing or resolved" },
          { index: 2, error: "is not an object" },
        ],
      },
    });
  });

  test.each([
    ["alertmanager", "am", "{", 400, "The body is not valid JSON"],
    ["alertmanager", "am", "{}", 400, "alerts: is missing"],
    ["kibana", "kb", '{"rule":"{{rule.name}}"}', 400, "Kibana did not fill in"],
    ["generic", "any", '{"alert":1}', 400, "$.alerts[*] finds nothing"],
    ["generic", "any", Uint8Array.of(0xff, 0xfe), 400, "not valid UTF-8"],
  ])("%s: a body that is none", async (kind, hook, body, status, error) => {
    const { post } = await open();
    expect(await post(`/api/v1/hooks/${kind}`, body, bearer(hook))).toEqual({
      status,
      body: { error: expect.stringContaining(error) },
    });
  });

  test.each([
    ["an unknown type without a word", { msgtype: "none" }, 400105, 40008],
    ["a text without content", { msgtype: "text" }, 40035, 44004],
    ["an empty text", { msgtype: "text", text: { content: " \n" } }, 40035, 44004],
    ["no body", "", 40035, 47001],
    ["no UTF-8", Uint8Array.of(0xb0, 0xa1), 40035, 47001],
  ])("robots: %s", async (_what, body, dingtalk, wecom) => {
    const { post } = await open();
    expect(await post(`/robot/send?access_token=${token("ding")}`, body)).toMatchObject({
      status: 200,
      body: { errcode: dingtalk },
    });
    expect(await post(`/cgi-bin/webhook/send?key=${token("wecom")}`, body)).toMatchObject({
      status: 200,
      body: { errcode: wecom },
    });
  });

  test("more than a door takes", async () => {
    const { post } = await open();
    const large = `{"alerts":[],"x":"${"x".repeat(4 * 1024 * 1024)}"}`;
    expect((await post("/api/v1/hooks/alertmanager", large, bearer("am"))).status).toBe(413);
    expect(await post(`/robot/send?access_token=${token("ding")}`, large)).toMatchObject({
      status: 200,
      body: { errcode: 460101 },
    });
    expect(await post(`/cgi-bin/webhook/send?key=${token("wecom")}`, large)).toMatchObject({
      status: 200,
      body: { errcode: 45002 },
    });
  });

  test("any type of content, as scripts forget it", async () => {
    const { post } = await open();
    const headers = { ...bearer("am"), "content-type": "application/x-www-form-urlencoded" };
    expect((await post("/api/v1/hooks/alertmanager", { alerts: [alert] }, headers)).status).toBe(200);
  });
});

test("who hears when no route takes it: the receiver of the hook", async () => {
  const hook = `{ name: db, kind: alertmanager, token: ${token("db")}, receiver: "console:db" }`;
  const { url } = await buildHouse({
    dir: await temporaryFolder(),
    yaml: `hooks: [${hook}]\nroute: { receiver: "console:ops", group_wait: 0s }`,
  });
  const body = JSON.stringify({ alerts: [alert] });
  await fetch(new URL("/api/v1/hooks/alertmanager", url), { method: "POST", headers: bearer("db"), body });
  const heard = async (conversation: string): Promise<number> => {
    const response = await fetch(new URL(`/api/console/messages?conversation=${conversation}`, url));
    return ((await response.json()) as { messages: unknown[] }).messages.length;
  };
  await until(async () => (await heard("db")) || undefined);
  expect(await heard("ops")).toBe(0);
});

test("a reload brings hooks and takes them away", async () => {
  let word = "one";
  const hooks = (): string => `hooks: [{ name: a, kind: alertmanager, token: ${token(word)} }]`;
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml: hooks(), rewritten: hooks });
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(new URL(path, url), { method: "POST", headers, body: '{"alerts":[]}' })).status;
  const door = "/api/v1/hooks/alertmanager";
  expect([await status(door, bearer("one")), await status(door, bearer("two"))]).toEqual([200, 401]);
  word = "two";
  expect(await status("/-/reload")).toBe(200);
  expect([await status(door, bearer("one")), await status(door, bearer("two"))]).toEqual([401, 200]);
});

test("on loopback a door that asks for its own token takes any name of a host, the others do not", async () => {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml });
  const { port } = new URL(url);
  const status = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { host: "gengfu.example", ...bearer("am") };
      const sent = request({ port, host: "127.0.0.1", path, method: "POST", headers }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      sent.on("error", reject);
      sent.end('{"alerts":[]}');
    });
  expect(await status("/api/v1/hooks/alertmanager")).toBe(200);
  expect(await status("/api/console/messages")).toBe(403);
  expect(await status("/api/v2/alerts")).toBe(403);
});

test("a script's messages are one card: it fires, fires again, and is over", async () => {
  const { post, cards } = await open();
  const send = (content: string): Promise<Answered> =>
    post(`/robot/send?access_token=${token("ding")}`, { msgtype: "text", text: { content } });
  await send("[告警] web1 磁盘 95%");
  await until(async () => ((await cards()).length > 0 ? true : undefined));
  await send("[告警] web1 磁盘 96%");
  await send("[恢复] web1 磁盘 40%");
  const all = await until(async () => {
    const now = await cards();
    return now.some((card) => card.endsWith(" resolved")) ? now : undefined;
  });
  expect(all).toEqual(["#1 web1 磁盘 resolved"]);
});
