/** Links that acknowledge: whose they are, how long they count, and what a page says. */
import { describe, expect, it } from "vitest";
import { type DeskDeps, openDesk } from "../../../../bot/email/desk.ts";
import { openLinks } from "../../../../bot/email/links.ts";
import { pageHtml } from "../../../../bot/email/page.ts";
import { openSeal } from "../../../../bot/email/seal.ts";
import { openAudit } from "../../../../commands/audit.ts";
import type { Person } from "../../../../commands/command.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { NotSaved } from "../../../../storage/store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { mailings, OPS } from "./bench.ts";

const TO = "ops@shop.example";
const HOUR = 3_600_000;

/** What the desk asks of the alerts. */
type Book = DeskDeps["alerts"];

function open(whois: (id: string) => Person = named("default", "viewer")) {
  const clock = new FakeClock();
  const disk = { full: false };
  const store = memoryStore(clock, {
    async write() {
      if (disk.full) throw new NotSaved("the disk is full");
    },
    close: async () => {},
  });
  const seal = openSeal(store, (count) => new Uint8Array(count).fill(1));
  const links = openLinks(store, seal);
  const audit = openAudit(store);
  const owners: string[] = [];
  const incident = { id: 12, severity: "critical", resolvedAt: undefined as number | undefined };
  const refusal: { words?: string } = {};
  const alerts = {
    acknowledgeMs: () => HOUR,
    card: () => ({ kind: "incident", title: "#12 <b>磁盘</b>" }),
    book: {
      incident: (id: number) => (id === 12 ? incident : undefined),
      acknowledge(_change: unknown, _id: number, { person, until }: { person: string; until: number }) {
        if (refusal.words !== undefined) return { refused: { zh: refusal.words, en: refusal.words } };
        const news = owners.at(-1) !== person;
        if (news) owners.push(person);
        return { incident: { ...incident, acknowledgement: { person, until } }, news };
      },
    },
  } as unknown as Book;
  const found = new Map(mailings(25, `{ to: ${TO} }`));
  const desk = openDesk({
    store,
    links,
    alerts,
    audit,
    clock,
    zone: "Asia/Shanghai",
    find: (address) => found.get(address),
    whois,
    nameOf: (id) => id.slice(id.indexOf(":") + 1),
  });
  const token = (more: object = {}) =>
    links.tokenOf({ id: "a", target: OPS, to: TO, incident: 12, ...more }, clock.now());
  return { clock, disk, links, desk, token, owners, incident, refusal, found, audit, seal };
}

const named =
  (from: Person["from"], role: Person["role"]) =>
  (id: string): Person => ({ id, name: id, role, from });

