/** What is kept of people: the book, the names of those who spoke, the code of the first admin. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openPeopleBook } from "../../../commands/people/book.ts";
import { isCode, openClaims, tidyCode } from "../../../commands/people/claims.ts";
import { openSpeakers } from "../../../commands/people/speakers.ts";
import { silentLog } from "../../../storage/log.ts";
import { memoryStore } from "../../../storage/memory-store.ts";

describe("those who spoke of late", () => {
  it("are remembered by name, the last thousand of them", () => {
    const speakers = openSpeakers();
    speakers.note("dingtalk:first", "First");
    for (let i = 0; i < 999; i++) speakers.note(`dingtalk:${i}`, `name ${i}`);
    speakers.note("dingtalk:first", undefined);
    speakers.note("dingtalk:more", " More ");
    expect(speakers.all()).toHaveLength(1_000);
    expect(speakers.nameOf("dingtalk:first")).toBe("First");
    expect(speakers.nameOf("dingtalk:more")).toBe("More");
    expect(speakers.nameOf("dingtalk:0")).toBeUndefined();
  });

  it("have the name that was told last; nobody is called nothing", () => {
    const speakers = openSpeakers();
    speakers.note("dingtalk:7", "Old");
    speakers.note("dingtalk:7", "New");
    speakers.note("dingtalk:7", "  ");
    speakers.note("dingtalk:8", "");
    speakers.note("dingtalk:9", "x".repeat(1_000));
    expect(speakers.nameOf("dingtalk:7")).toBe("New");
    expect(speakers.nameOf("dingtalk:8")).toBeUndefined();
    expect(speakers.nameOf("dingtalk:9")).toHaveLength(60);
  });
});

describe("the claim code", () => {
  it("is eight signs of which none looks like another, each as likely", async () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < 200; i++) {
      const store = memoryStore();
      const claims = openClaims({
        store,
        book: openPeopleBook(store),
        file: () => ({ people: [] }),
        consoleIsPrivate: true,
        platforms: ["dingtalk"],
        bytes: (count) => Uint8Array.from({ length: count }, (_, k) => i * count + k),
        log: silentLog,
      });
      await store.commit((change) => claims.prepare(change, 0));
      const code = claims.code() ?? "";
      expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
      for (const sign of code) seen.set(sign, (seen.get(sign) ?? 0) + 1);
    }
    // Bytes that count up hit each of the 32 signs equally often.
    expect(seen.size).toBe(32);
    expect(new Set(seen.values())).toEqual(new Set([50]));
  });

  it("is read as people write it", () => {
    expect(tidyCode("abcd 2345")).toBe("ABCD2345");
    expect(tidyCode("ABCD-2345")).toBe("ABCD2345");
    for (const said of ["ABCD234", "ABCD23456", "ABCD234。", "认证码在日志里呢吗", ""])
      expect(isCode(tidyCode(said)), said).toBe(false);
  });

  it("survives what is stored of it, and nothing else passes for it", () => {
    const garbage = { code: 7 };
    const stored = { id: "dingtalk:7", role: "king", addedBy: "console:boss", at: 0 };
    const decoders = new Map<string, (raw: unknown) => unknown>();
    const store = memoryStore();
    const watched = {
      ...store,
      table: ((name: string, decode: (raw: unknown) => unknown) => {
        decoders.set(name, decode);
        return store.table(name, decode);
      }) as typeof store.table,
    };
    const book = openPeopleBook(watched);
    openClaims({
      store: watched,
      book,
      file: () => ({ people: [] }),
      consoleIsPrivate: true,
      platforms: [],
      bytes: randomBytes,
      log: silentLog,
    });
    expect(() => decoders.get("claim")?.(garbage)).toThrow();
    expect(() => decoders.get("people")?.(stored)).toThrow();
    expect(decoders.get("people")?.({ ...stored, role: "admin" })).toEqual({ ...stored, role: "admin" });
    expect(decoders.get("claim")?.({ code: "ABCD2345", at: 0 })).toEqual({ code: "ABCD2345", at: 0 });
  });
});
