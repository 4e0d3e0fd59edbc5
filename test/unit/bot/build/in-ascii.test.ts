import { describe, expect, test } from "vitest";
import { escaped, withoutRawTemplates } from "../../../../bot/build/in-ascii.ts";

/** What an expression is once it has been through the bundle. */
const through = (code: string): unknown =>
  new Function(`const who = "更夫"; return ${escaped(withoutRawTemplates(`(${code})`))};`)();

describe("a script in ASCII means the same", () => {
  test.each([
    ['"磁盘已满"', "磁盘已满"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    ["`磁盘 ${who}：已满`", "磁盘 更夫：已满"],
    ["{ 名: 1 }.名", 1],
    ['"🔥"', "🔥"],
    ["/^[（(]🔥+[）)]$/u.test('（🔥🔥）')", true],
    ["/[^\\x00-\\xff]/.test('é')", false],
    [String.raw`"C:\\中文"`, "C:\\中文"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    ["String.raw`\\d+元${who}\\n${1 + 1}`", "\\d+元更夫\\n2"],
    ["[String.raw`甲\\a`, `乙`, String.raw`丙\\b`].join() + String.raw`丁`", "甲\\a,乙,丙\\b丁"],
    ["String.raw`plain`", "plain"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    ["String.raw`外\\1${String.raw`内\\2${who}` + '，'}尾\\3${(0, 4)}`", "外\\1内\\2更夫，尾\\34"],
  ])("%s", (code, meant) => {
    expect(escaped(withoutRawTemplates(`(${code})`))).toMatch(/^[\0-\x7f]*$/);
    expect(through(code)).toEqual(meant);
  });

  test("a backslash before a letter that needs none would mean another: refused", () => {
    expect(() => escaped("/\\（/")).toThrow("a backslash before （");
  });
});
