/** Bodies with a `Content-Encoding`, at every door of a house that stands: taken, or refused with words. */
import { createHmac } from "node:crypto";
import { memoryUsage } from "node:process";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { PackedError, unpackOf } from "../../../../bot/content-encoding.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const UUID = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";
const yaml = `
hooks:
  - { name: shop, kind: push, token: push-token-0123456789, body_size_limit: 10KB }
  - { name: am, kind: alertmanager, token: am-token-0123456789 }
  - { name: ding, kind: dingtalk-robot, token: ding-token-0123456789, secret: SECabc123 }
monitors:
  - { name: backup, kind: heartbeat, uuid: ${UUID}, period: 1d }
  - { name: nightly, kind: flow, token: flow-token-0123456789, steps: [{ name: load }] }
`;
const alerts = [{ labels: { alertname: "Disk" } }];
const later = new Date(Date.now() + 600_000).toISOString();
const silence = {
  matchers: [{ name: "alertname", value: "Disk", isRegex: false }],
  startsAt: new Date().toISOString(),
  endsAt: later,
  createdBy: "ann",
  comment: "known",
};

interface Door {
  readonly path: () => string;
  readonly body: string;
  readonly type?: string;
  readonly token?: string;
}

/** Robots sign the time and the secret, never the body: what is packed changes nothing about it. */
function signed(): string {
  const at = Date.now();
  const sign = createHmac("sha256", "SECabc123").update(`${at}\nSECabc123`).digest("base64");
  return `/robot/send?access_token=ding-token-0123456789&timestamp=${at}&sign=${encodeURIComponent(sign)}`;
}

const JSON_TYPE = "application/json";
const doors = {
  push: { path: () => "/api/v1/push", body: "orders 12\n", token: "push" },
  alerts: { path: () => "/api/v2/alerts", body: JSON.stringify(alerts) },
  silences: { path: () => "/api/v2/silences", body: JSON.stringify(silence), type: JSON_TYPE },
  hook: {
    path: () => "/api/v1/hooks/alertmanager",
    body: JSON.stringify({ alerts: [{ status: "firing", ...alerts[0] }] }),
    token: "am",
  },
  robot: { path: signed, body: JSON.stringify({ msgtype: "text", text: { content: "[告警] 磁盘" } }) },
  ping: { path: () => `/ping/${UUID}`, body: "done" },
  flow: {
    path: () => "/api/v1/flows/nightly/runs/1",
    body: JSON.stringify({ step: "load", state: "done" }),
    type: JSON_TYPE,
    token: "flow",
  },
  console: {
    path: () => "/api/console/messages",
    body: JSON.stringify({ conversation: "ops", user: "ann", text: "help" }),
    type: JSON_TYPE,
  },
} satisfies Record<string, Door>;
const names = Object.keys(doors) as (keyof typeof doors)[];

