import { expect, test } from "vitest";
import {
  explainReason,
  LookFailed,
  type ReasonCode,
  reasonOf,
  reasonText,
} from "../../../monitors/reason.ts";

test.each(Object.keys(reasonText) as ReasonCode[])("%s is said in Chinese and in English", (code) => {
  const { zh, en } = explainReason({ code, detail: "port 1" });
  expect(zh).toMatch(/^[\p{Script=Han}A-Z ，]+（port 1）$/u);
  expect(en).toMatch(/^[\x20-\x7e]+ \(port 1\)$/);
});

test("words of the reason's own go before those of its code", () => {
  const text = { zh: "不行", en: "no" };
  expect(explainReason({ code: "error", detail: "x", text })).toBe(text);
});

test("whatever is thrown has a reason, of bounded length", () => {
  expect(reasonOf(new LookFailed({ code: "dns", detail: "x" }))).toEqual({ code: "dns", detail: "x" });
  expect(reasonOf(new RangeError("odd"))).toEqual({ code: "error", detail: "odd" });
  expect(reasonOf(new Error())).toEqual({ code: "error", detail: "Error" });
  expect(reasonOf("just text")).toEqual({ code: "error", detail: "just text" });
  expect(reasonOf(undefined)).toEqual({ code: "error", detail: "undefined" });
  expect(reasonOf(new Error("x".repeat(10_000))).detail).toHaveLength(300);
});
