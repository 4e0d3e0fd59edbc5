/** The letters that pictures are written with. */
import { describe, expect, it } from "vitest";
import { loadGlyphs } from "../../../../bot/pictures/glyphs.ts";
import { lettersOf } from "../../../../bot/pictures/text.ts";

describe("letters", () => {
  it("has every character of GB 2312, and all that our own words and units use", async () => {
    const glyphs = await loadGlyphs();
    const decoder = new TextDecoder("gb2312");
    const missing: string[] = [];
    for (let high = 0xb0; high <= 0xf7; high++)
      for (let low = 0xa1; low <= 0xfe; low++) {
        const character = decoder.decode(Uint8Array.of(high, low));
        // Five places of the last row of the first level are empty there.
        if (/^\p{Script=Han}$/u.test(character) && glyphs.find(character.codePointAt(0) ?? 0) === undefined)
          missing.push(character);
      }
    expect(missing).toEqual([]);
    for (const character of '最后最低平均最高阈值共条画出毫秒天小时分正常异常没有数值（）→…%°∞ -+./:#{}="_µ')
      expect(glyphs.find(character.codePointAt(0) ?? 0), character).toBeDefined();
  });

  it("does not know what is rare, and leaves room for a box", async () => {
    const letters = lettersOf(await loadGlyphs());
    expect((await loadGlyphs()).find(0x9f98)).toBeUndefined();
    expect(letters.width("龘", 100)).toBeCloseTo(70);
    expect(letters.width("盘", 100)).toBe(100);
  });

  it("cuts a text where it ends, between whole characters", async () => {
    const letters = lettersOf(await loadGlyphs());
    expect(letters.fit("磁盘使用率", 20, 100)).toBe("磁盘使用率");
    expect(letters.fit("磁盘使用率", 20, 99)).toBe("磁盘使…");
    expect(letters.fit("😀😀😀😀", 20, 50)).toBe("😀😀…");
    expect(letters.fit("磁盘", 20, 5)).toBe("…");
  });
});
