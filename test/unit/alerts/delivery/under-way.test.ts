/** How many things the courier has under way at a target at once, and which never pass each other. */
import { describe, expect, it } from "vitest";
import { openAlertBook } from "../../../../alerts/alert-book.ts";
import type { Channel } from "../../../../alerts/channel.ts";
import { createCourier } from "../../../../alerts/delivery/deliver.ts";
import { silentLog } from "../../../../storage/log.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";
import { busy } from "../../../support/recording-channel.ts";

const rule = { id: 1, name: "hot", tells: ["chat:a"], conversation: undefined };
const identity = { id: "1/a", rule: 1, labels: { alertname: "hot" }, found: {}, annotations: {} };

function house(chat: Channel) {
  const clock = new FakeClock();
  const store = new Journal().open(clock);
  const book = openAlertBook({ store, zone: "UTC" });
  const courier = createCourier({
    store,
    book,
    channels: { chat },
    clock,
    log: silentLog,
    random: () => 1,
    draw: (incident) => ({ kind: "incident", title: `v${incident.version}`, incident: incident.id }),
    drawDigest: () => ({ kind: "digest" }),
    view: (incident) => ({ incident, status: "firing", alerts: () => [] }),
  });
  const say = (title: string, incident?: number) =>
    store.commit((change) => {
      const card = { kind: "text", title, ...(incident === undefined ? {} : { incident }) } as const;
      book.post(change, ["chat:a"], card, incident === undefined ? "normal" : "urgent", clock.now());
    });
  const fire = () =>
    store.commit((change) => {
      const at = clock.now();
      const after = { state: "firing", since: at, value: 1, firedAt: at } as const;
      book.turn(change, [{ identity, before: undefined, after, rule }], at);
    });
  return { clock, courier, say, fire };
}

/** A channel that answers when it is told to: yes or no. */
function hangingChannel(about: Pick<Channel, "machine">) {
  const begun: (string | undefined)[] = [];
  const answers: ((taken: boolean) => void)[] = [];
  const post: Channel["post"] = (_conversation, { title }, { incident: view }) => {
    begun.push(title ?? `v${view?.incident.version}`);
    return new Promise((resolve, reject) => {
      answers.push((taken) => (taken ? resolve({}) : reject(busy())));
    });
  };
  return { ...about, begun, answers, post };
}

/** Stops it while something hangs. */
async function breakOff(courier: ReturnType<typeof createCourier>, clock: FakeClock): Promise<void> {
  const stopping = courier.stop(0);
  await clock.advance(0);
  await stopping;
}

describe("what the courier has under way", () => {
  it("has four things under way to a machine that is in order, and one to people", async () => {
    const [machine, people] = [hangingChannel({ machine: true }), hangingChannel({})];
    for (const [channel, most] of [
      [machine, 4],
      [people, 1],
    ] as const) {
      const { clock, courier, say } = house(channel);
      for (let i = 0; i < 6; i++) await say(`${i}`);
      courier.start();
      await clock.advance(0);
      expect(channel.begun).toEqual(["0", "1", "2", "3"].slice(0, most));
      channel.answers.shift()?.(true);
      await clock.advance(0);
      expect(channel.begun).toEqual(["0", "1", "2", "3", "4"].slice(0, most + 1));
      await breakOff(courier, clock);
    }
  });

  it("after a refusal has one thing under way to a machine, and begins with what was refused", async () => {
    const machine = hangingChannel({ machine: true });
    const { clock, courier, say } = house(machine);
    for (let i = 0; i < 6; i++) await say(`${i}`);
    courier.start();
    await clock.advance(0);
    for (const answer of machine.answers.splice(0)) answer(false);
    await clock.advance(900);
    expect(machine.begun).toHaveLength(4);
    await clock.advance(5_000);
    expect(machine.begun).toEqual(["0", "1", "2", "3", "0"]);
    machine.answers.shift()?.(true);
    await clock.advance(0);
    expect(machine.begun.slice(5)).toEqual(["1", "2", "3", "4"]);
    await breakOff(courier, clock);
  });

  it("takes what arrives beside a refusal for no sign that the machine is in order", async () => {
    const machine = hangingChannel({ machine: true });
    const { clock, courier, say } = house(machine);
    for (let i = 0; i < 6; i++) await say(`${i}`);
    courier.start();
    await clock.advance(0);
    machine.answers.splice(0).forEach((answer, i) => {
      answer(i > 0);
    });
    await clock.advance(900);
    expect(machine.begun).toHaveLength(4);
    await clock.advance(1_000);
    expect(machine.begun.slice(4)).toEqual(["0"]);
    machine.answers.shift()?.(true);
    await clock.advance(0);
    expect(machine.begun.slice(5)).toEqual(["4", "5"]);
    await breakOff(courier, clock);
  });

  it("never has two things about one group under way to a machine", async () => {
    const machine = hangingChannel({ machine: true });
    const { clock, courier, fire, say } = house(machine);
    await fire();
    await say("about it", 1);
    await say("about nothing");
    courier.start();
    await clock.advance(0);
    expect(machine.begun).toEqual(["about it", "about nothing"]);
    machine.answers.shift()?.(true);
    await clock.advance(0);
    expect(machine.begun).toEqual(["about it", "about nothing", "v1"]);
    await breakOff(courier, clock);
  });
});
