import { expect, test } from "vitest";
import { normalize } from "../../../../commands/language/normalize.ts";
import { tokenize } from "../../../../commands/language/tokenize.ts";

test.each([
  ["", []],
  ["   ", []],
  ["ack 12 30m", ["ack", "12", "30m"]],
  ["认领　12", ["认领", "12"]],
  ["silence １２ ２小时 发布中", ["silence", "12", "2小时", "发布中"]],
  ['silence host=~"web.*" 2h', ["silence", 'host=~"web.*"', "2h"]],
  ['silence host=~"web .*" 2h', ["silence", 'host=~"web .*"', "2h"]],
  ["silence host=~“web .*” 2h", ["silence", 'host=~"web .*"', "2h"]],
  ["silence {a=\"b c\",d!='e f'} 2h", ["silence", "{a=\"b c\",d!='e f'}", "2h"]],
  ['silence "two words" 2h', ["silence", "two words", "2h"]],
  ['"a \\"b\\" c"', ['a "b" c']],
  ['"web\\d+"', ["web\\d+"]],
  [
    "monitor add http --url http://x.example/y?a=1&b=2#c,d",
    ["monitor", "add", "http", "--url", "http://x.example/y?a=1&b=2#c,d"],
  ],
  ["https://x.example:8443/a(b)/c;d?e=f:g", ["https://x.example:8443/a(b)/c;d?e=f:g"]],
  ["——url https://x.example", ["--url", "https://x.example"]],
  ["18:00 09:30:00 2026-11-25T18:00:00Z", ["18:00", "09:30:00", "2026-11-25T18:00:00Z"]],
  ["１８：００", ["18:00"]],
  ["don't stop", ["don't", "stop"]],
  ['5" disk', ['5"', "disk"]],
  ['say "unbalanced quote', ["say", '"unbalanced', "quote"]],
  ["say 'single one", ["say", "'single", "one"]],
  ['"a"b c', ['"a"b', "c"]],
  ['"my rule": up == 0', ['"my rule":', "up", "==", "0"]],
  ["`back tick` x", ["back tick", "x"]],
  ['""', [""]],
  ["a\tb\nc", ["a", "b", "c"]],
  ["规则“磁盘 满”", ['规则"磁盘 满"']],
])("%s", (line, words) => {
  expect(tokenize(normalize(line)).map(({ text }) => text)).toEqual(words);
});

test("says where each word stands and whether it was quoted", () => {
  expect(tokenize('a "b c" d="e f"')).toEqual([
    { text: "a", from: 0, to: 1, quoted: false },
    { text: "b c", from: 2, to: 7, quoted: true },
    { text: 'd="e f"', from: 8, to: 15, quoted: false },
  ]);
});

test("words are disjoint, in order, and hold everything that is no space", () => {
  for (const line of ['a "b', `"'\`"'\`" '`, '"\\"', '\\\\ " \\', '= " = " = "']) {
    let end = 0;
    for (const { from, to } of tokenize(line)) {
      expect(from).toBeGreaterThanOrEqual(end);
      expect(line.slice(end, from).trim()).toBe("");
      end = to;
    }
    expect(line.slice(end).trim()).toBe("");
  }
});
