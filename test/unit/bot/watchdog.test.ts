/** The dead man's switch: it is pressed while all is well, and only then. */
import { afterEach, expect, it, onTestFinished } from "vitest";
import { openWatchdog } from "../../../bot/watchdog.ts";
import { silentLog } from "../../../storage/log.ts";
import { until } from "../../support/bot.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { useProxies } from "../../support/proxy-environment.ts";
import { openProxy } from "../../support/proxy-server.ts";
import { openSink, refusing, type Sink } from "../../support/sink.ts";

let sink: Sink;
afterEach(() => sink.close());

async function open(everyMs: number | undefined = 60_000) {
  sink = await openSink();
  const clock = new FakeClock();
  const said: string[] = [];
  const troubles: string[] = [];
  const log = {
    ...silentLog,
    warn: (fields: object, text: string) => void said.push(`${text} ${JSON.stringify(fields)}`),
  };
  const dog = openWatchdog({
    config: () => (everyMs === undefined ? undefined : { url: `${sink.url}/ping/s3cret`, everyMs }),
    troubles: () => troubles,
    clock,
    log,
  });
  /** One more minute, until the ping of it has been answered. */
  const minute = async (): Promise<void> => {
    const { sent, failed, withheld } = dog.figures;
    await clock.advance(60_000);
    await until(async () =>
      dog.figures.sent + dog.figures.failed + dog.figures.withheld > sent + failed + withheld
        ? true
        : undefined,
    );
  };
  dog.start();
  await until(async () => (dog.figures.sent > 0 ? true : undefined));
  return { clock, dog, said, troubles, minute };
}

it("pings at once, and then on schedule", async () => {
  const { dog, minute } = await open();
  await minute();
  await minute();
  expect(sink.received.map(({ path }) => path)).toEqual(Array.from({ length: 3 }, () => "/ping/s3cret"));
  expect(dog.figures).toMatchObject({ sent: 3, failed: 0, withheld: 0 });
  await dog.stop();
});

it("keeps silent while the watchman is not well, and says so once", async () => {
  const { dog, said, troubles, minute } = await open();
  troubles.push("store");
  await minute();
  await minute();
  expect(sink.received).toHaveLength(1);
  expect(dog.figures).toMatchObject({ sent: 1, withheld: 2 });
  expect(said).toHaveLength(1);
  troubles.pop();
  await minute();
  expect(dog.figures.sent).toBe(2);
  await dog.stop();
});

it("logs and counts what fails, without the address, and goes on", async () => {
  const { dog, said, minute } = await open();
  sink.answer = () => refusing(500);
  await minute();
  sink.answer = () => "reset";
  await minute();
  expect(dog.figures).toMatchObject({ sent: 1, failed: 2 });
  expect(said.join()).toMatch(/answered 500.*ECONNRESET/s);
  expect(said.join()).not.toContain("s3cret");
  sink.answer = () => "ok";
  await minute();
  expect(dog.figures.sent).toBe(2);
  await dog.stop();
});

it("stops in the middle of a ping", async () => {
  const { dog, clock } = await open();
  sink.answer = () => "hang";
  await clock.advance(60_000);
  await until(async () => (sink.received.length === 2 ? true : undefined));
  await dog.stop();
  expect(dog.figures.failed).toBe(0);
});

it("goes through the proxies of the environment", async () => {
  sink = await openSink();
  const proxy = await openProxy({ places: { "watchdog.example:80": Number(new URL(sink.url).port) } });
  onTestFinished(() => proxy.close());
  useProxies({ HTTP_PROXY: proxy.url });
  const dog = openWatchdog({
    config: () => ({ url: "http://watchdog.example/ping/s3cret", everyMs: 60_000 }),
    troubles: () => [],
    clock: new FakeClock(),
    log: silentLog,
  });
  dog.start();
  await until(async () => (dog.figures.sent > 0 ? true : undefined));
  expect(proxy.asked.map(({ line }) => line)).toEqual(["GET http://watchdog.example/ping/s3cret"]);
  expect(sink.received.map(({ path }) => path)).toEqual(["/ping/s3cret"]);
  await dog.stop();
});
