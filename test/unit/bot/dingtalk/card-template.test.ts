/** The card template that people import: it can be read, and it and the program speak of the same variables and buttons. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CARD_PARTS, cardData } from "../../../../bot/dingtalk/card-data.ts";
import { dingTalkSchema, templateOf } from "../../../../bot/dingtalk/config.ts";
import { BUTTONS, cardTemplateText } from "../../../support/dingtalk-card-template.ts";
import { incident } from "./channel-bench.ts";

const PATH = new URL("../../../../docs/dingtalk/card-template.json", import.meta.url);
const own = templateOf(dingTalkSchema.parse({}), "own.schema");

interface Node {
  readonly props: object;
  readonly children?: readonly Node[];
}

describe("docs/dingtalk/card-template.json", () => {
  const text = (): string => readFileSync(PATH, "utf8");
  const file = (): Record<string, string> => JSON.parse(text()) as Record<string, string>;
  const editor = () =>
    JSON.parse(file()["editorData"] ?? "") as {
      readonly schema: { readonly componentsTree: readonly Node[] };
      readonly variableList: readonly { readonly name: string; readonly private: boolean }[];
      readonly mockData: { readonly cardData: object };
    };

  it("is what its maker makes", async () => {
    await expect(cardTemplateText()).toMatchFileSnapshot(PATH.pathname);
  });

  it("has what the card editor exports", () => {
    expect(Object.keys(file())).toEqual(["editorData", "widgetInfo", "type", "mode"]);
    expect(file()).toMatchObject({ type: "standard", mode: "card" });
  });

  it("has the variables that are filled, each of which stands somewhere on the card", () => {
    const names = editor().variableList.map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(own.variables).sort());
    expect(Object.keys(editor().mockData.cardData).sort()).toEqual([...names].sort());
    const tree = JSON.stringify(editor().schema.componentsTree);
    const used = [...tree.matchAll(/"variable":"(\w+)"|\$\{(\w+)\}/g)].map(([, a, b]) => a ?? b ?? "");
    expect([...new Set(used)].sort()).toEqual([...names].sort());
  });

  it("has buttons that are sent back to the robot, by the names that the program knows", () => {
    const nodes = (list: readonly Node[]): readonly Node[] =>
      list.flatMap((node) => [node, ...nodes(node.children ?? [])]);
    const buttons = nodes(editor().schema.componentsTree).flatMap(({ props }) =>
      "buttons" in props ? (props.buttons as readonly { id: string; actionType: string }[]) : [],
    );
    expect(buttons.map(({ id }) => id)).toEqual(BUTTONS.map(({ id }) => id));
    expect(new Set(buttons.map(({ actionType }) => actionType))).toEqual(new Set(["request"]));
    for (const { id } of buttons) expect(CARD_PARTS).toContain(id);
  });
});

describe("a template of one's own", () => {
  it("is told which buttons a card has", () => {
    expect(cardData(incident, own, "zh-CN")).toMatchObject({
      ack: "true",
      silence: "true",
      show: "true",
      unack: "false",
      unsilence: "false",
    });
  });
});
