/** What begins an incident is known before the rest of its lot; no alert is ever heard of in another order for that. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAlertBook } from "../../../../alerts/alert-book.ts";
import { openBacklog } from "../../../../alerts/intake/backlog.ts";
import { openEnds } from "../../../../alerts/intake/ends.ts";
import { makeLot } from "../../../../alerts/intake/lot.ts";
import { findOpeners } from "../../../../alerts/intake/openers.ts";
import type { Posted, Sender } from "../../../../alerts/intake/posted.ts";
import { hear, type Known } from "../../../../alerts/intake/received.ts";
import { countSenders } from "../../../../alerts/intake/senders.ts";
import { openView } from "../../../../alerts/intake/view.ts";
import { makePlan } from "../../../../alerts/make-plan.ts";
import { BLANK_ROUTE } from "../../../../alerts/routing/route-config.ts";
import { fingerprint } from "../../../../storage/labels.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";

const sender: Sender = { name: "prometheus", resolveAfterMs: 300_000 };
const plan = makePlan({ route: { ...BLANK_ROUTE, receiver: "ops", groupBy: ["alertname"] } });

function open() {
  const book = openAlertBook({ store: memoryStore(), zone: "UTC", plan: () => plan });
  const { received, heard } = book.tables;
  /** Groups that have their incident. */
  const openByGroup = new Map<string, number>();
  const senders = countSenders(() => 1_000);
  const view = openView(received, heard);
  const openers = findOpeners({ plan: () => plan, index: { ...book.index, openByGroup } });
  const backlog = openBacklog(view, openers, senders, openEnds());
  let lots = 0;
  function send(posted: readonly Posted[], at: number) {
    const coming = backlog.expect(makeLot(at, sender, posted, undefined).lot, { at, sender, posted });
    return { ...coming, arrive: () => coming.arrived(String(++lots), false) };
  }
  return { openByGroup, senders, view, backlog, send };
}

function alert(name: string, host: number, endsAt?: number): Posted {
  const labels = { alertname: name, host: `h${host}` };
  return { labels, annotations: {}, generatorURL: "", ...(endsAt === undefined ? {} : { endsAt }) };
}

describe("openers", () => {
  const hosts = ({ view, backlog }: ReturnType<typeof open>) =>
    backlog.takeOpeners().map((id) => Object.values(view.get(id)?.received.labels ?? {}).join(" "));

  test("one of each group that has no incident, as soon as its lot is on disk", () => {
    const opened = open();
    opened.openByGroup.set('{}:{alertname="c"}', 7);
    const coming = opened.send([alert("a", 1), alert("a", 2), alert("b", 3), alert("c", 4)], 1_000);
    expect(hosts(opened)).toEqual([]);
    coming.arrive();
    opened.send([alert("a", 5), alert("d", 6)], 1_001).arrive();
    expect(hosts(opened)).toEqual(["a h1", "b h3", "d h6"]);
    expect([opened.backlog.unread, opened.backlog.news.size]).toEqual([6, 3]);
    opened.backlog.read(Number.POSITIVE_INFINITY);
    expect([opened.backlog.unread, opened.backlog.news.size]).toEqual([0, 6]);
    expect(opened.senders.kept.get("prometheus")).toBe(6);
  });

  test("what is over begins nothing, and what waits about an alert is heard first", () => {
    const opened = open();
    opened.send([alert("a", 1, 500)], 1_000).arrive();
    opened.send([alert("a", 1), alert("a", 2)], 1_001).arrive();
    expect(hosts(opened)).toEqual([]);
    opened.backlog.read(Number.POSITIVE_INFINITY);
    opened.send([alert("a", 3)], 1_002).arrive();
    expect(hosts(opened)).toEqual(["a h3"]);
  });

  test("a lot that the disk refuses leaves nothing behind but its reason", () => {
    const opened = open();
    const coming = opened.send([alert("a", 1)], 1_000);
    expect(() => coming.failed(new Error("disk full"))).toThrow("disk full");
    expect([hosts(opened), opened.backlog.isEmpty(), opened.senders.kept.size]).toEqual([[], true, 0]);
  });
});

test("whatever comes, and whenever it is read, each alert is known as if its words had been heard in order", () => {
  const word = fc.tuple(fc.constantFrom("a", "b"), fc.nat(2), fc.constantFrom(undefined, -500, 60_000));
  const step = fc.oneof(
    fc.record({ send: fc.array(word, { minLength: 1, maxLength: 4 }), late: fc.nat(3) }),
    fc.record({ read: fc.nat(5) }),
    fc.record({ opens: fc.constantFrom("a", "b") }),
    fc.record({ closes: fc.constantFrom("a", "b") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { openByGroup, view, backlog, send } = open();
      const expected = new Map<string, Known>();
      const onTheWay: { left: number; arrive(): void }[] = [];
      let at = 10_000;
      for (const step of steps) {
        at += 1_000;
        if ("send" in step) {
          const posted = step.send.map(([name, host, endsIn]) =>
            alert(name, host, endsIn === undefined ? undefined : at + endsIn),
          );
          onTheWay.push({ left: step.late, arrive: send(posted, at).arrive });
          for (const one of posted) {
            const known = hear(expected.get(fingerprint(one.labels)), one, sender, at);
            if (known !== undefined) expected.set(fingerprint(one.labels), known);
          }
        } else if ("read" in step) backlog.read(step.read);
        else if ("opens" in step) openByGroup.set(`{}:{alertname="${step.opens}"}`, 1);
        else openByGroup.delete(`{}:{alertname="${step.closes}"}`);
        for (const lot of onTheWay) lot.left--;
        while (onTheWay[0] !== undefined && onTheWay[0].left < 0) onTheWay.shift()?.arrive();
      }
      for (const { arrive } of onTheWay) arrive();
      backlog.read(Number.POSITIVE_INFINITY);
      expect(new Map(view.entries())).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
