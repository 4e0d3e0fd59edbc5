/** The card of an incident as WeCom takes it: its required fields, its limits, and what did not fit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Drawn, incidentOfTask, plainText, taskIdOf, templateCard } from "../../../../bot/wecom/card.ts";
import { BOT_CARDS, problemWith } from "../../../support/wecom/card-check.ts";

const base: Card = {
  kind: "incident",
  title: "#12 CPU 使用率",
  severity: "critical",
  status: "firing",
  incident: 12,
  text: "- host\\=db\\-1 — 97%\n- host\\=db\\-2 — 93%",
  fields: [
    { name: "内容", value: "cpu_usage > 90" },
    { name: "开始", value: "11-25 14:03" },
  ],
  actions: [
    { id: "ack", label: "认领", command: "ack 12" },
    { id: "silence", label: "静默1小时", command: "silence 12 1h" },
  ],
};

const drawn = (more: Partial<Card> = {}) =>
  templateCard({ ...base, ...more }, { taskId: "incident-12-a-b", locale: "zh-CN" });

describe("the card of an incident", () => {
  it("says how bad it is, what it is, where, and what can be done", () => {
    expect(drawn()).toEqual({
      card: {
        card_type: "button_interaction",
        source: { desc: "严重", desc_color: 2 },
        main_title: { title: "🔴 #12 CPU 使用率" },
        sub_title_text: "· host=db-1 — 97%\n· host=db-2 — 93%",
        horizontal_content_list: [
          { keyname: "内容", value: "cpu_usage > 90" },
          { keyname: "开始", value: "11-25 14:03" },
        ],
        button_list: [
          { text: "认领", style: 1, key: "ack 12" },
          { text: "静默1小时", style: 2, key: "silence 12 1h" },
        ],
        task_id: "incident-12-a-b",
      },
      isCut: false,
    });
  });

  it.each([
    ["resolved", "✅ #12 CPU 使用率", "恢复", 3],
    ["acknowledged", "🙋 #12 CPU 使用率", "已认领", 0],
    ["flapping", "🔁 #12 CPU 使用率", "抖动", 2],
  ] as const)("that is %s says so in its colour", (status, title, desc, color) => {
    expect(drawn({ status })?.card).toMatchObject({
      main_title: { title },
      source: { desc, desc_color: color },
    });
  });

  it("speaks English, too", () => {
    const made = templateCard(base, { taskId: "t", locale: "en", mayBeRepeat: true });
    expect(made?.card).toMatchObject({
      source: { desc: "Critical" },
      main_title: { desc: "may be a repeat" },
    });
  });

  it("puts what is too long for the list into the text", () => {
    const value = "磁盘 /data 在 30 分钟内会写满，请先清理 /data/tmp 再扩容";
    const card = drawn({ text: "", fields: [{ name: "说明", value }, ...(base.fields ?? [])] })?.card;
    expect(card?.["sub_title_text"]).toBe(`说明：${value}`);
    expect(card?.["horizontal_content_list"]).toHaveLength(2);
  });

  it("cuts a long story rather than the place", () => {
    const fields = [
      { name: "内容", value: "磁盘会写满，请先清理再扩容。".repeat(10) },
      { name: "位置", value: "instance=db-1.shop.example:9100, mount=/var/lib/postgresql/data" },
    ];
    const made = drawn({ text: "", fields });
    const [first, second] = String(made?.card["sub_title_text"]).split("\n");
    expect(first).toBe("位置：instance=db-1.shop.example:9100, mount=/var/lib/postgresql/data");
    expect(second?.endsWith("…")).toBe(true);
    expect(made?.isCut).toBe(true);
  });

  it("shows six fields in the list, and the others in the text", () => {
    const fields = Array.from({ length: 9 }, (_, i) => ({ name: `n${i}`, value: `v${i}` }));
    const card = drawn({ text: "", fields })?.card;
    expect(card?.["horizontal_content_list"]).toHaveLength(6);
    expect(card?.["sub_title_text"]).toBe("n6：v6\nn7：v7\nn8：v8");
  });

  it("cuts what does not fit, and says that it did", () => {
    expect(drawn({ text: "很长".repeat(100) })?.isCut).toBe(true);
    expect(drawn({ title: "长".repeat(100) })?.isCut).toBe(true);
    const { title } = (drawn({ title: "🔥".repeat(100) }) as Drawn).card["main_title"] as { title: string };
    expect(title.endsWith("…")).toBe(true);
    expect(() => encodeURIComponent(title)).not.toThrow();
  });

  it("has at most six buttons, and says that there are more", () => {
    const actions = Array.from({ length: 8 }, (_, i) => ({ id: `a${i}`, label: `L${i}`, command: `c ${i}` }));
    const made = drawn({ actions });
    expect(made?.card["button_list"]).toHaveLength(6);
    expect(made?.isCut).toBe(true);
  });

  it("has no button for a command that is longer than a key, or that another button says already", () => {
    const actions = [
      { id: "long", label: "长", command: "字".repeat(342) },
      { id: "ack", label: "认领", command: "ack 12" },
      { id: "again", label: "再来", command: "ack 12" },
    ];
    expect(drawn({ actions })?.card["button_list"]).toEqual([{ text: "认领", style: 1, key: "ack 12" }]);
    expect(drawn({ actions: [{ id: "fits", label: "好", command: "字".repeat(341) }] })).toBeDefined();
  });

  it("without a button is no such card", () => {
    expect(drawn({ actions: [] })).toBeUndefined();
  });

  it("is one that WeCom takes, whatever is on it", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 }).map((one) => one.repeat(1 + one.length));
    const card = fc.record({
      kind: fc.constant("incident" as const),
      title: text,
      text,
      fields: fc.array(fc.record({ name: text, value: text }), { maxLength: 12 }),
      actions: fc.array(fc.record({ id: text, label: text, command: text }), {
        maxLength: 10,
      }),
    });
    fc.assert(
      fc.property(card, (one) => {
        const made = templateCard(one, { taskId: "incident-1-a-b", locale: "zh-CN" });
        if (made !== undefined) expect(problemWith(made.card, BOT_CARDS)).toBeUndefined();
      }),
    );
  });
});

describe("the id of a card", () => {
  it("names its incident, and is new every time", () => {
    const ids = [1, 2, 3].map((i) => taskIdOf(base, 1_795_405_000_000 + (i >> 1), i / 10));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9A-Za-z_@-]{1,128}$/);
      expect(incidentOfTask(id)).toBe(12);
    }
    expect(incidentOfTask(taskIdOf({ kind: "reply" }, 0, 0.5))).toBeUndefined();
    expect(incidentOfTask("alert_1_2")).toBeUndefined();
  });
});

it("plain text has no markup left", () => {
  const text = "## 更夫\n\n- `告警` 查看\n- **帮助**\n\nhost\\_a \\*x\\*";
  expect(plainText({ kind: "reply", title: "你好", text })).toBe(
    "你好\n更夫\n· 告警 查看\n· 帮助\nhost_a *x*",
  );
});
