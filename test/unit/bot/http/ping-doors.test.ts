/** The doors of heartbeats over real sockets: every shape of ping, what is answered, and what is remembered. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import { tellErrors } from "../../../../bot/http/door-error.ts";
import { pingDoors } from "../../../../bot/http/ping-doors.ts";
import type { Ping } from "../../../../monitors/heartbeat/beat.ts";
import type { Heartbeats } from "../../../../monitors/heartbeat/heartbeats.ts";
import type { MonitorRecord } from "../../../../monitors/monitor-book.ts";
import { silentLog } from "../../../../storage/log.ts";
import { NotSaved } from "../../../../storage/store.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
const RID = "0f0e0d0c-0b0a-4908-8706-050403020100";
const KEY = "pingkey-0123456789";
const yaml = `
monitors:
  - { name: backup, kind: heartbeat, uuid: ${UUID}, period: 1d, slug: backup, push_token: kuma-token-01 }
`;
const record = { name: "backup", kind: "heartbeat", options: { uuid: UUID } } as unknown as MonitorRecord;

/** Only the doors; what is taken in is kept, or answered as `take` says. */
async function doors(take?: Heartbeats["take"], key: string | undefined = KEY) {
  const pings: Ping[] = [];
  const router = new Router();
  pingDoors({
    key,
    locale: "en",
    heartbeats: {
      find: (address) => ([UUID, "kuma-token-01"].includes(address.toLowerCase()) ? record : undefined),
      findBySlug: (slug) => (slug === "backup" ? record : undefined),
      take:
        take ??
        (async (_, ping) => {
          pings.push(ping);
          return { is: "taken" };
        }),
    },
  })(router);
  const app = new Koa();
  app.use(tellErrors({ locale: "en", log: silentLog }));
  app.use(router.routes()).use(router.allowedMethods());
  const server = createServer(app.callback()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { pings, ask: (path: string, init?: RequestInit) => fetch(url + path, init) };
}

const nothing = { rid: "", body: "" };

describe("what a ping says", () => {
  test.each<[method: string, path: string, ping: Ping]>([
    ["GET", `/ping/${UUID}`, { says: "success", ...nothing }],
    ["HEAD", `/ping/${UUID}`, { says: "success", ...nothing }],
    ["POST", `/ping/${UUID}`, { says: "success", ...nothing }],
    ["GET", `/ping/${UUID.toUpperCase()}`, { says: "success", ...nothing }],
    ["GET", `/ping/${UUID}/start`, { says: "start", ...nothing }],
    ["GET", `/ping/${UUID}/fail`, { says: "failure", ...nothing }],
    ["GET", `/ping/${UUID}/log`, { says: "log", ...nothing }],
    ["GET", `/ping/${UUID}/0`, { says: "success", ...nothing }],
    ["GET", `/ping/${UUID}/1`, { says: "failure", exit: 1, ...nothing }],
    ["GET", `/ping/${UUID}/255`, { says: "failure", exit: 255, ...nothing }],
    ["GET", `/ping/${UUID}/start?rid=${RID.toUpperCase()}`, { says: "start", rid: RID, body: "" }],
    ["GET", `/ping/${KEY}/backup`, { says: "success", ...nothing }],
    ["GET", `/ping/${KEY}/backup/start?rid=${RID}`, { says: "start", rid: RID, body: "" }],
    ["GET", `/ping/${KEY}/backup/137`, { says: "failure", exit: 137, ...nothing }],
  ])("%s %s", async (method, path, ping) => {
    const { ask, pings } = await doors();
    const answer = await ask(path, { method });
    expect([answer.status, await answer.text()]).toEqual([200, method === "HEAD" ? "" : "OK"]);
    expect(pings).toEqual([ping]);
  });

  test.each<[path: string, ping: Ping]>([
    ["kuma-token-01?status=up&msg=OK&ping=12", { says: "success", rid: "", body: "", durationMs: 12 }],
    ["kuma-token-01?status=up&msg=OK&ping=", { says: "success", ...nothing }],
    ["kuma-token-01", { says: "success", ...nothing }],
    [`${UUID}?status=down&msg=disk%20full&ping=x`, { says: "failure", rid: "", body: "disk full" }],
  ])("/api/push/%s", async (path, ping) => {
    const { ask, pings } = await doors();
    for (const method of ["GET", "POST", "PUT"]) {
      const answer = await ask(`/api/push/${path}`, { method });
      expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    }
    expect(pings).toEqual([ping, ping, ping]);
  });
});

describe("what is refused", () => {
  test.each<[status: number, path: string]>([
    [404, "/ping/6ba7b810-9dad-41d1-80b4-000000000000"],
    [404, `/ping/${UUID}/stop`],
    [404, `/ping/${UUID}/start/0`],
    [404, "/ping/backup"],
    [404, "/ping/other-key-0123456789/backup"],
    [404, `/ping/${KEY}/other`],
    [400, `/ping/${UUID}/256`],
    [400, `/ping/${UUID}/99999999999999999999`],
    [400, `/ping/${UUID}?rid=1`],
    [400, `/ping/${UUID}?rid=${RID}&rid=${RID}`],
    [404, "/api/push/another-token"],
  ])("%i %s", async (status, path) => {
    const { ask, pings } = await doors();
    expect((await ask(path)).status).toBe(status);
    expect(pings).toEqual([]);
  });

  test("addresses by name, where there is no key", async () => {
    const { ask } = await doors(undefined, undefined);
    expect((await ask("/ping/undefined/backup")).status).toBe(404);
  });

  test("a method that is none of a ping's", async () => {
    const { ask } = await doors();
    expect((await ask(`/ping/${UUID}`, { method: "DELETE" })).status).toBe(405);
  });

  test("a ping that the disk refuses, with 503 and when to come again", async () => {
    const { ask } = await doors(() => Promise.reject(new NotSaved("the disk is full")));
    for (const path of [`/ping/${UUID}`, `/api/push/${UUID}`]) {
      const answer = await ask(path);
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    }
  });

  test("a ping too many, with 429 and when to come again", async () => {
    const { ask } = await doors(async () => ({ is: "too-often", waitMs: 1_200 }));
    const answer = await ask(`/ping/${UUID}`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "2"]);
  });
});