describe("a link", () => {
  it("changes nothing when it is opened, and acknowledges when its button is pressed", async () => {
    const { desk, token, owners, audit } = open();
    const link = await token();
    for (let i = 0; i < 3; i++)
      expect(desk.open(link)).toMatchObject({ status: 200, button: { en: "Acknowledge #12" } });
    expect(owners).toEqual([]);
    expect(await desk.press(link)).toMatchObject({ status: 200 });
    expect(owners).toEqual([`email:${TO}`]);
    expect(audit.latest(9)).toMatchObject([{ person: `email:${TO}`, conversation: OPS, line: "ack 12" }]);
  });

  it("works once, also when it is pressed twice at the same moment, and so do its copies", async () => {
    const { desk, token, owners, clock, audit } = open();
    const link = await token();
    await clock.advance(1_000);
    const copy = await token();
    expect(copy).not.toBe(link);
    await Promise.all([desk.press(link), desk.press(link), desk.press(copy)]);
    expect(desk.open(link)).toMatchObject({ status: 410 });
    expect(await desk.press(copy)).toMatchObject({ status: 410 });
    expect(owners).toEqual([`email:${TO}`]);
    expect(audit.latest(9)).toHaveLength(1);
  });

  it("counts for a day", async () => {
    const { desk, token, clock, owners } = open();
    const link = await token();
    await clock.advance(24 * HOUR - 1);
    expect(desk.open(link).status).toBe(200);
    await clock.advance(1);
    expect(desk.open(link)).toMatchObject({ status: 410, title: { en: "This link has expired" } });
    expect((await desk.press(link)).status).toBe(410);
    expect(owners).toEqual([]);
  });

  it("is forgotten once it has expired, and does not work again for that", async () => {
    const { desk, token, clock, links } = open();
    const link = await token();
    await desk.press(link);
    const claim = links.read(link);
    if (claim === undefined) throw new Error("it is one of ours");
    await clock.advance(25 * HOUR);
    await desk.press(await token({ id: "b" }));
    expect(links.isSpent(claim)).toBe(false);
    expect((await desk.press(link)).status).toBe(410);
  });

  it("that was changed, cut or made up is none", async () => {
    const { desk, token, owners, seal } = open();
    const [words = "", signature = ""] = (await token()).split(".");
    const other = Buffer.from(JSON.stringify(["a", OPS, "evil@example.com", 12, 1e15])).toString("base64url");
    const wrong = [
      "",
      ".",
      words,
      `${words}.`,
      `${words}.${signature.slice(1)}`,
      `${words}.${signature}.x`,
      `${other}.${signature}`,
      // What signs ids is nothing for links.
      `${other}.${await seal.sign("id", other)}`,
      `${Buffer.from("not json").toString("base64url")}.${signature}`,
    ];
    for (const one of wrong) {
      expect(desk.open(one).status).toBe(404);
      expect((await desk.press(one)).status).toBe(404);
    }
    expect(owners).toEqual([]);
  });

  it("is worth nothing for an address that is no longer written to, or of which it was said that it only looks", async () => {
    for (const whois of [named("file", "viewer"), named("book", "viewer")]) {
      const { desk, token, owners } = open(whois);
      expect((await desk.press(await token())).status).toBe(403);
      expect(owners).toEqual([]);
    }
    expect((await open(named("file", "operator")).desk.press("")).status).toBe(404);
    const { desk, token, found, owners } = open();
    const link = await token();
    const stranger = await token({ to: "gone@shop.example" });
    expect((await desk.press(stranger)).status).toBe(403);
    found.clear();
    expect((await desk.press(link)).status).toBe(403);
    expect(owners).toEqual([]);
  });

  it("is not spent by what changes nothing: somebody else has it, the disk refuses", async () => {
    const { desk, token, owners, refusal, disk } = open();
    const link = await token();
    refusal.words = "#12 已由 李四 认领";
    expect(await desk.press(link)).toMatchObject({ status: 409, words: { zh: "#12 已由 李四 认领" } });
    delete refusal.words;
    disk.full = true;
    expect((await desk.press(link)).status).toBe(503);
    disk.full = false;
    expect((await desk.press(link)).status).toBe(200);
    expect(owners.at(-1)).toBe(`email:${TO}`);
  });

  it("to what is over has no button", async () => {
    const { desk, token, incident } = open();
    incident.resolvedAt = 1;
    const page = desk.open(await token());
    expect(page.status).toBe(200);
    expect(page.button).toBeUndefined();
    expect(pageHtml(page, "zh-CN")).not.toContain("<form");
  });
});

describe("the page", () => {
  it("shows titles as text, in the language of the house", async () => {
    const { desk, token } = open();
    const page = desk.open(await token());
    const [chinese, english] = [pageHtml(page, "zh-CN"), pageHtml(page, "en")];
    expect(chinese).toContain("#12 &#60;b&#62;磁盘&#60;/b&#62;");
    expect(chinese).toContain('<html lang="zh-CN">');
    expect(chinese).toContain(">认领 #12</button>");
    expect(english).toContain(">Acknowledge #12</button>");
    for (const html of [chinese, english]) expect(html).not.toMatch(/<script|src=|https?:/);
  });
});
