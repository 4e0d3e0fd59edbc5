import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCardClick } from "../../../../../bot/dingtalk/stream/card-click.ts";
import { framed, frameOf } from "./payloads.ts";

const NOW = 1_790_000_001_000;
const read = (name: string, changed?: Readonly<Record<string, unknown>>) =>
  readCardClick(frameOf(name, changed), NOW);

describe("a press on a card", () => {
  test("is read through all its layers of JSON", () => {
    expect(read("click-params")).toEqual({
      id: "dingtalk:click/212b9d7c_165f_made",
      conversation: "dingtalk:cidMade0001==",
      card: "gengfu-k3f9-1",
      command: "ack k3f9",
      params: { action: "ack k3f9", id: "ack", count: "3" },
      at: 1_790_000_000_500,
      person: "dingtalk:16650698",
      corpId: "dingmadecorp",
    });
  });

  test.each([
    ["click-command", "silence k3f9 2h"],
    ["click-action-id", "ack k3f9"],
  ])("finds its command wherever the template puts it: %s", (name, command) => {
    expect(read(name)).toMatchObject({ command, conversation: "dingtalk:cidMade0001==" });
  });

  test.each([
    ["click-own-chat", {}, "dingtalk:user/16650698"],
    ["click-params", { spaceType: undefined, spaceId: "16650698" }, "dingtalk:user/16650698"],
    ["click-params", { spaceId: undefined }, "dingtalk:user/16650698"],
    ["click-params", { spaceType: undefined }, "dingtalk:cidMade0001=="],
    ["click-open-space", {}, "dingtalk:cidMade0001=="],
  ])("belongs to a conversation: %s %j", (name, changed, conversation) => {
    expect(read(name, changed)).toMatchObject({ conversation });
  });

  test("by somebody of whom only a unionId is known has no person", () => {
    expect(read("click-union-id")).not.toHaveProperty("person");
    expect(read("click-params", { userId: undefined })).not.toHaveProperty("person");
  });

  test("may have its content unwrapped already", () => {
    const content = { cardPrivateData: { actionIds: ["ack k3f9"] } };
    expect(read("click-params", { content })).toMatchObject({ command: "ack k3f9", params: {} });
  });

  test.each([
    ["outTrackId", { outTrackId: undefined }],
    ["content: no JSON", { content: "{" }],
    ["content: cardPrivateData", { content: "{}" }],
    ["no action", { content: '{"cardPrivateData":{"actionIds":[],"params":{"action":" "}}}' }],
    ["spaceId", { spaceId: undefined, userId: undefined }],
  ])("that lacks what is needed is malformed: %s", (why, changed) => {
    expect(read("click-params", changed)).toEqual({ malformed: expect.stringContaining(why) });
  });

  test("that cannot be answered is malformed", () => {
    expect(readCardClick({ ...frameOf("click-params"), headers: {} }, NOW)).toEqual({
      malformed: "headers.messageId",
    });
  });

  test("is read or refused, whatever it holds", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(typeof read("click-params", { content: json })).toBe("object");
        expect(typeof readCardClick(framed(json), NOW)).toBe("object");
      }),
      { numRuns: 100 },
    );
  });
});