describe("what comes with a ping", () => {
  async function posted(
    body: NonNullable<RequestInit["body"]>,
  ): Promise<{ status: number; kept: string | undefined; limit: string | null }> {
    const { ask, pings } = await doors();
    const answer = await ask(`/ping/${UUID}`, { method: "POST", body });
    return { status: answer.status, kept: pings[0]?.body, limit: answer.headers.get("ping-body-limit") };
  }

  test("is kept from the beginning, as far as it is said to be", async () => {
    const { status, kept, limit } = await posted("x".repeat(100_000));
    expect([status, limit, kept?.length]).toEqual([200, "4096", 4_096]);
  });

  test("is not cut in the middle of a character", async () => {
    expect((await posted("备".repeat(2_000))).kept).toBe("备".repeat(1_365));
  });

  test("may be GB18030, as a Chinese Windows writes it, and is never refused for its bytes", async () => {
    expect((await posted(Buffer.from("b4c5c5ccc2fa", "hex"))).kept).toBe("磁盘满");
    expect((await posted(Buffer.from([0xff, 0xfe, 0, 0x81]))).status).toBe(200);
  });

  test("is refused when it is longer than a megabyte", async () => {
    expect((await posted("x".repeat(1024 * 1024))).status).toBe(200);
    expect(await posted("x".repeat(1024 * 1024 + 1))).toMatchObject({ status: 413, kept: undefined });
  });
});

test("a house with a token lets pings in without it, and nobody else", async () => {
  const { url } = await buildHouse({
    dir: await temporaryFolder(),
    yaml,
    env: { API_TOKEN: "the-token", PING_KEY: KEY },
  });
  const status = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(new URL(path, url), init)).status;
  expect(await status(`/ping/${UUID}`)).toBe(200);
  expect(await status(`/ping/${UUID}`, { method: "POST", body: "fine" })).toBe(200);
  expect(await status(`/ping/${KEY}/backup`)).toBe(200);
  expect(await status("/api/push/kuma-token-01?status=up&msg=OK&ping=")).toBe(200);
  expect(await status("/metrics")).toBe(401);
  expect(await status("/pingx")).toBe(401);
  const metrics = await fetch(new URL("/metrics", url), { headers: { authorization: "Bearer the-token" } });
  expect(metrics.status).toBe(200);
});
