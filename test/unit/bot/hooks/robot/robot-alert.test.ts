/** A robot's messages as alerts: severities that change, hooks with a severity of their own, texts without a title. */
import { describe, expect, test } from "vitest";
import type { Hook } from "../../../../../bot/hooks/hook.ts";
import { kindOf } from "../../../../../bot/hooks/index.ts";
import { hookOf, reading } from "../../../../support/hooks.ts";

function read(content: string, options: object = {}) {
  const hook: Hook = hookOf("wecom-robot", options);
  return kindOf(hook).read(JSON.stringify({ msgtype: "text", text: { content } }), hook, reading);
}

/** What a message says of each severity. */
function said(content: string, options: object = {}): string[] {
  return read(content, options).posted.map(
    ({ labels, endsAt }) => `${labels["severity"]} ${endsAt === undefined ? "fires" : "is over"}`,
  );
}

test("an end ends the alert whatever its severity was", () => {
  expect(said("[恢复] web1 磁盘")).toEqual(["warning is over", "info is over", "critical is over"]);
});

test("one that gets worse ends what it was before", () => {
  expect(said("[警告] web1 磁盘")).toEqual(["warning fires", "info is over", "critical is over"]);
  expect(said("[严重] web1 磁盘")).toEqual(["critical fires", "info is over", "warning is over"]);
});

test("all of them are one item, of which the first counts", () => {
  const { posted, places, refused } = read("[严重] web1 磁盘");
  expect([places, refused]).toEqual([[0, 0, 0], []]);
  expect(new Set(posted.map(({ labels }) => labels["alertname"]))).toEqual(new Set(["web1 磁盘"]));
});

test("a severity that the hook's labels set has no twins", () => {
  expect(said("[恢复] web1 磁盘", { labels: { severity: "critical" } })).toEqual(["critical is over"]);
});

test("the hook's severity is for messages that name none, the text may name one", () => {
  expect(said("web1 磁盘", { severity: "info" })[0]).toBe("info fires");
  expect(said("web1 磁盘", {})[0]).toBe("warning fires");
  expect(said("web1 磁盘\n级别：严重", { severity: "info" })[0]).toBe("critical fires");
});

describe("without a line that says what it is about", () => {
  test.each([
    ["告警通知", "告警通知"],
    ["@13800000000", "door"],
    ["![](http://img.example/1.png)", "door"],
  ])("%s", (content, alertname) => {
    const [first] = read(content).posted;
    expect(first?.labels).toMatchObject({ alertname, hook: "door" });
  });
});

test("a long text is cut, and a long title", () => {
  const [first] = read(`${"长".repeat(300)}\n${"x".repeat(20_000)}`).posted;
  expect(first?.labels["alertname"]).toHaveLength(120);
  expect(first?.annotations["description"]).toHaveLength(8_000);
});

test("an address that is no address any more, it is so long, is left out", () => {
  const long = `http://a.example/${"x".repeat(2_000)}`;
  const [first] = read(`x\n[one](${long}) [two](http://b.example/)`).posted;
  expect(first?.annotations["links"]).toBe("two: http://b.example/");
  expect(first?.generatorURL).toBe("http://b.example/");
});
