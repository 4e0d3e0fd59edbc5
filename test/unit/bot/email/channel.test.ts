/** Mail as a way out, in front of a real server. */
import { describe, expect, it } from "vitest";
import type { IncidentView } from "../../../../alerts/channel.ts";
import { emailChannel } from "../../../../bot/email/channel.ts";
import { openSeal } from "../../../../bot/email/seal.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { NotSaved } from "../../../../storage/store.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { openSmtp } from "../../../support/smtp.ts";
import { card, mailings, OPS, openBench, SELF_SIGNED } from "./bench.ts";

channelContract("mail", async () => {
  const smtp = await openSmtp({ user: "gengfu", password: "s3cret" });
  const found = mailings(
    smtp.port,
    undefined,
    `${SELF_SIGNED}, smtp_auth_username: gengfu, smtp_auth_password: s3cret`,
  );
  const email = emailChannel({
    find: (address) => found.get(address),
    seal: openSeal(memoryStore(), (count) => new Uint8Array(count)),
    tokenOf: async () => undefined,
    publicUrl: undefined,
    clock: new FakeClock(),
    locale: "en",
  });
  return {
    channel: email.channel,
    conversation: OPS,
    seen: () => smtp.taken.map(({ headers, text }) => `${headers["subject"]}\n${text}`),
    refuse(how) {
      if (how === "error") smtp.tricks.data = "554 5.7.1 s3cret";
      else smtp.tricks.after = "hang";
    },
    secrets: ["s3cret", Buffer.from("\0gengfu\0s3cret").toString("base64"), "127.0.0.1"],
    async close() {
      email.stop();
      await smtp.close();
    },
  };
});

const view = (news: number): IncidentView => ({ incident: { news } }) as unknown as IncidentView;

describe("a mail", () => {
  it("goes to whom the file names, from whom it names, over STARTTLS", async () => {
    const { smtp, post } = await openBench({
      entry: `{ to: "张三 <zhang@shop.example>, ops@shop.example", headers: { X-Team: 数据库, Reply-To: nobody@shop.example } }`,
    });
    const { answer } = await post();
    expect(answer).toBe("SMTP 250");
    const [mail] = smtp.taken;
    expect(mail).toMatchObject({
      from: "gengfu@shop.example",
      to: ["zhang@shop.example", "ops@shop.example"],
      secure: true,
      hello: "localhost",
    });
    expect(mail?.headers).toMatchObject({
      from: "更夫 <gengfu@shop.example>",
      to: "张三 <zhang@shop.example>, ops@shop.example",
      "x-team": "数据库",
      "reply-to": "nobody@shop.example",
    });
  });

  it("keeps machines from answering", async () => {
    const { smtp, post } = await openBench();
    await post();
    expect(smtp.taken[0]?.headers).toMatchObject({
      "auto-submitted": "auto-generated",
      "x-auto-response-suppress": "All",
      precedence: "bulk",
    });
  });

  it("has another subject, sender or recipient in its headers where the file says so", async () => {
    const { smtp, post } = await openBench({
      entry: `{ to: ops@shop.example, headers: { subject: 告警, To: "undisclosed@shop.example" } }`,
    });
    await post();
    expect(smtp.taken[0]?.headers).toMatchObject({ subject: "告警", to: "undisclosed@shop.example" });
    expect(smtp.taken[0]?.to).toEqual(["ops@shop.example"]);
    expect(smtp.taken[0]?.raw.match(/^subject:/gim)).toHaveLength(1);
  });
});

