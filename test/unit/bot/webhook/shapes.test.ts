/** Messages for people in the bodies that Feishu's and Slack's hooks take. */
import { afterEach, describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { SendError } from "../../../../alerts/channel.ts";
import { PLAIN_HTTP } from "../../../../bot/receivers/http-config.ts";
import { webhookSchema } from "../../../../bot/receivers/webhook-config.ts";
import { shapedChannels } from "../../../../bot/webhook/shaped-channel.ts";
import type { ShapedHook } from "../../../../bot/webhook/shaped-hooks.ts";
import type { ShapeName } from "../../../../bot/webhook/shapes/index.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type FakeHook, FEISHU_BYTES, openFeishu, openSlack } from "../../../support/shaped-hooks.ts";

const SECRET = "s1gn-not-a-real-one";

const clock = new FakeClock();
let opened: FakeHook | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function bench(shape: ShapeName, more: Partial<ShapedHook> = {}) {
  const fake =
    shape === "feishu" ? await openFeishu({ secret: SECRET, now: () => clock.now() }) : await openSlack();
  opened = fake;
  const hook: ShapedHook = {
    shape,
    url: fake.url,
    secret: shape === "feishu" ? SECRET : undefined,
    timeoutMs: undefined,
    http: PLAIN_HTTP,
    at: shape === "feishu" ? ["all", "ou_18eac"] : ["here", "U012AB3CD"],
    atOn: ["critical"],
    ...more,
  };
  const address = `${shape}:team/0`;
  const channel = shapedChannels({
    find: (asked) => (asked === address ? hook : undefined),
    clock,
    locale: "en",
  })[shape];
  const post = (card: Card) =>
    channel.post(address, card, { deliveryId: "incident-12@x", signal: new AbortController().signal });
  const refused = async (card: Card = HOT): Promise<SendError> => {
    const error = await post(card).catch((thrown: unknown) => thrown);
    if (!(error instanceof SendError)) throw new Error("it was taken");
    return error;
  };
  return { fake, channel, address, post, refused };
}

const HOT: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
  text: "[docs](https://wiki.example/a_b) **bold**",
  fields: [{ name: "Where", value: "host=<b>web</b> *1* <at id=all></at> <!channel>" }],
};

for (const shape of ["feishu", "slack"] as const)
  channelContract(`a hook of ${shape}`, async () => {
    const { fake, channel, address } = await bench(shape);
    return {
      channel,
      conversation: address,
      // The number stands at the end of the first line, and in front of the title elsewhere.
      seen: () => fake.taken.map((body) => wordsOf(body).replace(/(\S+) · (#\d+)/, "$2 $1")),
      refuse: (how) => {
        fake.answer = how === "hang" ? "hang" : { status: 500, body: "oops" };
      },
      mentioned: () =>
        fake.taken.flatMap((body) => JSON.stringify(body).match(/<(?:at id=\w+|[!@]\w+)>/g) ?? []),
      longest: () => ({ bytes: fake.longest, most: FEISHU_BYTES }),
      secrets: [fake.token, SECRET],
    };
  });

/** Everything that is to be read, with the signs that were escaped. */
function wordsOf(body: object): string {
  const texts: string[] = [];
  JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value === "string") texts.push(value);
    return value;
  });
  return texts.join("\n").replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

describe("a robot of Feishu", () => {
  it("gets a card in the colour of its severity, signed, that mentions nobody whom the file does not name", async () => {
    const { fake, post } = await bench("feishu");
    await post(HOT);
    const [body] = fake.taken as readonly [
      { card: { header: { template: string }; elements: { content: string }[] } },
    ];
    expect(body.card.header.template).toBe("red");
    expect(body.card.elements.at(-1)?.content).toBe("<at id=all></at> <at id=ou_18eac></at>");
    expect(body.card.elements[0]?.content).not.toContain("<at");
    expect(body.card.elements[0]?.content).toContain("[docs](https://wiki.example/a_b) **bold**");
  });

  it.each([
    [19021, "give-up"],
    [19024, "give-up"],
    [9499, "give-up"],
    [11232, "wait"],
    [4711, "retry"],
  ] as const)("that answers 200 with code %i has not taken it: %s", async (code, next) => {
    const { fake, refused } = await bench("feishu");
    fake.answer = { status: 200, body: JSON.stringify({ code, msg: "no" }) };
    expect(await refused()).toMatchObject({ next, code: String(code) });
  });

  it("that answers 200 with something else has not taken it", async () => {
    const { fake, refused } = await bench("feishu");
    fake.answer = { status: 200, body: "<html>please log in</html>" };
    expect(await refused()).toMatchObject({ next: "retry" });
  });

  it("with another secret is refused as it would be there", async () => {
    const { refused } = await bench("feishu", { secret: "another" });
    expect(await refused()).toMatchObject({ next: "give-up", code: "19021" });
  });
});

describe("an incoming webhook of Slack", () => {
  it("gets a line with its mentions, and an attachment that formats nothing of what others wrote", async () => {
    const { fake, post } = await bench("slack");
    await post(HOT);
    const [body] = fake.taken as readonly [{ text: string; attachments: { color: string; text: string }[] }];
    expect(body.text).toMatch(/^🔴 \*.*hot.*\* <!here> <@U012AB3CD>$/);
    expect(body.attachments[0]?.text).toContain("<https://wiki.example/a_b|docs> *bold*");
    expect(body.attachments[0]?.text).toContain("host=&lt;b&gt;web&lt;/b&gt; ＊1＊");
    expect(body.attachments[0]?.text).not.toContain("<!channel>");
  });

  it("that is too busy is waited for as long as it says, and one that is gone is given up", async () => {
    const { fake, refused } = await bench("slack");
    fake.answer = { status: 429, body: "", retryAfter: "30" };
    expect(await refused()).toMatchObject({ next: "wait", waitMs: 30_000 });
    fake.answer = { status: 404, body: "no_service" };
    expect(await refused()).toMatchObject({ next: "give-up", code: "404" });
  });
});

describe("webhook_configs", () => {
  const wrong = (one: object): string[] =>
    (webhookSchema.safeParse(one).error?.issues ?? []).map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
  const url = "https://hooks.example/x";

  it.each([
    [{ url, shape: "slack", hmac_secret: "x" }, "hmac_secret: means nothing with shape: slack"],
    [{ url, shape: "feishu", max_alerts: 3 }, "max_alerts: means nothing with shape: feishu"],
    [{ url, secret: "x" }, "secret: means something only with a shape"],
    [{ url, at: ["all"] }, "at: means something only with a shape"],
    [{ url, shape: "slack", secret: "x" }, "secret: Slack signs nothing"],
  ])("%j is refused", (one, problem) => {
    expect(wrong(one)).toEqual([problem]);
  });

  it("knows the shapes there are", () => {
    expect(wrong({ url, shape: "teams" })[0]).toMatch(/^shape: .*"feishu"\|"slack"/);
  });
});
