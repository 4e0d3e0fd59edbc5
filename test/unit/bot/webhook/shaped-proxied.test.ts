/** Hooks of Feishu and Slack: by the proxy of the file, or else by those of the environment. */
import { describe, expect, onTestFinished, test } from "vitest";
import { SendError } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { shapedChannels } from "../../../../bot/webhook/shaped-channel.ts";
import { shapedHooksOf } from "../../../../bot/webhook/shaped-hooks.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { useProxies } from "../../../support/proxy-environment.ts";
import { openProxy, type ProxyServer, type ProxySpec } from "../../../support/proxy-server.ts";
import { openFeishu, openSlack } from "../../../support/shaped-hooks.ts";

const HOST = "chat.example";
const PASSWORD = "pr0xy-pw";
const clock = new FakeClock();

async function opened(spec: ProxySpec = {}): Promise<ProxyServer> {
  const proxy = await openProxy(spec);
  onTestFinished(() => proxy.close());
  return { ...proxy, url: proxy.url.replace("//", `//ops:${PASSWORD}@`) };
}

/** A hook of each, at names that lead to it by `places` alone. */
async function hooks() {
  const feishu = await openFeishu({ now: () => clock.now() });
  const slack = await openSlack();
  for (const fake of [feishu, slack]) onTestFinished(() => fake.close());
  const named = (fake: { readonly url: string }, name: string): string =>
    fake.url.replace(new URL(fake.url).host, name);
  return {
    feishu: { fake: feishu, url: named(feishu, `feishu.${HOST}`) },
    slack: { fake: slack, url: named(slack, `slack.${HOST}`) },
    places: {
      [`feishu.${HOST}:80`]: Number(new URL(feishu.url).port),
      [`slack.${HOST}:80`]: Number(new URL(slack.url).port),
    },
  };
}

interface Ways {
  readonly global?: object;
  readonly own?: object;
}

async function say(
  shape: "feishu" | "slack",
  url: string,
  { global = {}, own }: Ways = {},
  signal = new AbortController().signal,
): Promise<void> {
  const hook = { shape, url, ...(own === undefined ? {} : { http_config: own }) };
  const file = {
    global: { http_config: global },
    route: { receiver: "a" },
    receivers: [{ name: "a", webhook_configs: [hook] }],
  };
  const found = shapedHooksOf(parseConfig("gengfu.yml", JSON.stringify(file), {}));
  const channel = shapedChannels({ find: (address) => found.get(address), clock, locale: "en" })[shape];
  const [address = ""] = found.keys();
  await channel.post(address, { kind: "text", title: "x" }, { deliveryId: "d", signal });
}

async function refused(said: Promise<void>): Promise<SendError> {
  const error: unknown = await said.catch((e: unknown) => e);
  if (!(error instanceof SendError)) throw new Error("it was taken");
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(
    /pr0xy-pw|t0ken|127\.0\.0\.1/,
  );
  return error;
}

const lines = ({ asked }: ProxyServer): readonly string[] => asked.map(({ line }) => line);

describe.each(["feishu", "slack"] as const)("a hook of %s", (shape) => {
  test.each([
    ["nothing is said", {}],
    ["its own http_config names no proxy", { own: { follow_redirects: false } }],
  ])("goes through the proxies of the environment where %s", async (_, ways) => {
    const { [shape]: hook, places } = await hooks();
    const proxy = await opened({ places });
    useProxies({ HTTP_PROXY: proxy.url });
    await say(shape, hook.url, ways);
    expect(lines(proxy)).toEqual([`POST ${hook.url}`]);
    expect(hook.fake.taken).toHaveLength(1);
  });

  test.each(["own", "global"] as const)(
    "goes through the proxy of the file (%s) before those",
    async (whose) => {
      const { [shape]: hook, places } = await hooks();
      const named = await opened({ places });
      const other = await opened();
      useProxies({ HTTP_PROXY: other.url, NO_PROXY: HOST });
      await say(shape, hook.url, { [whose]: { proxy_url: named.url } });
      expect([lines(named).length, lines(other).length]).toEqual([1, 0]);
    },
  );

  test("goes straight on this machine, and where NO_PROXY says so", async () => {
    const { [shape]: hook } = await hooks();
    const proxy = await opened();
    useProxies({ HTTP_PROXY: proxy.url, NO_PROXY: "0.0.0.0" });
    await say(shape, hook.fake.url);
    await say(shape, hook.fake.url.replace("127.0.0.1", "0.0.0.0"));
    expect([lines(proxy).length, hook.fake.taken.length]).toEqual([0, 2]);
  });

  test.each([
    ["http", "407"],
    ["https", "407"],
    ["https", "403"],
  ] as const)(
    "over %s by a proxy that answers %s is tried again, and no secret is told",
    async (scheme, refuses) => {
      const proxy = await opened({ refuses });
      useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
      const error = await refused(say(shape, `${scheme}://${HOST}/t0ken`));
      expect(error).toMatchObject({ next: "retry", code: refuses });
      expect(error.message).toContain("the proxy ");
    },
  );

  test.each(["http", "https"])(
    "is broken off with its attempt where a proxy hangs, over %s",
    async (scheme) => {
      const proxy = await opened({ refuses: "hangs" });
      useProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
      const stop = new AbortController();
      const said = refused(say(shape, `${scheme}://${HOST}/t0ken`, {}, stop.signal));
      while (lines(proxy).length === 0) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      expect(await said).toMatchObject({ next: "retry", code: "aborted" });
      while (proxy.open() > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  );
});