describe("mails about one incident", () => {
  it("are one thread, under the subject of the first", async () => {
    const { smtp, post } = await openBench();
    const first = await post({ incident: view(1) });
    const second = await post(
      { incident: view(5), before: first },
      { ...card, title: "#12 磁盘满了", status: "resolved" },
    );
    await post({ incident: view(9), before: second });
    await post({ deliveryId: `card-7@${OPS}` }, { kind: "text", text: "仍在告警", incident: 12 });
    const [a, b, c, reminder] = smtp.taken.map(({ headers }) => headers);
    const root = a?.["references"] ?? "";
    expect(root).toMatch(/^<[\w-]{27}@shop\.example>$/);
    expect(a?.["in-reply-to"]).toBeUndefined();
    expect(b?.["in-reply-to"]).toBe(a?.["message-id"]);
    expect(c?.["in-reply-to"]).toBe(b?.["message-id"]);
    expect(c?.["references"]).toBe(`${root} ${b?.["message-id"]}`);
    expect(reminder?.["references"]).toBe(root);
    expect(b?.["subject"]).toBe(`Re: ${a?.["subject"]}`);
    expect(c?.["subject"]).toBe(`Re: ${a?.["subject"]}`);
    const ids = smtp.taken.map(({ headers }) => headers["message-id"]);
    expect(new Set(ids).size).toBe(4);
    // What it is about now stands in what a mailbox shows beside the subject.
    expect(smtp.taken[1]?.html).toContain("[恢复] web-1 磁盘满了");
  });

  it("stand by themselves, each under how it stands, where threads are not wanted", async () => {
    const { smtp, post } = await openBench({
      entry: "{ to: ops@shop.example, threading: { enabled: false } }",
    });
    const before = await post({ incident: view(1) });
    await post({ incident: view(2), before }, { ...card, status: "resolved" });
    expect(smtp.taken.map(({ headers }) => headers["subject"])).toEqual([
      "[严重] web-1 磁盘快满了 · #12",
      "[恢复] web-1 磁盘快满了 · #12",
    ]);
    for (const { headers } of smtp.taken) {
      expect(headers["references"]).toBeUndefined();
      expect(headers["in-reply-to"]).toBeUndefined();
    }
  });

  it("of two incidents, or of another Gengfu with the same sender, are threads of their own", async () => {
    const one = await openBench();
    await one.post();
    await one.post({ deliveryId: `incident-13@${OPS}` }, { ...card, incident: 13 });
    const seal = openSeal(memoryStore(), (count) => new Uint8Array(count).fill(8));
    const other = await openBench({ deps: { seal } });
    await other.post();
    const mails = [...one.smtp.taken, ...other.smtp.taken].map(({ headers }) => headers);
    expect(new Set(mails.map((headers) => headers["references"])).size).toBe(3);
    expect(new Set(mails.map((headers) => headers["message-id"])).size).toBe(3);
  });
});

