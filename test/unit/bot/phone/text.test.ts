import { describe, expect, it, test } from "vitest";
import { linePartsOf } from "../../../../bot/chat/card-lines.ts";
import { messagesIn, type SmsOptions, smsText } from "../../../../bot/phone/text.ts";
import { spoken, variable } from "../../../../bot/phone/variables.ts";
import { card } from "./bench.ts";

test.each([
  ["", 1],
  ["a".repeat(160), 1],
  ["a".repeat(161), 2],
  ["a".repeat(306), 2],
  ["a".repeat(307), 3],
  // What the extension has takes two places, and is not divided.
  ["[".repeat(80), 1],
  ["[".repeat(81), 2],
  [`${"[".repeat(152)}`, 2],
  [`${"[".repeat(153)}`, 3],
  ["更".repeat(70), 1],
  ["更".repeat(71), 2],
  ["更".repeat(134), 2],
  ["更".repeat(135), 3],
  // One letter that is not of the alphabet makes all of them the other kind.
  [`${"a".repeat(70)}更`, 2],
  ["🔥".repeat(35), 1],
  ["🔥".repeat(36), 2],
  // A pair is not divided: 33 of them in each.
  ["🔥".repeat(66), 2],
  ["🔥".repeat(67), 3],
])("%# is so many messages", (text, count) => {
  expect(messagesIn(text)).toBe(count);
});

const options: SmsOptions = { locale: "zh-CN", parts: 1, sign: "", more: 0, asks: true, links: false };

describe("a short message", () => {
  const said = (about: object = {}, more: Partial<SmsOptions> = {}): string =>
    smsText(linePartsOf({ ...card, ...about }, more.locale ?? "zh-CN"), { ...options, ...more });

  it("says the decisive words first", () => {
    expect(said()).toBe("[严重] #12 web-1 CPU 97% 请回群认领");
    expect(said({}, { more: 5 })).toBe("[严重] #12 web-1 CPU 97% 另有 5 条告警 请回群认领");
    expect(said({}, { locale: "en", more: 5 })).toBe("[Critical] #12 web-1 CPU 97% +5 more ack in the group");
    expect(said({ status: "resolved" }, { asks: false })).toBe("[恢复] #12 web-1 CPU");
  });

  it("stays within what it may become, whatever a machine wrote", () => {
    for (const unit of ["订单支付超时 ", "order-service.timeout ", "🔥 "])
      for (let length = 1; length < 40; length++)
        for (const parts of [1, 2]) {
          const text = said({ title: `#12 ${unit.repeat(length)}` }, { parts, more: 3, sign: "【更夫】" });
          expect(messagesIn(text)).toBeLessThanOrEqual(parts);
          expect(text).toMatch(/^【更夫】\[严重\] #12 /);
          expect(text).toContain("另有 3 条告警");
          expect(text).toContain("97%");
          expect(() => encodeURIComponent(text)).not.toThrow();
        }
  });

  it("leads nobody to a link, unless the file wants it", () => {
    const title = "#12 see https://evil.example/x now";
    expect(said({ title })).toBe("[严重] #12 web-1 see now 97% 请回群认领");
    expect(said({ title }, { links: true })).toContain("https://evil.example/x");
  });
});

test.each([
  ["web-1 CPU", 35, "web-1 CPU"],
  ["db.shop.example 满了", 35, "db-shop-example 满了"],
  ["10.0.0.5:3306", 35, "10-0-0-5:3306"],
  ["97.5%", 35, "97.5%"],
  ["看 https://a.example/b?c=1 处", 35, "看 处"],
  ["【更夫】[x] {y} ★", 35, "更夫 x y"],
  ["磁盘空间不足请马上处理一下好吗", 12, "磁盘空间不足请马上处理一"],
  ["🔥🔥", 12, "-"],
  ["", 12, "-"],
])("%s of at most %i is %s", (text, most, clean) => {
  expect(variable(text, most)).toBe(clean);
});

test.each([
  ["97.5%", "百分之97.5"],
  ["1.5 GiB", "1.5 G"],
  ["350 ms", "350 毫秒"],
  ["12 MiB/s", "12 兆 每秒"],
  ["web-1_disk", "web 1 disk"],
  ["-3 °C", "-3 摄氏度"],
])("%s is spoken as %s", (text, said) => {
  expect(spoken(text, "zh-CN").replace(/兆每秒/, "兆 每秒")).toBe(said);
});