async function open() {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml });
  return async (name: keyof typeof doors, encoding: string, body: Uint8Array | string) => {
    const { path, type = "text/plain", token }: Door = doors[name];
    const response = await fetch(new URL(path(), url), {
      method: "POST",
      headers: {
        "content-encoding": encoding,
        "content-type": type,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}-token-0123456789` }),
      },
      body,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

const pack = { gzip: gzipSync, "x-gzip": gzipSync, deflate: deflateSync, br: brotliCompressSync };

describe("a packed body", () => {
  test("is taken at every door", async () => {
    const post = await open();
    for (const name of names) {
      const answer = await post(name, "gzip", gzipSync(doors[name].body));
      expect([name, answer.status, answer.text]).toEqual([
        name,
        200,
        expect.not.stringMatching(/"(error|code)":/),
      ]);
      if (name === "robot") expect(JSON.parse(answer.text)).toEqual({ errcode: 0, errmsg: "ok" });
    }
  });

  test.each(["gzip", "x-gzip", "deflate", "br", "GZIP", " gzip , identity"])(
    "may be %s",
    async (encoding) => {
      const post = await open();
      const [kind = ""] = encoding.toLowerCase().trim().split(" ");
      const packed = pack[kind as keyof typeof pack](doors.push.body);
      expect(JSON.parse((await post("push", encoding, packed)).text)).toMatchObject({ accepted: 1 });
    },
  );

  test.each(["identity", "Identity", "", ","])("that is not packed after all: %j", async (encoding) => {
    const post = await open();
    expect((await post("push", encoding, doors.push.body)).status).toBe(200);
    expect((await post("alerts", encoding, doors.alerts.body)).status).toBe(200);
  });

  test("that is empty is an empty body", async () => {
    const post = await open();
    expect((await post("ping", "gzip", "")).status).toBe(200);
    expect(await post("push", "gzip", "")).toMatchObject({
      status: 400,
      text: expect.stringContaining("there are no samples"),
    });
  });

  test("of several members is all of them", async () => {
    const post = await open();
    const packed = Buffer.concat([gzipSync("a 1\n"), gzipSync("b 2\n")]);
    expect(JSON.parse((await post("push", "gzip", packed)).text)).toMatchObject({ accepted: 2 });
  });
});

describe("is refused", () => {
  const packed = gzipSync(doors.alerts.body);
  test.each<[what: string, encoding: string, body: Uint8Array, status: number, words: string]>([
    ["what is cut short", "gzip", packed.subarray(0, -5), 400, "cannot be unpacked (unexpected end of file)"],
    ["what is none of it", "gzip", Buffer.from("[]"), 400, "cannot be unpacked (incorrect header check)"],
    ["what is packed otherwise", "deflate", packed, 400, "is not what Content-Encoding says"],
    ["data behind the end", "deflate", Buffer.concat([deflateSync("[]"), packed]), 400, "data after the end"],
    ["what brotli does not know", "br", Buffer.from("[]"), 400, "cannot be unpacked"],
    ["another encoding", "zstd", packed, 415, "zstd is not understood; one of gzip, deflate, br is"],
    ["a name that every object has", "constructor", packed, 415, "constructor is not understood"],
    ["two of them", "gzip, gzip", gzipSync(packed), 415, "gzip, gzip is not understood; one of gzip"],
    ["what unpacks to more", "gzip", gzipSync(Buffer.alloc(3_000_000)), 413, "too large unpacked, at most 2"],
  ])("%s", async (_what, encoding, body, status, words) => {
    const post = await open();
    const answer = await post("alerts", encoding, body);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      status,
      { code: status, message: expect.stringContaining(words) },
    ]);
    expect(answer.headers.get("accept-encoding")).toBe(status === 415 ? "gzip, deflate, br" : null);
  });

  test("at every other door, too", async () => {
    const post = await open();
    for (const name of names.filter((one) => one !== "alerts" && one !== "robot")) {
      const refused = [
        await post(name, "gzip", Buffer.from("hello")),
        await post(name, "zstd", Buffer.from("hello")),
        await post(name, "gzip", gzipSync(Buffer.alloc(5_000_000))),
      ];
      expect([name, ...refused.map(({ status }) => status)]).toEqual([name, 400, 415, 413]);
      for (const { text } of refused) expect(text).toMatch(/unpacked|not understood/);
    }
  });

  test("at a robot's door in the words of its platform", async () => {
    const post = await open();
    const code = async (encoding: string, body: Uint8Array): Promise<number> =>
      (JSON.parse((await post("robot", encoding, body)).text) as { errcode: number }).errcode;
    expect(await code("gzip", Buffer.from("hello"))).toBe(40035);
    expect(await code("zstd", Buffer.from("hello"))).toBe(40035);
    expect(await code("gzip", gzipSync(Buffer.alloc(5_000_000)))).toBe(460101);
  });

  test("with the limit of the source, unpacked or not", async () => {
    const post = await open();
    const page = (n: number): string => `a 1\n#${"x".repeat(n - 6)}\n`;
    expect((await post("push", "gzip", gzipSync(page(10_240)))).status).toBe(200);
    expect((await post("push", "gzip", gzipSync(page(10_241)))).status).toBe(413);
  });
});

test("a bomb of two gigabytes is never unpacked whole", async () => {
  const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  const bomb = Buffer.concat(Array.from({ length: 128 }, () => member));
  const before = memoryUsage().rss;
  await expect(unpackOf("gzip")?.(bomb, 1_000_000)).rejects.toMatchObject({ why: "too-large" });
  await expect(unpackOf("gzip")?.(bomb, 1_000_000)).rejects.toBeInstanceOf(PackedError);
  expect(memoryUsage().rss - before).toBeLessThan(200_000_000);
});
