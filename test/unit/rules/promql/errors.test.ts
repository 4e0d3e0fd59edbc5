/** What is refused in PromQL: the words and the place. */
import { describe, expect, it } from "vitest";
import { compile, compileRule } from "../../../../rules/promql/compile.ts";
import { evaluate } from "../../../../rules/promql/evaluate.ts";
import { PromqlError } from "../../../../rules/promql/promql-error.ts";
import { seriesOf } from "../../../support/series.ts";

function errorOf(work: () => unknown): PromqlError {
  try {
    work();
  } catch (error) {
    if (error instanceof PromqlError) return error;
    throw error;
  }
  throw new Error("no error at all");
}

/** The expression, what stands at the place of the error, and words of both messages. */
const REFUSED: readonly (readonly [expr: string, place: string, en: string, zh: string])[] = [
  ["", "", "is empty", "是空的"],
  ["   ", "   ", "is empty", "是空的"],
  ["foo(x)", "foo", "no function foo", "没有函数 foo"],
  ["avg_ovr_time(x[5m])", "avg_ovr_time", "did you mean avg_over_time?", "是不是 avg_over_time"],
  ["1 + RATE(x[5m])", "RATE", "did you mean rate?", "是不是 rate"],
  ["up == ", "", "not complete", "不完整"],
  ["up == 0 for 5m", "for", "unexpected for at character 9", "看不懂这里的 for"],
  ["a ＞ b", "＞", "unexpected ＞", "看不懂"],
  ["sum(x", "(", "( is never closed", "( 没有配对"],
  ['x{a="b', '"', '" is never closed', '" 没有配对'],
  ["x{a=b}", "b", "unexpected b", "看不懂"],
  ["x[5m:1m]", "x[5m:1m]", "subqueries are not supported yet", "还不支持子查询"],
  ["avg_over_time(x[5m:1m])", "x[5m:1m]", "subqueries are not supported", "子查询"],
  ["x @ 3", "x @ 3", "the @ modifier is not supported yet", "还不支持@ 修饰符"],
  [
    "histogram_fraction(0, 1, x)",
    "histogram_fraction",
    "histogram_fraction is not supported yet",
    "还不支持函数",
  ],
  ["limitk(2, x)", "limitk", "limitk is not supported yet", "还不支持聚合"],
  ["x > fill(0) y", "fill(0)", "fill modifier is not supported", "fill"],
  ["x[5m]", "x[5m]", "a range of samples is not a result", "avg_over_time"],
  ['"text"', '"text"', "a string is not a result", "文字"],
  ["rate(x)", "x", "give it a range such as [5m]", "请写上时间段"],
  ["abs(x[5m])", "x[5m]", "must be of type vector", "参数类型不对"],
  ["abs(x, 1)", "abs(x, 1)", "abs(vector) does not take 2 arguments", "参数个数不对"],
  ["clamp(x, 1)", "clamp(x, 1)", "clamp(vector, scalar, scalar)", "参数个数不对"],
  ["time(1)", "time(1)", "does not take 1 argument", "参数个数不对"],
  ["sum(1)", "1", "sum needs an instant vector, and this is a scalar", "需要一组序列"],
  ["sum(x, y)", "(x, y)", "sum takes 1 argument, and here are 2", "需要 1 个参数"],
  ["topk(x, y)", "x", "first argument of topk must be a scalar", "应当是数"],
  ["count_values(3, y)", "3", "must be a string", "应当是文字"],
  ["1 > 2", ">", "needs > bool", "> bool"],
  ["x + bool y", "bool", "bool may follow a comparison only", "bool 只能"],
  ["1 and x", "1", "must be instant vectors", "必须是一组序列"],
  ["x + on(a) 1", "on(a)", "between two instant vectors only", "两组序列之间"],
  ["x and on(a) group_left y", "group_left", "not possible with and", "不能用 group_left"],
  ["x * on(a) group_left(a) y", "(a)", "must not be in on and in group", "不能同时出现"],
  ["{}", "{}", "would select every series", "会选中所有序列"],
  ['{a=~".*"}', '{a=~".*"}', "would select every series", "会选中所有序列"],
  ['x{__name__="y"}', '__name__="y"', "given twice", "写了两次"],
  ['x{a=~"("}', '"("', "is not valid RE2", "正则表达式"],
  ['x{a="\\d"}', "\\d", "write the backslash twice", "反斜杠请写两个"],
  ['label_replace(x, "a", "", "b", "(")', '"("', "is not valid RE2", "无效"],
  ['label_replace(x, "", "", "b", "c")', '""', "needs a name", "不能为空"],
  ["x[0s]", "0s", "longer than 0", "必须大于 0"],
  ["(x) offset 5m", "(x) offset 5m", "must directly follow", "直接跟在"],
  ["x[5m * 2]", "5m * 2", "only a plain length of time", "时间长度"],
  ['"a" + x', '"a"', "needs a scalar or an instant vector", "需要数或一组序列"],
];

