import { expect, test } from "vitest";
import { textWithin } from "../../../../../bot/dingtalk/stream/quoted.ts";

test("ids, codes and addresses are no text", () => {
  expect(
    textWithin({ downloadCode: "x", msgId: "y", url: "https://example.com", fileName: 3 }),
  ).toBeUndefined();
  expect(textWithin(undefined)).toBeUndefined();
});

test("JSON in a text is looked into, however often it is wrapped", () => {
  const wrapped = JSON.stringify({ content: JSON.stringify({ cardData: { title: "磁盘满了" } }) });
  expect(textWithin({ content: wrapped })).toBe("磁盘满了");
});

test("what looks like JSON and is none is text", () => {
  expect(textWithin({ content: "{web-1} is down" })).toBe("{web-1} is down");
});

test("a message without end is read up to a point", () => {
  let deep: unknown = { text: "at the bottom" };
  for (let i = 0; i < 5_000; i++) deep = { content: deep };
  expect(textWithin(deep)).toBeUndefined();
  const wide = Array.from({ length: 100_000 }, (_, i) => ({ text: `line ${i}` }));
  expect(textWithin(wide)?.length).toBeLessThan(5_000);
  expect(textWithin({ text: "长".repeat(50_000) })).toHaveLength(2_000);
});
