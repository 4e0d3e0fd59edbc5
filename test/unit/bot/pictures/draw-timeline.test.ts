/** Runs of flows as pictures: the same pixels everywhere, readable on a phone, nothing hostile harmful. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { drawTimeline } from "../../../../bot/pictures/draw-timeline.ts";
import { loadGlyphs } from "../../../../bot/pictures/glyphs.ts";
import { encodePng } from "../../../../bot/pictures/png.ts";
import type { Timeline } from "../../../../monitors/flow/timeline.ts";
import { type Picture, readPng } from "../../../support/png.ts";
import { goldenTimelines, timeline } from "./timelines.ts";

const folder = new URL("../../../payloads/pictures/", import.meta.url);

async function png(drawn: Timeline): Promise<Uint8Array> {
  const { width, height, pixels } = await drawTimeline(drawn, await loadGlyphs(), async () => {});
  return encodePng(width, height, pixels);
}

/** How many pixels are exactly of a colour. */
function count({ pixels }: Picture, [red, green, blue]: readonly [number, number, number]): number {
  let found = 0;
  for (let at = 0; at < pixels.length; at += 3)
    if (pixels[at] === red && pixels[at + 1] === green && pixels[at + 2] === blue) found++;
  return found;
}

const GOOD = [15, 123, 77] as const;
const GOING = [37, 99, 235] as const;
const ALARM = [220, 38, 38] as const;
const WARN = [194, 87, 12] as const;

describe("a picture of a run", () => {
  it.each(Object.entries(goldenTimelines))(
    "is the same, pixel for pixel, on every machine: %s",
    async (name, one) => {
      const file = fileURLToPath(new URL(`${name}.png`, folder));
      const drawn = await png(one);
      if (process.env["GENGFU_WRITE_PICTURES"] === "1") writeFileSync(file, drawn);
      const [now, kept] = [readPng(drawn), readPng(readFileSync(file))];
      expect([now.width, now.height]).toEqual([kept.width, kept.height]);
      expect(
        Buffer.compare(now.pixels, kept.pixels),
        "it looks different; look at it, then keep it with GENGFU_WRITE_PICTURES=1",
      ).toBe(0);
    },
  );

  it("is as wide as charts are, and small", async () => {
    const drawn = await png(timeline([[0, "拉取", "start"]], 5));
    expect(readPng(drawn).width).toBe(716);
    expect(drawn.length).toBeLessThan(60_000);
  });

  it("is green for what is done, blue for what goes on, orange and red for what took too long", async () => {
    const colours = async (one: Timeline): Promise<boolean[]> => {
      const picture = readPng(await png(one));
      return [GOOD, GOING, WARN, ALARM].map((colour) => count(picture, colour) > 400);
    };
    expect(await colours(timeline([[0, "拉取", "start"]], 5))).toEqual([false, true, false, false]);
    expect(await colours(timeline([[0, "拉取", "start"]], 15))).toEqual([false, true, false, true]);
    expect(
      await colours(
        timeline(
          [
            [0, "拉取", "start"],
            [8, "拉取", "done"],
          ],
          9,
        ),
      ),
    ).toEqual([true, false, false, false]);
    expect(
      await colours(
        timeline(
          [
            [0, "拉取", "start"],
            [15, "拉取", "done"],
          ],
          16,
        ),
      ),
    ).toEqual([true, false, true, false]);
    expect(
      await colours(
        timeline(
          [
            [0, "拉取", "start"],
            [8, "拉取", "fail"],
          ],
          16,
        ),
      ),
    ).toEqual([false, false, false, true]);
  });

  it("takes whatever names and moments there are", async () => {
    const one = timeline([[0, "拉取", "start"]], 5);
    const [row] = one.rows;
    if (row === undefined) throw new Error("no row");
    const long = "很长的名字".repeat(40);
    const hostile: readonly Timeline[] = [
      { ...one, title: long, run: long, rows: [{ ...row, name: long }] },
      { ...one, title: "\u202e\u0000😀", rows: [{ ...row, name: "\n" }] },
      { ...one, rows: [] },
      { ...one, from: one.to },
      { ...one, rows: [{ ...row, bar: { from: one.to + 1e9, to: one.to + 2e9 } }] },
      { ...one, rows: [{ ...row, bar: { from: one.from - 1e9, to: one.from - 1 } }] },
      { ...one, rows: [{ ...row, overFrom: one.from - 1e9, deadline: one.from - 1e9 }] },
      { ...one, rows: Array.from({ length: 20 }, (_, i) => ({ ...row, name: `${i}` })) },
    ];
    for (const each of hostile) expect((await png(each)).length).toBeGreaterThan(1_000);
  });
});
