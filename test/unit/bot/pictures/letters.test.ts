/** The letters that pictures are written with. */
import { describe, expect, it } from "vitest";
import { loadGlyphs } from "../../../../bot/pictures/glyphs.ts";
import { lettersOf } from "../../../../bot/pictures/text.ts";

describe("letters", () => {
  it("has every hanzi of GBK, and all that our own words and units use", async () => {
    const glyphs = await loadGlyphs();
    const decoder = new TextDecoder("gbk");
    const missing: string[] = [];
    for (let high = 0x81; high <= 0xfe; high++)
      for (let low = 0x40; low <= 0xfe; low++) {
        const character = decoder.decode(Uint8Array.of(high, low));
        // Some places are empty there, and some are private.
        if (/^\p{Script=Han}$/u.test(character) && glyphs.find(character.codePointAt(0) ?? 0) === undefined)
          missing.push(character);
      }
    expect(missing).toEqual([]);
    for (const character of '最后最低平均最高阈值共条画出毫秒天小时分正常异常没有数值（）→…%°∞ -+./:#{}="_µ℃≥≤✓é後臺灣資料庫')
      expect(glyphs.find(character.codePointAt(0) ?? 0), character).toBeDefined();
  });

  it("does not know pictures and the rarest, and leaves room for a box", async () => {
    const letters = lettersOf(await loadGlyphs());
    expect((await loadGlyphs()).find(0x1f600)).toBeUndefined();
    expect((await loadGlyphs()).find(0x10_ff_ff)).toBeUndefined();
    expect((await loadGlyphs()).find(0)).toBeUndefined();
    expect(letters.width("𰻝😀", 100)).toBeCloseTo(140);
    expect(letters.width("盘龘喆", 100)).toBe(300);
  });

  it("cuts a text where it ends, between whole characters", async () => {
    const letters = lettersOf(await loadGlyphs());
    expect(letters.fit("磁盘使用率", 20, 100)).toBe("磁盘使用率");
    expect(letters.fit("磁盘使用率", 20, 99)).toBe("磁盘使…");
    expect(letters.fit("😀😀😀😀", 20, 50)).toBe("😀😀…");
    expect(letters.fit("磁盘", 20, 5)).toBe("…");
  });
});
