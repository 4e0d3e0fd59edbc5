/** DingTalk's own Node SDK takes the fake for the real one. */
import { DWClient } from "dingtalk-stream";
import { expect, test, vi } from "vitest";
import { askGateway } from "../support/dingtalk/client.ts";
import { CARD_TOPIC, ROBOT_TOPIC } from "../support/dingtalk/deliveries.ts";
import { DEFAULTS, type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const [{ clientId, clientSecret }] = DEFAULTS.apps;
const [{ title: GROUP }] = DEFAULTS.groups;

/** The SDK knows only the real gateway; its endpoint is asked for here. */
class Client extends DWClient {
  readonly #fake: FakeDingTalk;

  constructor(fake: FakeDingTalk) {
    const options = { clientId, clientSecret, autoReconnect: false };
    super(options as ConstructorParameters<typeof DWClient>[0]);
    this.#fake = fake;
    this.config.subscriptions = [];
  }

  override async getEndpoint(): Promise<this> {
    const { subscriptions } = this.config;
    const { status, body } = await askGateway(this.#fake, { subscriptions });
    if (status !== 200) throw new Error(`gateway ${status}`);
    (this as unknown as { dw_url: string }).dw_url = `${body.endpoint}?ticket=${body.ticket}`;
    return this;
  }
}

test("the SDK connects, hears, answers and echoes pings", async () => {
  const quiet = vi.spyOn(console, "info").mockImplementation(() => {});
  const fake = await openFakeDingTalk({ clock: new FakeClock() });
  const client = new Client(fake);
  const said: string[] = [];
  client.registerCallbackListener(ROBOT_TOPIC, (frame: { headers: { messageId: string }; data: string }) => {
    client.socketCallBackResponse(frame.headers.messageId, null);
    said.push(JSON.parse(frame.data).text.content);
  });
  client.registerCallbackListener(CARD_TOPIC, () => {});
  await client.getEndpoint();
  await client._connect();
  const delivery = fake.say(GROUP, "张三", "ack 42");
  expect(await delivery.settled).toBe("answered");
  expect(said).toEqual([" ack 42"]);
  const [connection] = fake.sockets.all;
  const ping = connection?.ping();
  await fake.until(() => ping?.tookMs !== undefined);
  expect(fake.sockets.wrong).toEqual([]);
  expect(connection?.subscriptions.map(({ topic }) => topic)).toEqual([ROBOT_TOPIC, CARD_TOPIC]);
  client.disconnect();
  await fake.until(() => connection?.state === "closed");
  await fake.close();
  quiet.mockRestore();
});
