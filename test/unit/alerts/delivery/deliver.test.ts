/** The courier against platforms that refuse, wait, hang, and a disk that is full. */
import { describe, expect, it } from "vitest";
import { openAlertBook } from "../../../../alerts/alert-book.ts";
import { type Channel, NotSaid, SendError } from "../../../../alerts/channel.ts";
import { type CourierOptions, createCourier } from "../../../../alerts/delivery/deliver.ts";
import { silentLog } from "../../../../storage/log.ts";
import { FakeClock, settle } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { busy, never, RecordingChannel, slowDown } from "../../../support/recording-channel.ts";

const rule = { id: 1, name: "hot", tells: ["console:ops", "chat:a"], conversation: undefined };
const identity = {
  id: "1/a",
  rule: 1,
  labels: { alertname: "hot", severity: "warning" },
  found: {},
  annotations: {},
};

function house(
  console: RecordingChannel,
  chat: Channel = console,
  journal = new Journal(),
  more: Pick<CourierOptions, "breathe" | "moreIsComing"> = {},
) {
  const clock = new FakeClock();
  const store = journal.open(clock);
  const book = openAlertBook({ store, zone: "UTC" });
  const channels: Record<string, Channel> = { console, chat };
  const courier = createCourier({
    store,
    book,
    channels,
    clock,
    log: silentLog,
    random: () => 1,
    draw: (incident) => ({ kind: "incident", title: `v${incident.version}`, incident: incident.id }),
    drawDigest: () => ({ kind: "digest" }),
    view: (incident) => ({ incident, status: "firing", alerts: () => [] }),
    ...more,
  });
  const say = (conversation: string, title: string, lane: "urgent" | "normal" = "normal") =>
    store.commit((change) => book.post(change, [conversation], { kind: "text", title }, lane, clock.now()));
  const fire = () =>
    store.commit((change) => {
      const at = clock.now();
      const after = { state: "firing", since: at, value: 1, firedAt: at } as const;
      book.turn(change, [{ identity, before: undefined, after, rule }], at);
    });
  const acknowledge = (until: number) =>
    store.commit((change) => book.acknowledge(change, 1, { person: "console:a", until, at: clock.now() }));
  const joined = () =>
    store.commit((change) => {
      const at = clock.now();
      const after = { state: "firing", since: at, value: 1, firedAt: at } as const;
      book.turn(change, [{ identity: { ...identity, id: `1/${at}` }, before: undefined, after, rule }], at);
    });
  return { clock, store, book, courier, journal, say, fire, acknowledge, joined };
}

const titles = (channel: RecordingChannel, conversation?: string) =>
  channel.shown
    .filter((shown) => conversation === undefined || shown.conversation === conversation)
    .map(({ how, card }) => `${how} ${card.title}`);

const versions = (channel: RecordingChannel) => channel.shown.map(({ how, version }) => `${how} ${version}`);

describe("what a channel does not say", () => {
  it("is nothing for it: not tried again, no refusal, and told with its reason", async () => {
    const console = new RecordingChannel({ edits: false });
    const { courier, fire, store, book } = house(console);
    console.always = (_, conversation) =>
      conversation === "chat:a" ? new NotSaid("severity", "warning does not go there") : undefined;
    await fire();
    await courier.settle();
    expect(titles(console)).toEqual(["post v1"]);
    expect(console.calls).toHaveLength(2);
    expect(book.tables.deliveries.get("incident-1@chat:a")).toMatchObject({
      sent: 1,
      trouble: { code: "severity", message: "warning does not go there" },
    });
    expect(book.tables.targets.get("chat:a")).toBeUndefined();
    expect(book.timeline(1).filter(({ conversation }) => conversation === "chat:a")).toEqual([]);
    await store.close();
  });

  it("because of a limit of ours is no fault of the platform, and costs nothing there", async () => {
    const dingTalk = new RecordingChannel({ edits: false });
    const { courier, fire, book } = house(dingTalk);
    dingTalk.always = () =>
      new SendError("held back", { next: "give-up", code: "max-per-hour", atHome: true });
    await fire();
    await courier.settle();
    expect(book.tables.deliveries.get("incident-1@chat:a")?.lostAt).toBeDefined();
    const target = book.tables.targets.get("chat:a");
    expect(target).toMatchObject({ failures: 0, trouble: { code: "max-per-hour" } });
    expect(target?.givenUpAt).toBeUndefined();
    expect(book.timeline(1).map(({ what }) => what)).toContain("undeliverable");
  });
});

