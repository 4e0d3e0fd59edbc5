/** Any gateway that takes a request: what it is sent, and what its answers mean. */
import { describe, expect, it, onTestFinished, test } from "vitest";
import { SendError } from "../../../../alerts/channel.ts";
import { InDoubt } from "../../../../bot/phone/gateway.ts";
import { channelContract } from "../../../contract/channel.ts";
import { serveHttp } from "../../../support/web-server.ts";
import { OPS, openBench } from "./bench.ts";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Answered {
  status: number;
  body: string;
  hangs: boolean;
}

async function openSite() {
  const asked: Asked[] = [];
  const answer: Answered = { status: 200, body: "", hangs: false };
  const site = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const body = Buffer.concat(chunks).toString();
      asked.push({ method, url, type: headers["content-type"] ?? "", body, headers });
      if (!answer.hangs) response.writeHead(answer.status).end(answer.body);
    });
  });
  return { ...site, asked, answer };
}

async function open(more = "", path = "/send") {
  const site = await openSite();
  onTestFinished(() => site.close());
  const bench = openBench(`{ provider: http, url: "${site.url}${path}", to: ["13800138000"]${more} }`);
  return { ...site, ...bench };
}

channelContract(
  "SMS by any gateway",
  async () => {
    const site = await openSite();
    const entry = `{ provider: http, url: "${site.url}/t0ken", to: ["13800138000"], headers: { Authorization: "Bearer s3cret" } }`;
    return {
      channel: openBench(entry).channel,
      conversation: OPS,
      seen: () => site.asked.map(({ body }) => body),
      refuse(how) {
        if (how === "hang") site.answer.hangs = true;
        else Object.assign(site.answer, { status: 400, body: "13800138000 t0ken s3cret" });
      },
      secrets: ["t0ken", "s3cret", "13800138000", "127.0.0.1"],
      close: () => site.close(),
    };
  },
  {
    "puts a card before people": "a short message has no room for fields; what it says is tested below",
    "keeps the order of what it is given one after another":
      "a card without a severity is nothing for a phone",
    "takes the longest card there is": "the text of a card is not said; text.test.ts tries the longest title",
  },
);

describe("what is sent", () => {
  it("is JSON where nothing is said, with the signature before the text", async () => {
    const { post, asked } = await open(", sign_name: 更夫");
    await post();
    expect(asked[0]).toMatchObject({ method: "POST", url: "/send", type: "application/json" });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      phone: "13800138000",
      text: "【更夫】[严重] #12 web-1 CPU 97% 请回群认领",
    });
  });

  test.each([
    ["application/json", '{"t":"{{name}}"}', '{"t":"a\\"b&c=<d>"}'],
    [
      "application/x-www-form-urlencoded",
      "m={{e164}}&t={{name}}",
      "m=%2B8613800138000&t=a%22b%26c%3D%3Cd%3E",
    ],
    ["text/xml", "<t>{{name}}</t>", "<t>a&#34;b&#38;c=&#60;d&#62;</t>"],
    ["text/plain", "{{name}} {{number}} {{severity}} {{more}}", 'a"b&c=<d> 12 严重 0'],
  ])("is written as %s has it", async (type, body, sent) => {
    const { post, asked } = await open(`, headers: { content-type: ${type} }, body: '${body}'`);
    await post({ title: '#12 a"b&c=<d>' });
    expect(asked[0]).toMatchObject({ type, body: sent });
  });

  it("may be an address alone, in which nothing that a machine wrote leads elsewhere", async () => {
    const { post, asked } = await open(", method: GET", "/send?to={{phone}}&text={{name}}&id={{id}}");
    await post({ title: "#12 x&to=1#/../" });
    expect(asked[0]?.url).toMatch(/^\/send\?to=13800138000&text=x%26to%3D1%23%2F\.\.%2F&id=[0-9a-f]{15}$/);
    expect(asked[0]?.body).toBe("");
  });

  it("has the same id when it is tried again", async () => {
    const { post, asked, answer } = await open(", body: '{{id}}'");
    answer.status = 502;
    await post().catch(() => {});
    answer.status = 200;
    await post();
    expect(asked).toHaveLength(2);
    expect(asked[0]?.body).toBe(asked[1]?.body);
  });
});

describe("an answer", () => {
  const ok = ', ok: { path: "data.code", is: "0" }';

  it("that says yes where the file looks is one", async () => {
    const { post, answer } = await open(ok);
    answer.body = '{"data":{"code":0,"id":"13800138000"}}';
    expect((await post())["answer"]).toBe("+86138****8000: HTTP 200 data.code 0");
  });

  test.each([
    ['{"data":{"code":17}}', "17"],
    ['{"data":{"code":"13800138000 is bad"}}', "refused"],
  ])("%s is a no for good", async (body, code) => {
    const { post, answer } = await open(ok);
    answer.body = body;
    const error = await post().catch((e: unknown) => e);
    expect(error).toMatchObject({ next: "give-up", code });
    expect(String(error)).not.toContain("13800138000");
  });

  test.each(["", "<html>", "{}", '{"data":[]}', '{"data":{"code":{}}}'])("%j leaves doubt", async (body) => {
    const { post, answer } = await open(ok);
    answer.body = body;
    expect(await post().catch((e: unknown) => e)).toBeInstanceOf(InDoubt);
  });

  test.each([
    [429, "wait", false],
    [503, "retry", true],
    [404, "give-up", false],
  ])("%i is %s, and leaves doubt: %s", async (status, next, doubt) => {
    const { post, answer } = await open();
    answer.status = status;
    const error = await post().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ next });
    expect(error instanceof InDoubt).toBe(doubt);
  });
});