describe("refused", () => {
  it.each(REFUSED)("%s", (expr, place, en, zh) => {
    const error = errorOf(() => compile(expr));
    expect(error.message).toContain(en);
    expect(error.text.en).toBe(error.message);
    expect(error.text.zh).toContain(zh);
    expect(expr.slice(error.from, error.to)).toBe(place);
  });

  it("a rule whose result is a number", () => {
    expect(errorOf(() => compileRule("1 + time()")).message).toContain("vector(…)");
    expect(compile("1 + time()").type).toBe("scalar");
  });

  it("an expression that is too long or too deep", () => {
    expect(errorOf(() => compile(`x${" ".repeat(10_000)}`)).message).toContain("longer than");
    expect(errorOf(() => compile(`${"(".repeat(4_000)}x${")".repeat(4_000)}`)).message).toContain(
      "deeper than",
    );
    expect(errorOf(() => compile(`x${" + x".repeat(400)}`)).message).toContain("deeper than");
    expect(errorOf(() => compile(`x${" + x".repeat(2_000)}`)).message).toContain(
      "more than 1000 words and signs",
    );
    expect(errorOf(() => compile(`${"-".repeat(900)}1`)).message).toContain("deeper than");
    expect(compile(`x${" + x".repeat(250)}`).type).toBe("vector");
  });
});

describe("refused when evaluated", () => {
  const source = seriesOf({
    'a{host="1",disk="x"}': "1",
    'a{host="1",disk="y"}': "2",
    'b{host="1",disk="x"}': "1",
    'b{host="1",disk="y"}': "2",
    'c{host="1"}': "3",
  });
  it.each([
    ["a + on(host) b", "the right side of + has several series", "a + on(host) b"],
    ["a * on(host) c", "many-to-one needs group_left", "a * on(host) c"],
    ["c + ignoring(disk) a", "the right side of + has several series", "c + ignoring(disk) a"],
    [
      "c / on(host) group_right() a / on(host) c",
      "needs group_left",
      "c / on(host) group_right() a / on(host) c",
    ],
    ['abs({__name__=~"a|b"})', "two series with the same labels", 'abs({__name__=~"a|b"})'],
    ['-{host="1"}', "two series with the same labels", '-{host="1"}'],
    [
      'label_replace(a, "disk", "z", "disk", ".*")',
      "two series with the same labels",
      'label_replace(a, "disk", "z", "disk", ".*")',
    ],
    [
      'abs(label_replace(label_replace(a, "__name__", "$1", "disk", "(.*)"), "disk", "", "", ""))',
      "two series with the same labels",
      'abs(label_replace(label_replace(a, "__name__", "$1", "disk", "(.*)"), "disk", "", "", ""))',
    ],
    ["topk(NaN, a)", "NaN", "topk(NaN, a)"],
  ])("%s", (expr, words, place) => {
    const error = errorOf(() => evaluate(compile(expr), source, 1_000));
    expect(error.message).toContain(words);
    expect(expr.slice(error.from, error.to)).toBe(place);
  });

  it("but not what has different labels after all", () => {
    expect(evaluate(compile('abs({__name__=~"a|c"})'), source, 1_000)).toMatchObject({ type: "vector" });
  });
});
