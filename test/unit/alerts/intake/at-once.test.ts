/** Several at once: more than can be drawn, a disk that refuses meanwhile, a word in the moment in which it matters. */
import { expect, test } from "vitest";
import { openAlertBook } from "../../../../alerts/alert-book.ts";
import { type Intake, openIntake } from "../../../../alerts/intake/intake.ts";
import type { Posted, Sender } from "../../../../alerts/intake/posted.ts";
import { silentLog } from "../../../../storage/log.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { NotSaved } from "../../../../storage/store.ts";
import { FakeClock, settle } from "../../../support/fake-clock.ts";
import { refusableStore } from "../../../support/refusing-sink.ts";

const sender: Sender = { name: "prometheus", resolveAfterMs: 300_000 };

function lot(name: string): readonly Posted[] {
  return Array.from({ length: 60 }, (_, i) => ({
    labels: { alertname: name, host: `h${i}` },
    annotations: {},
    generatorURL: "",
  }));
}

function open({ store, refuse } = refusableStore()) {
  const clock = new FakeClock();
  const book = openAlertBook({ store, zone: "UTC" });
  const intake: Intake = openIntake({
    store,
    book,
    clock,
    log: silentLog,
    maxPerSender: () => 1_000,
    mostWaiting: 50,
    breathe: async () => {},
    rest: async () => {},
  });
  return { book, clock, intake, refuse, now: () => clock.now() };
}

test("a sender that is too fast is answered once there is room again", async () => {
  const { intake, now } = open();
  await intake.accept(sender, lot("first"), now());
  let answered = false;
  const second = intake.accept(sender, lot("second"), now()).then(() => {
    answered = true;
  });
  await settle();
  expect([answered, [...intake.all()].length]).toEqual([false, 60]);
  await intake.judge(now());
  await second;
  expect([...intake.all()]).toHaveLength(120);
});

test("while the disk refuses nobody waits for room that does not come", async () => {
  const { intake, refuse, now } = open();
  await intake.accept(sender, lot("first"), now());
  refuse("disk full");
  await expect(intake.judge(now())).rejects.toThrow(NotSaved);
  await expect(intake.accept(sender, lot("second"), now())).rejects.toThrow("disk full");
  refuse(undefined);
  await intake.judge(now());
  await intake.accept(sender, lot("second"), now());
  expect([...intake.all()]).toHaveLength(120);
});

test("a word that comes as its alert runs out keeps it, whoever else is heard meanwhile", async () => {
  // A disk that takes its time, so that all three are under way at once.
  const store = memoryStore(undefined, { write: () => settle(1), close: async () => {} });
  const { book, clock, intake, now } = open({ store, refuse() {}, hang() {} });
  // Past the time after a start in which silence is not believed.
  for (let i = 0; i < 12; i++) {
    await clock.advance(30_000);
    await intake.judge(now());
  }
  const [one] = lot("late") as readonly [Posted];
  await intake.accept(sender, [{ ...one, endsAt: now() + 1_000 }], now());
  await clock.advance(2_000);
  await Promise.all([
    intake.accept(sender, [{ ...one, endsAt: now() + 60_000 }], now()),
    intake.accept(sender, lot("others"), now()),
    intake.judge(now()),
  ]);
  await intake.judge(now());
  expect(book.tables.received.size).toBe(61);
  expect(book.activeIncidents().map(({ id }) => id)).toContain(1);
});

test("what begins an incident is drawn with its lot, once, and people are told with the rest of it", async () => {
  const { book, intake, now } = open();
  const disk = lot("disk");
  const active: (number | undefined)[] = [];
  book.tables.lots.watch(() => {
    active.push(book.tables.incidents.get("1")?.active);
    expect(intake.moreIsComing()).toBe(true);
  });
  await intake.accept(sender, disk, now());
  expect([...intake.unprocessed()]).toHaveLength(59);
  await intake.judge(now());
  // As the lot comes, and as it goes.
  expect(active).toEqual([1, 60]);
  expect(intake.moreIsComing()).toBe(false);
  expect(book.activeIncidents()).toHaveLength(1);
  expect(intake.stats().kept.get("prometheus")).toBe(60);
});
