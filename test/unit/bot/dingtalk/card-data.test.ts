/** A card as the variables of a template: text all of them, within their limits, whatever the card says. */
import { describe, expect, it } from "vitest";
import { type CardTemplate, cardData, PUBLIC_TEMPLATE } from "../../../../bot/dingtalk/card-data.ts";
import { incident } from "./channel-bench.ts";

const bytes = (text: string): number => Buffer.byteLength(text);

interface MsgButtons {
  readonly msgButtons: readonly { readonly text: string; readonly color: string; readonly params: object }[];
}
const buttonsOf = (text: string | undefined): MsgButtons["msgButtons"] =>
  (JSON.parse(text ?? "") as MsgButtons).msgButtons;

describe("the data of a card", () => {
  it("fills every variable of the template and no other", () => {
    const data = cardData(incident, PUBLIC_TEMPLATE, "zh-CN");
    expect(Object.keys(data)).toEqual(Object.keys(PUBLIC_TEMPLATE.variables));
    expect(data).toMatchObject({
      title: "🔴 [严重] #12 磁盘满了",
      tips: "也可以 @我 说：认领 12 · 静默 12 1小时 · 详情 12",
    });
    expect(data["markdown"]).toContain("host=web-1");
  });

  it("has what else a template may want", () => {
    const template: CardTemplate = {
      id: "t.schema",
      variables: { a: "status", b: "severity", c: "incident", d: "summary" },
      maxBytes: 1_000,
    };
    const data = cardData(incident, template, "zh-CN");
    expect(data).toMatchObject({ a: "firing", b: "critical", c: "12" });
    expect(data["d"]).toMatch(/^\[严重\].*磁盘满了.*#12$/);
    expect(cardData({ kind: "text" }, template, "en")).toMatchObject({ a: "", b: "", c: "" });
  });

  it("has buttons that carry their line in every place in which it is looked for", () => {
    const buttons = buttonsOf(cardData(incident, PUBLIC_TEMPLATE, "zh-CN")["sys_full_json_obj"]);
    expect(buttons).toEqual([
      expect.objectContaining({ text: "认领", color: "blue", id: "ack", request: true }),
      expect.objectContaining({ text: "静默1小时", color: "gray", id: "silence" }),
      expect.objectContaining({ text: "详情", color: "gray", id: "show" }),
    ]);
    expect(buttons.map(({ params }) => params)).toEqual([
      { action: "ack 12", id: "ack" },
      { action: "silence 12 1h", id: "silence" },
      { action: "show 12", id: "show" },
    ]);
  });

  it("has no value above its limit, and buttons that are still JSON", () => {
    const actions = Array.from({ length: 9 }, (_, i) => ({
      id: `b${i}`,
      label: "很长的按钮".repeat(8),
      command: `silence ${"x".repeat(80)}`,
    }));
    const long = { ...incident, title: "磁盘🔥".repeat(500), text: '"\\\n'.repeat(2_000), actions };
    for (const maxBytes of [200, 1_000, 5_000]) {
      const data = cardData(long, { ...PUBLIC_TEMPLATE, maxBytes }, "zh-CN");
      for (const value of Object.values(data)) {
        expect(bytes(value)).toBeLessThanOrEqual(maxBytes);
        expect(() => encodeURIComponent(value)).not.toThrow();
      }
      expect(buttonsOf(data["sys_full_json_obj"]).length).toBeLessThanOrEqual(5);
    }
  });

  it("has an empty list of buttons where there is nothing to press", () => {
    const { actions: _, ...card } = incident;
    expect(buttonsOf(cardData(card, PUBLIC_TEMPLATE, "en")["sys_full_json_obj"])).toEqual([]);
  });
});