describe("the courier", () => {
  it("lets other work run between two targets", async () => {
    const said: number[] = [];
    const console = new RecordingChannel();
    const breathe = async (): Promise<void> => void said.push(console.calls.length);
    const { clock, courier, say } = house(console, console, new Journal(), { breathe });
    for (const target of ["console:a", "console:b", "chat:c"]) await say(target, "x");
    courier.start();
    await clock.advance(0);
    expect(said).toEqual([1, 2, 3]);
    await courier.stop(0);
  });

  it("tells a machine at once that something began, and the rest when no more of it is coming", async () => {
    let coming = true;
    const hook = new RecordingChannel();
    const machine: Channel = Object.assign(hook, { machine: true as const });
    const console = new RecordingChannel();
    const { clock, courier, fire, joined } = house(console, machine, new Journal(), {
      moreIsComing: () => coming,
    });
    await fire();
    courier.start();
    await clock.advance(50);
    expect([versions(hook), titles(console)]).toEqual([["post 1"], []]);
    // It is told of the incident; nobody draws a card for it.
    expect(hook.shown[0]?.card).toEqual({ kind: "incident", incident: 1 });
    for (let i = 0; i < 3; i++) {
      await joined();
      await clock.advance(50);
    }
    expect([versions(hook), titles(console)]).toEqual([["post 1"], []]);
    coming = false;
    await clock.advance(100);
    expect([versions(hook), titles(console)]).toEqual([["post 1", "edit 4"], ["post v4"]]);
    await courier.stop(0);
  });

  it("tries again at 1 s, 2 s, 4 s, and keeps the order", async () => {
    const console = new RecordingChannel();
    console.tricks = [busy(), busy(), busy()];
    const { clock, courier, say } = house(console);
    await say("console:ops", "first");
    await say("console:ops", "second");
    const times: number[] = [];
    const begin = clock.now();
    courier.start();
    while (clock.now() - begin < 8_000) {
      await clock.advance(100);
      while (times.length < console.calls.length) times.push(clock.now() - begin);
    }
    expect(times.map((ms) => Math.round(ms / 500) / 2)).toEqual([0, 1, 3, 7, 7]);
    expect(titles(console)).toEqual(["post first", "post second"]);
    expect(new Set(console.calls.slice(0, 4).map(({ deliveryId }) => deliveryId))).toEqual(
      new Set(["card-1@console:ops"]),
    );
    await courier.stop(0);
  });

  it("waits as long as it is told, for everything in that conversation, and nothing else", async () => {
    const console = new RecordingChannel();
    const chat = new RecordingChannel();
    console.tricks = [slowDown(60_000)];
    const { clock, courier, say } = house(console, chat);
    courier.start();
    await say("console:ops", "first");
    await clock.advance(1_000);
    await say("console:ops", "second", "urgent");
    await say("chat:a", "other");
    await clock.advance(58_000);
    expect(titles(console)).toEqual([]);
    expect(titles(chat)).toEqual(["post other"]);
    await clock.advance(2_000);
    expect(titles(console)).toEqual(["post second", "post first"]);
    await courier.stop(0);
  });

  it("gives up when told never to try again, says so, and tries again when there is something newer", async () => {
    const console = new RecordingChannel();
    const chat = new RecordingChannel();
    chat.tricks = [never()];
    const { clock, courier, book, fire, acknowledge } = house(console, chat);
    courier.start();
    await fire();
    await clock.advance(60_000);
    expect(titles(console)).toEqual(["post v1"]);
    expect(titles(chat)).toEqual([]);
    expect(book.timeline(1).map(({ what, conversation, note }) => [what, conversation, note])).toEqual([
      ["fired", undefined, undefined],
      ["told", "console:ops", undefined],
      ["undeliverable", "chat:a", "404: no such group"],
    ]);
    expect(courier.stats()).toMatchObject({
      sent: 1,
      lost: 1,
      failed: { "404": 1 },
      queue: { reply: 0, urgent: 0, normal: 0, digest: 0 },
    });
    await acknowledge(clock.now() + 3_600_000);
    await clock.advance(1_000);
    expect(titles(chat)).toEqual(["post v2"]);
    expect(titles(console)).toEqual(["post v1", "edit v2"]);
    await courier.stop(0);
  });

  it("is not delayed elsewhere by a conversation that hangs, even one that ignores the signal", async () => {
    const console = new RecordingChannel();
    const chat = new RecordingChannel();
    chat.tricks = ["deaf", "hang"];
    const { clock, courier, say, book } = house(console, chat);
    courier.start();
    await say("chat:a", "stuck");
    for (let i = 0; i < 5; i++) {
      await say("console:ops", `n${i}`);
      await clock.advance(100);
    }
    expect(titles(console)).toHaveLength(5);
    await clock.advance(10_000);
    expect(book.tables.deliveries.get("card-1@chat:a")?.trouble).toMatchObject({ code: "timeout" });
    await clock.advance(15_000);
    expect(titles(chat)).toEqual(["post stuck"]);
    await courier.stop(0);
  });

  it("lets others past a delivery that is refused again and again", async () => {
    const console = new RecordingChannel();
    const { clock, courier, say } = house(console);
    courier.start();
    console.always = () => (console.calls.at(-1)?.deliveryId === "card-1@console:ops" ? busy() : undefined);
    await say("console:ops", "poison");
    await say("console:ops", "fine");
    await clock.advance(30_000);
    expect(titles(console)).toEqual([]);
    await clock.advance(30 * 60_000);
    expect(titles(console)).toEqual(["post fine"]);
    await courier.stop(0);
  });

  it("gives up a card that our own code cannot send", async () => {
    const console = new RecordingChannel();
    console.always = () =>
      console.calls.at(-1)?.deliveryId === "card-1@console:ops" ? new TypeError("https://secret") : undefined;
    const { clock, courier, say, book } = house(console);
    courier.start();
    await say("console:ops", "broken");
    await say("console:ops", "fine");
    await clock.advance(60_000);
    expect(titles(console)).toEqual(["post fine"]);
    const broken = book.tables.deliveries.get("card-1@console:ops");
    expect(broken).toMatchObject({
      lostAt: expect.any(Number),
      trouble: { code: "fault", message: "TypeError" },
    });
    await courier.stop(0);
  });

  it("posts a follow-up for news, and only for news, where a card cannot be edited", async () => {
    const chat = new RecordingChannel({ edits: false });
    const { clock, courier, fire, joined, acknowledge } = house(new RecordingChannel(), chat);
    courier.start();
    await fire();
    await clock.advance(1_000);
    await joined();
    await clock.advance(1_000);
    expect(titles(chat)).toEqual(["post v1"]);
    await acknowledge(clock.now() + 3_600_000);
    await clock.advance(1_000);
    expect(titles(chat)).toEqual(["post v1", "post v3"]);
    await courier.stop(0);
  });

  it("posts a follow-up when an edit is refused for good", async () => {
    const console = new RecordingChannel();
    const { clock, courier, fire, acknowledge, book } = house(console, new RecordingChannel());
    courier.start();
    await fire();
    await clock.advance(1_000);
    console.tricks = [never()];
    await acknowledge(clock.now() + 3_600_000);
    await clock.advance(1_000);
    expect(titles(console)).toEqual(["post v1", "post v2"]);
    expect(book.tables.deliveries.get("incident-1@console:ops")?.trouble?.code).toBe("404");
    await courier.stop(0);
  });

  it("sends only the newest of what came to be wanted meanwhile", async () => {
    const console = new RecordingChannel();
    console.tricks = [busy()];
    const { clock, courier, fire, acknowledge } = house(console, new RecordingChannel());
    courier.start();
    await fire();
    await clock.advance(100);
    await acknowledge(clock.now() + 3_600_000);
    await acknowledge(clock.now() + 7_200_000);
    await clock.advance(5_000);
    expect(titles(console)).toEqual(["post v3"]);
    await courier.stop(0);
  });

  it("does not send again what it could not record, while it lives", async () => {
    const console = new RecordingChannel();
    const { clock, courier, say, journal, book } = house(console);
    courier.start();
    console.always = () => {
      journal.refuse = "disk full";
      return undefined;
    };
    await say("console:ops", "once");
    await clock.advance(60_000);
    expect(console.calls).toHaveLength(1);
    expect(book.tables.deliveries.get("card-1@console:ops")?.sent).toBe(0);
    journal.refuse = undefined;
    await clock.advance(60_000);
    expect(console.calls).toHaveLength(1);
    expect(book.tables.deliveries.get("card-1@console:ops")?.sent).toBe(1);
    await courier.stop(0);
  });

  it("sends again, under the same id, what was not recorded before the process died", async () => {
    const console = new RecordingChannel();
    const first = house(console);
    first.courier.start();
    console.always = () => {
      first.journal.refuse = "disk full";
      return undefined;
    };
    await first.say("console:ops", "twice at most");
    await first.clock.advance(1_000);
    console.always = undefined;
    first.journal.refuse = undefined;
    const second = house(console, console, first.journal);
    second.courier.start();
    await second.clock.advance(1_000);
    expect(console.calls.map(({ deliveryId }) => deliveryId)).toEqual([
      "card-1@console:ops",
      "card-1@console:ops",
    ]);
    await second.courier.stop(0);
  });

  it("delivers what is due before it stops, and breaks off what hangs", async () => {
    const console = new RecordingChannel();
    const chat = new RecordingChannel();
    chat.always = () => "deaf";
    const { clock, courier, say } = house(console, chat);
    await say("chat:a", "hangs");
    await say("console:ops", "one");
    await say("console:ops", "two");
    const stopped = courier.stop(3_000);
    await clock.advance(3_000);
    await stopped;
    expect(titles(console)).toEqual(["post one", "post two"]);
  });

  it("settles a conversation without waiting for others", async () => {
    const console = new RecordingChannel();
    const chat = new RecordingChannel();
    chat.always = () => "deaf";
    const { courier, say } = house(console, chat);
    await say("chat:a", "hangs");
    await say("console:ops", "one");
    await say("console:ops", "two");
    await courier.settle("console:ops");
    expect(titles(console)).toEqual(["post one", "post two"]);
    await settle();
  });

  it("loses a card for a channel that is not set up, and says why", async () => {
    const { clock, courier, say, book } = house(new RecordingChannel());
    courier.start();
    await say("pigeon:x", "coo");
    await clock.advance(1_000);
    expect(book.tables.deliveries.get("card-1@pigeon:x")?.trouble?.code).toBe("no-channel");
    await courier.stop(0);
  });
});
