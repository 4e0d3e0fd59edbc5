/** Charts as pictures: the same pixels everywhere, every spike seen, nothing hostile harmful. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Chart } from "../../../../alerts/charts/chart.ts";
import { drawChart } from "../../../../bot/pictures/draw-chart.ts";
import { loadGlyphs } from "../../../../bot/pictures/glyphs.ts";
import { encodePng } from "../../../../bot/pictures/png.ts";
import { type Picture, readPng } from "../../../support/png.ts";
import { chart, FROM, golden, line, TO } from "./charts.ts";

const folder = new URL("../../../payloads/pictures/", import.meta.url);

async function png(drawn: Chart): Promise<Uint8Array> {
  const { width, height, pixels } = await drawChart(drawn, await loadGlyphs(), async () => {});
  return encodePng(width, height, pixels);
}

const picture = async (drawn: Chart): Promise<Picture> => readPng(await png(drawn));

/** How many pixels in a part of the picture are exactly, or nearly, of a colour. */
function count(
  { width, pixels }: Picture,
  [red, green, blue]: readonly [number, number, number],
  { left = 0, right = width, top = 0, bottom = pixels.length / width / 3 } = {},
): number {
  let found = 0;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const at = (row * width + column) * 3;
      const away =
        Math.abs((pixels[at] ?? 0) - red) +
        Math.abs((pixels[at + 1] ?? 0) - green) +
        Math.abs((pixels[at + 2] ?? 0) - blue);
      if (away < 12) found++;
    }
  return found;
}

const BLUE = [37, 99, 235] as const;
const ALARM = [220, 38, 38] as const;
const INK = [31, 41, 55] as const;

describe("a picture of a chart", () => {
  it.each(Object.keys(golden))("is the same, pixel for pixel, on every machine: %s", async (name) => {
    const file = fileURLToPath(new URL(`${name}.png`, folder));
    const drawn = await png(golden[name] ?? chart());
    if (process.env["GENGFU_WRITE_PICTURES"] === "1") writeFileSync(file, drawn);
    const [now, kept] = [readPng(drawn), readPng(readFileSync(file))];
    expect([now.width, now.height]).toEqual([kept.width, kept.height]);
    expect(
      Buffer.compare(now.pixels, kept.pixels),
      "it looks different; look at it, then keep it with GENGFU_WRITE_PICTURES=1",
    ).toBe(0);
  });

  it("is twice what DingTalk shows, on white, and small", async () => {
    const drawn = await png(chart());
    const { width, height, pixels } = readPng(drawn);
    expect([width, height]).toEqual([716, 700]);
    expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(drawn.length).toBeLessThan(60_000);
  });

  it("shows one spike among ten thousand points", async () => {
    const flat = await picture(chart({ lines: [line("", () => 10, 10_000)], thresholds: [], firing: [] }));
    const spiked = await picture(
      chart({ lines: [line("", (_, i) => (i === 7_777 ? 95 : 10), 10_000)], thresholds: [], firing: [] }),
    );
    const upper = { left: 120, top: 180, bottom: 400 };
    expect(count(flat, BLUE, upper)).toBe(0);
    expect(count(spiked, BLUE, upper)).toBeGreaterThan(200);
  });

  it("leaves a gap where nothing is known", async () => {
    const gap = (share: number): boolean => share > 0.4 && share < 0.6;
    const drawn = await picture(
      chart({ lines: [line("", (share) => (gap(share) ? Number.NaN : 50))], thresholds: [], firing: [] }),
    );
    const middle = { top: 380, bottom: 420 };
    expect(count(drawn, BLUE, { ...middle, left: 370, right: 420 })).toBe(0);
    expect(count(drawn, BLUE, { ...middle, left: 200, right: 250 })).toBeGreaterThan(150);
  });

  it("shows the threshold as a dashed line, and when it fired as a bar on the time axis", async () => {
    const plain = await picture(chart({ thresholds: [], firing: [] }));
    expect(count(plain, ALARM)).toBe(0);
    const threshold = await picture(chart({ firing: [] }));
    expect(count(threshold, ALARM, { top: 250, bottom: 275 })).toBeGreaterThan(500);
    const fired = await picture(chart({ thresholds: [] }));
    expect(count(fired, ALARM, { left: 580, top: 628, bottom: 642 })).toBeGreaterThan(300);
    expect(count(fired, ALARM, { right: 560, top: 628, bottom: 642 })).toBe(0);
  });

  it("gives lines to six colours and their names beside them", async () => {
    const drawn = await picture(golden["six-lines"] ?? chart());
    for (const colour of [BLUE, [194, 87, 12], [15, 123, 77], [124, 58, 237], [14, 116, 144], [161, 36, 94]])
      expect(count(drawn, colour as [number, number, number], { left: 490 })).toBeGreaterThan(15);
  });

  it.each<readonly [string, Partial<Chart>]>([
    ["no point at all", { lines: [line("", () => Number.NaN)] }],
    ["no line at all", { lines: [] }],
    ["one point", { lines: [{ name: "", at: [TO], values: [5] }] }],
    ["a flat line at zero", { lines: [line("", () => 0)], thresholds: [] }],
    ["negative values", { lines: [line("", (share) => -5 - share)], unit: "count", thresholds: [] }],
    [
      "what is not finite",
      { lines: [line("", (_, i) => [Number.POSITIVE_INFINITY, 1, 1.7e308][i % 3] ?? 0)] },
    ],
    [
      "the very small and the very large",
      { lines: [line("", (share) => (share < 0.5 ? 1e-300 : 1e299))], unit: undefined },
    ],
    ["a threshold that is not finite", { thresholds: [Number.POSITIVE_INFINITY] }],
    ["a span of nothing", { from: TO, to: TO }],
    ["a span of a year", { from: TO - 366 * 86_400_000 }],
    ["a second", { from: TO - 1_000 }],
    ["times that are none", { lines: [{ name: "", at: [Number.NaN, TO + 1, FROM], values: [1, 2, 3] }] }],
    ["firing outside", { firing: [{ from: FROM - 1e9, to: TO + 1e9 }] }],
    ["a title without end", { title: "啊".repeat(100_000) }],
    [
      "hostile names",
      {
        title: "\u202e\u0000<svg onload=x>\ud800 😀 龘",
        lines: [line("\n\r\t", () => 1), line("﷽".repeat(999), () => 2)],
      },
    ],
  ])("is drawn of %s", async (_, more) => {
    const { width, height } = await picture(chart(more));
    expect([width, height]).toEqual([716, 700]);
  });

  it("writes Chinese with letters of its own, each of them different", async () => {
    const seen = new Set<string>();
    const words = ["磁", "盘", "使", "用", "率", "阈", "值", "龘"];
    for (const title of words) {
      const { pixels, width } = await picture(chart({ title, lines: [], thresholds: [], firing: [] }));
      const head = pixels.subarray(0, width * 3 * 70);
      seen.add(Buffer.from(head).toString("base64"));
      expect(count({ width, height: 70, pixels: head }, INK)).toBeGreaterThan(20);
    }
    expect(seen.size).toBe(words.length);
  });
});