describe("when nobody knows what became of a mail", () => {
  it("the second try has the same Message-ID, and news since then another", async () => {
    const { smtp, post, refused } = await openBench();
    smtp.tricks.after = "take-and-cut";
    const error = await refused({ incident: view(1) });
    expect(error.next).toBe("retry");
    smtp.tricks.after = undefined;
    await post({ incident: view(1) });
    await post({ incident: view(2) }, { ...card, status: "resolved" });
    const ids = smtp.taken.map(({ headers }) => headers["message-id"]);
    expect(ids).toHaveLength(3);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it("and the server only takes its time, the second try waits for the first instead of sending it again", async () => {
    const { smtp, post } = await openBench();
    smtp.tricks.after = "hang";
    const control = new AbortController();
    const first = post({ signal: control.signal });
    const tried = first.catch((e: unknown) => e);
    await untilOpen(smtp);
    control.abort();
    expect(await tried).toMatchObject({ next: "retry", code: "aborted" });
    const second = post();
    smtp.tricks.after = undefined;
    await releaseWhenHeld(smtp);
    expect(await second).toMatchObject({ answer: "SMTP 250" });
    expect(await post()).toMatchObject({ answer: "SMTP 250" });
    expect(smtp.taken).toHaveLength(1);
    expect(smtp.sessions.count).toBe(1);
  });
});

/** Resolves once a session is open. */
async function untilOpen(smtp: { readonly sessions: { readonly count: number } }): Promise<void> {
  while (smtp.sessions.count === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets those go that are kept waiting, as soon as there is one. */
async function releaseWhenHeld(smtp: { release(): void; readonly taken: readonly unknown[] }): Promise<void> {
  while (smtp.taken.length === 0) {
    smtp.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("several recipients", () => {
  const entry = `{ to: "a@shop.example, b@shop.example, c@shop.example" }`;

  it("some of whom are refused for good: the others have it, and who has not is said", async () => {
    const { smtp, post } = await openBench({ entry });
    smtp.tricks.rcpt = (address) => (address.startsWith("b") ? "550 5.1.1 no such user" : undefined);
    const { answer } = await post();
    expect(answer).toBe("SMTP 250 for 2 of 3 (b@shop.example: 550 5.1.1)");
    expect(smtp.taken.map(({ to }) => to)).toEqual([["a@shop.example", "c@shop.example"]]);
  });

  it("some of whom are refused for now: only they are tried again", async () => {
    const { smtp, post, refused } = await openBench({ entry });
    smtp.tricks.rcpt = (address) => (address.startsWith("b") ? "450 4.2.0 greylisted" : undefined);
    expect(await refused()).toMatchObject({ next: "retry", code: "450 4.2.0" });
    smtp.tricks = {};
    expect(await post()).toMatchObject({ answer: "SMTP 250" });
    expect(smtp.taken.map(({ to }) => to)).toEqual([
      ["a@shop.example", "c@shop.example"],
      ["b@shop.example"],
    ]);
  });

  it("one of whom is refused again and again: the others do not wait for it for ever", async () => {
    const { smtp, post, refused } = await openBench({ entry });
    smtp.tricks.rcpt = (address) => (address.startsWith("b") ? "452 4.2.2 mailbox full" : undefined);
    for (let i = 0; i < 3; i++) expect(await refused()).toMatchObject({ next: "wait", code: "452 4.2.2" });
    expect(await post()).toMatchObject({ answer: "SMTP 250 for 2 of 3 (b@shop.example: 452 4.2.2)" });
    expect(smtp.taken).toHaveLength(1);
  });

  it("all of whom are refused: it is refused, for now when it is for now of one of them", async () => {
    const { smtp, refused } = await openBench({ entry });
    smtp.tricks.rcpt = () => "550 5.1.1 no such user";
    expect(await refused()).toMatchObject({ next: "give-up", code: "550 5.1.1" });
    smtp.tricks.rcpt = (address) => (address.startsWith("b") ? "451 4.3.0 later" : "550 5.1.1 no");
    expect(await refused()).toMatchObject({ next: "retry", code: "451 4.3.0" });
  });

  it("each have a link of their own, where there are links", async () => {
    const { smtp, post } = await openBench({
      entry,
      deps: {
        publicUrl: "https://gengfu.shop.example/w",
        tokenOf: async ({ to }) => (to.startsWith("c") ? undefined : `for-${to[0]}`),
      },
    });
    smtp.tricks.rcpt = (address) => (address.startsWith("b") ? "550 5.1.1 no" : undefined);
    expect((await post())["answer"]).toBe("SMTP 250 for 2 of 3 (b@shop.example: 550 5.1.1)");
    expect(smtp.taken.map(({ to }) => to)).toEqual([["a@shop.example"], ["c@shop.example"]]);
    expect(smtp.taken[0]?.text).toContain("认领：https://gengfu.shop.example/w/email/acknowledge?t=for-a\n");
    expect(smtp.taken[0]?.html).toContain('href="https://gengfu.shop.example/w/email/acknowledge?t=for-a"');
    expect(smtp.taken[1]?.raw).not.toContain("acknowledge");
    expect(smtp.taken[0]?.headers["message-id"]).toBe(smtp.taken[1]?.headers["message-id"]);
    expect(smtp.sessions.count).toBe(1);
  });
});

describe("a mail is tried again", () => {
  it("when the disk refuses the key that signs it", async () => {
    const disk = { full: true };
    const store = memoryStore(new FakeClock(), {
      async write() {
        if (disk.full) throw new NotSaved("the disk is full");
      },
      close: async () => {},
    });
    const { smtp, post, refused } = await openBench({
      deps: { seal: openSeal(store, (count) => new Uint8Array(count)) },
    });
    expect(await refused()).toMatchObject({ next: "retry", code: "not-saved" });
    disk.full = false;
    await post();
    expect(smtp.taken).toHaveLength(1);
  });
});

describe("a mail has no link", () => {
  it("when nothing can be acknowledged, or it is about no incident", async () => {
    const { smtp, post } = await openBench({
      deps: { publicUrl: "https://gengfu.shop.example", tokenOf: async () => "token" },
    });
    await post({}, { ...card, status: "resolved", actions: [] });
    await post({ deliveryId: "card-1" }, { kind: "text", title: "x", actions: card.actions ?? [] });
    for (const { raw } of smtp.taken) expect(raw).not.toContain("token");
  });
});
