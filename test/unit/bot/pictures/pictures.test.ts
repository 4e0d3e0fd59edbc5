/** Pictures by their addresses: kept within bounds, drawn when somebody looks, given to platforms with answers only. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { openAlbum } from "../../../../bot/pictures/album.ts";
import { openPictures } from "../../../../bot/pictures/pictures.ts";
import { withPictures } from "../../../../bot/pictures/with-pictures.ts";
import { silentLog } from "../../../../storage/log.ts";
import { readPng } from "../../../support/png.ts";
import { RecordingChannel } from "../../../support/recording-channel.ts";
import { temporaryFolder } from "../../../support/test-files.ts";
import { chart, TO } from "./charts.ts";

const breathe = async (): Promise<void> => {};

describe("an album", () => {
  it("keeps what it was given, once, under a name that nobody can guess a path with", async () => {
    const album = openAlbum(join(await temporaryFolder(), "pictures"));
    const name = await album.keep(Buffer.from("one"), "[1]");
    expect(name).toMatch(/^[0-9a-f]{24}\.png$/);
    expect(await album.keep(Buffer.from("one"), "[1]")).toBe(name);
    expect(Buffer.from((await album.find(name)) ?? []).toString()).toBe("one");
    expect(Buffer.from((await album.find(name.replace("png", "json"))) ?? []).toString()).toBe("[1]");
    expect(await album.find("../album.ts")).toBeUndefined();
    expect(await album.find(`${"0".repeat(24)}.png`)).toBeUndefined();
  });

  it("lets the oldest go, also those of an earlier life, and what a crash left half-written", async () => {
    const dir = join(await temporaryFolder(), "pictures");
    const before = openAlbum(dir, 3);
    const first = await before.keep(Buffer.from("1"), "1");
    await before.keep(Buffer.from("2"), "2");
    writeFileSync(join(dir, `${"a".repeat(24)}.png.new`), "half");
    writeFileSync(join(dir, `${"b".repeat(24)}.json`), "without its picture");
    const album = openAlbum(dir, 3);
    await Promise.all(["3", "4", "5"].map((text) => album.keep(Buffer.from(text), text)));
    // Three pictures, each with its numbers.
    expect(readdirSync(dir)).toHaveLength(6);
    expect(await album.find(first)).toBeUndefined();
  });
});

describe("pictures", () => {
  async function opened(charts: Readonly<Record<number, boolean>> = {}) {
    const dir = join(await temporaryFolder(), "pictures");
    const warnings: object[] = [];
    let drawn = 0;
    let now = TO;
    const pictures = openPictures({
      dir,
      log: { ...silentLog, warn: (fields) => warnings.push(fields) },
      breathe,
      clock: { now: () => now },
      async incidentDrawing(number) {
        drawn++;
        // Time goes on while it is drawn.
        now++;
        if (number === 13) throw new Error("nothing on record");
        return charts[number] === true ? chart() : undefined;
      },
    });
    return { dir, warnings, pictures, drawn: () => drawn };
  }

  it("are found by the address that keeping them gave", async () => {
    const { pictures } = await opened();
    const address = (await pictures.keep(chart())) ?? "";
    expect(address).toMatch(/^\/api\/pictures\/[0-9a-f]{24}\.png$/);
    expect(readPng((await pictures.find(address)) ?? new Uint8Array()).width).toBe(716);
    expect(await pictures.find("/api/other/x.png")).toBeUndefined();
  });

  it("of an incident are drawn when somebody looks, once for all who look at that time", async () => {
    const { pictures, drawn } = await opened({ 12: true });
    const address = pictures.ofIncident(12);
    expect(address).toBe("/api/pictures/incidents/12.png");
    const seen = await Promise.all([pictures.find(address), pictures.find(address)]);
    expect(seen.map((png) => readPng(png ?? new Uint8Array()).height)).toEqual([700, 700]);
    expect(drawn()).toBe(1);
    expect(await pictures.find(pictures.ofIncident(99))).toBeUndefined();
  });

  it("give the numbers that they show under the same address with another end", async () => {
    const { pictures } = await opened({ 12: true });
    const address = (await pictures.keep(chart())) ?? "";
    for (const one of [address, pictures.ofIncident(12)]) {
      const json = Buffer.from((await pictures.find(one.replace(".png", ".json"))) ?? []).toString();
      expect(JSON.parse(json)).toMatchObject({
        title: "CPU 使用率过高",
        to: TO,
        thresholds: [80],
        unit: "percent",
      });
    }
    expect(await pictures.find(address.replace(".png", ".txt"))).toBeUndefined();
    expect(await pictures.find("/api/pictures/incidents/99.json")).toBeUndefined();
  });

  it("whose numbers were asked for after the incident was over are kept, and not worked out again", async () => {
    const { pictures, drawn } = await opened({ 12: true });
    const address = pictures.ofIncident(12).replace(".png", ".json");
    // The first one ends now and is news still.
    await pictures.find(address);
    const first = await pictures.find(address);
    expect(Buffer.from((await pictures.find(address)) ?? []).equals(Buffer.from(first ?? []))).toBe(true);
    expect(readPng((await pictures.find(pictures.ofIncident(12))) ?? new Uint8Array()).width).toBe(716);
    expect(drawn()).toBe(2);
  });

  it("of an incident that is long over are drawn once", async () => {
    const { pictures, drawn } = await opened({ 12: true });
    await pictures.find(pictures.ofIncident(12));
    const first = await pictures.find(pictures.ofIncident(12));
    const second = await pictures.find(pictures.ofIncident(12));
    expect(Buffer.from(second ?? []).equals(Buffer.from(first ?? []))).toBe(true);
    expect(drawn()).toBe(2);
  });

  it("that cannot be drawn or kept are none, and the log says why", async () => {
    const { dir, pictures, warnings } = await opened();
    expect(await pictures.find(pictures.ofIncident(13))).toBeUndefined();
    expect(warnings).toHaveLength(1);
    mkdirSync(join(dir, ".."), { recursive: true });
    writeFileSync(dir, "a file where the folder should be");
    expect(await pictures.keep(chart())).toBeUndefined();
    expect(warnings).toHaveLength(2);
  });

  it("that too many ask for are not waited for", async () => {
    const { pictures } = await opened({});
    const asked = Array.from({ length: 40 }, (_, i) => pictures.find(pictures.ofIncident(i + 100)));
    await Promise.all(asked);
    expect(await pictures.find(pictures.ofIncident(5))).toBeUndefined();
  });
});

describe("a chat platform", () => {
  const attempt = { deliveryId: "card-1@x", signal: new AbortController().signal };
  const image = "/api/pictures/incidents/12.png";
  const find = async (address: string) => (address === image ? Buffer.from("png") : undefined);

  async function shown(card: Card): Promise<Card | undefined> {
    const channel = new RecordingChannel();
    await withPictures({ chat: channel }, { find })["chat"]?.post("chat:ops", card, attempt);
    return channel.shown.at(-1)?.card;
  }

  it("gets the picture itself with an answer, and none with the card of an incident", async () => {
    const bytes = Buffer.from("png").toString("base64");
    expect(await shown({ kind: "reply", image })).toEqual({
      kind: "reply",
      image: `data:image/png;base64,${bytes}`,
    });
    expect(await shown({ kind: "incident", image })).toEqual({ kind: "incident" });
    expect(await shown({ kind: "reply", image: "/api/pictures/gone.png" })).toEqual({ kind: "reply" });
    const elsewhere = { kind: "reply", image: "https://grafana.example/a.png" } as const;
    expect(await shown(elsewhere)).toEqual(elsewhere);
  });
});
