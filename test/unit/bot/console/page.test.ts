/** The parts of the page that need no browser: the event parser, the waits between tries, the recalled lines. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recall } from "../../../../bot/console/page/recall.ts";
import { backOff, eventParser } from "../../../../bot/console/page/sse.ts";

describe("the event parser", () => {
  test("takes names, ids, several data lines, and passes comments over", () => {
    const parse = eventParser();
    expect(
      parse(": hello\nretry: 2000\n\nevent: board\ndata: {}\n\nid: 7\ndata: a\ndata: b\r\n\r\ndata:c"),
    ).toEqual([
      { event: "board", data: "{}" },
      { event: "message", data: "a\nb", id: "7" },
    ]);
    expect(parse("\n\n")).toEqual([{ event: "message", data: "c" }]);
  });

  test("gives the same events however the text is cut", () => {
    const text =
      'event: message\nid: 1\ndata: {"text":"你好 😀"}\n\n: beat\n\nevent: board\ndata: {"at":1}\n\n';
    const whole = eventParser()(text);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const parse = eventParser();
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).flatMap((end, i) => parse(text.slice(places[i], end)));
        expect(pieces).toEqual(whole);
      }),
    );
  });
});

test("waits double from half a second to fifteen, never in step with others", () => {
  const middle = (n: number): number => backOff(n, () => 0.5);
  expect([1, 2, 3, 6, 50].map(middle)).toEqual([500, 1_000, 2_000, 15_000, 15_000]);
  expect([backOff(1, () => 0), backOff(1, () => 1)]).toEqual([375, 625]);
});

describe("recalled lines", () => {
  test("go back and forth, and bring back what was being typed", () => {
    const said = recall(["一", "二"]);
    expect(said.earlier("三，没写完")).toBe("二");
    expect(said.earlier("二")).toBe("一");
    expect(said.earlier("一")).toBeUndefined();
    expect([said.later(), said.later(), said.later()]).toEqual(["二", "三，没写完", undefined]);
  });

  test("a line said again moves to the end, and only a hundred are kept", () => {
    const said = recall(Array.from({ length: 150 }, (_, i) => String(i)));
    said.add("60");
    expect(said.lines).toHaveLength(100);
    expect(said.lines.at(-1)).toBe("60");
    expect(said.lines[0]).toBe("50");
    expect(said.earlier("")).toBe("60");
  });
});
