import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLines } from "../../../../monitors/log/decode.ts";
import { createJoiner } from "../../../../monitors/log/entries.ts";
import { levelOf } from "../../../../monitors/log/level.ts";
import { foldCase, requiredLiterals } from "../../../../monitors/log/required.ts";
import { signatureOf } from "../../../../monitors/log/signature.ts";
import { openTemplates } from "../../../../monitors/log/templates.ts";
import { shapeOf } from "../../../../monitors/log/words.ts";
import { masked } from "../../../../storage/mask.ts";
import { compileSearch } from "../../../../storage/regex.ts";

describe("levels", () => {
  test.each([
    ["2026-11-28 12:00:00,123 ERROR [main] c.s.Order - no stock", "error"],
    ["2026-11-28 12:00:00.123  WARN 1 --- [nio-8080] o.a.c.Error : slow", "warning"],
    ['{"level":"info","msg":"ERROR count is 0"}', "info"],
    ['{"level":50,"time":1764331200000,"msg":"boom"}', "error"],
    ['{"level":30,"time":1764331200000,"msg":"fine"}', "info"],
    ['{"time":"x","severity":"CRITICAL","message":"down"}', "critical"],
    ["time=2026-11-28T12:00:00Z level=warn msg=slow", "warning"],
    ["E1128 12:00:00.000000       1 server.go:12] failed", "error"],
    ["I1128 12:00:00.000000       1 server.go:12] no error here", "info"],
    ["2026/11/28 12:00:00 [error] 123#0: *1 open() failed", "error"],
    ["2026/11/28 12:00:00 [emerg] 1#0: bind() failed", "critical"],
    ["[Sat Nov 28 12:00:00 2026] [core:warn] [pid 1] x", "unknown"],
    ["error: cannot open file", "error"],
    ["fatal: not a git repository", "critical"],
    ["panic: runtime error: index out of range", "critical"],
    ["2026-11-28 12:00:00 【错误】 订单服务连接失败", "error"],
    ["警告：磁盘快满了", "warning"],
    ["java.lang.NullPointerException: x", "error"],
    ["Traceback (most recent call last):", "error"],
    ['127.0.0.1 - - [28/Nov/2026:12:00:00 +0800] "GET /error HTTP/1.1" 200 1', "unknown"],
    ["12:00:00 DBG cache miss", "debug"],
    ["TRACE enter", "trace"],
    ["ERRORS_TOTAL=0 all well", "unknown"],
    ["", "unknown"],
  ] as const)("%s is %s", (line, level) => {
    expect(levelOf(line)).toBe(level);
  });
});

describe("entries", () => {
  function join(lines: readonly string[], multiline = "auto"): string[] {
    const entries: string[] = [];
    const joiner = createJoiner(multiline, (entry) => entries.push(entry));
    for (const line of lines) joiner.line(line);
    joiner.flush();
    return entries;
  }

  const java = [
    "2026-11-28 12:00:00 ERROR [main] order failed",
    "java.lang.IllegalStateException: no stock",
    "\tat com.shop.Order.place(Order.java:42)",
    "\t... 3 more",
    "Caused by: java.io.IOException: reset",
    "\tat com.shop.Net.read(Net.java:7)",
  ];
  const python = [
    "2026-11-28 12:00:00 ERROR order failed",
    "Traceback (most recent call last):",
    '  File "/app/order.py", line 42, in place',
    "    raise ValueError(x)",
    "ValueError: no stock",
  ];
  const node = ["Error: boom", "    at place (/app/order.js:42:7)", "    at async main (/app/index.js:1:1)"];
  const go = [
    "panic: runtime error",
    "",
    "goroutine 1 [running]:",
    "main.place(0x1)",
    "\t/app/main.go:42 +0x1d",
  ];

  test.each([
    ["Java", java],
    ["Python", python],
    ["Node", node],
  ])("a stack trace of %s is one entry", (_, trace) => {
    const next = "2026-11-28 12:00:01 INFO next";
    expect(join([...trace, next, ...trace])).toEqual([trace.join("\n"), next, trace.join("\n")]);
  });

  test("a panic of Go keeps its beginning together", () => {
    expect(join(go)[0]).toBe(go.slice(0, 3).join("\n"));
  });

  test("a program that dies after an ordinary line is an entry of its own", () => {
    const [started = "", ...death] = ["12:00:00 INFO started", ...python.slice(1)];
    expect(join([started, ...death])).toEqual([started, death.join("\n")]);
  });

  test("errors that are written one a line stay apart", () => {
    const lines = ["OutOfMemoryError: a", "OutOfMemoryError: b", "OutOfMemoryError: c"];
    expect(join(lines)).toEqual(lines);
  });

  test("by an expression that the first line matches", () => {
    const lines = ["[1] a", "more", "[2] b", "[3] c", "x", "y"];
    expect(join(lines, "^\\[\\d")).toEqual(["[1] a\nmore", "[2] b", "[3] c\nx\ny"]);
  });

  test("off: every line is one, and empty ones are none", () => {
    expect(join(["a", "  b", "", "c"], "off")).toEqual(["a", "  b", "c"]);
  });

  test("an entry that never ends is cut into several, and no line is lost", () => {
    const lines = ["begin", ...Array.from({ length: 2_000 }, (_, i) => ` ${i}`)];
    const entries = join(lines);
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.join("\n")).toBe(lines.join("\n"));
  });
});

describe("encodings", () => {
  // 中文 and 联通 in GB18030; the latter is infamous for looking like UTF-8.
  const chinese = Buffer.from([0xd6, 0xd0, 0xce, 0xc4]);

  test("both are told apart line by line, and the number of lines is that of the newlines", () => {
    const bytes = Buffer.concat([
      Buffer.from("\ufeff错误 一\r\n"),
      chinese,
      Buffer.from("\n"),
      Buffer.from([0x45, 0xff, 0x45, 0x0a]),
      Buffer.from("plain\n\n"),
    ]);
    expect(decodeLines(bytes, "auto").map((line) => line.replace("\ufeff", ""))).toEqual([
      "错误 一",
      "中文",
      "E\ufffdE",
      "plain",
      "",
    ]);
  });

  test("GB18030 where it is said, with four-byte characters", () => {
    const bytes = Buffer.concat([
      chinese,
      Buffer.from([0x81, 0x30, 0x81, 0x30, 0x0a]),
      chinese,
      Buffer.from("\n"),
    ]);
    expect(decodeLines(bytes, "gb18030")).toEqual(["中文\u0080", "中文"]);
  });

  test("whatever the bytes are, there is a line for each newline", () => {
    const sometimes = fc.array(fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 255 })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(sometimes, fc.constantFrom("auto", "utf-8", "gb18030"), (some, encoding) => {
        const bytes = Buffer.from([...some, 10]);
        expect(decodeLines(bytes, encoding)).toHaveLength(bytes.filter((byte) => byte === 10).length);
      }),
    );
  });
});

describe("required literals", () => {
  test.each([
    ["OutOfMemory", ["OutOfMemory"]],
    ["timeout after (?P<ms>\\d+)ms", ["timeout after "]],
    ["ERROR.*timeout", ["timeout"]],
    ["connection (?:refused|reset)", ["connection "]],
    ["(?:refused|reset)", ["refused", "reset"]],
    ["(a|bc)+xyz?", ["xy"]],
    ["\\bpanic\\b", ["panic"]],
    ["[Ee]rror code", ["rror code"]],
    ["a\\.b\\[c", ["a.b[c"]],
    ["x{3}yy", ["yy"]],
    ["错误(码)?", ["错误"]],
  ])("%s needs one of %j", (pattern, any) => {
    expect(requiredLiterals(pattern)).toEqual({ any, fold: false });
  });

  test.each(["\\d+", ".*", "a*", "(foo|\\d)", "(?:x)?", "", "[abc]", "(?i)Σ"])(
    "%s needs nothing",
    (pattern) => {
      expect(requiredLiterals(pattern)).toBeUndefined();
    },
  );

  test("whatever case an expression ignores, no match is lost", () => {
    expect(requiredLiterals("(?i)Deadlock|LOCK wait")).toEqual({
      any: ["deadlock", "lock wait"],
      fold: true,
    });
    for (const text of ["diſk", "DISK", "dis\u212a"]) expect(foldCase(text)).toContain("disk");
  });

  test("a text that an expression matches contains what it needs", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      "ab",
      "\\.",
      ".",
      "\\d",
      "[ab]",
      "[^a]",
      "^",
      "$",
      "\\b",
      "(?i)a",
      "k",
      "K",
      "ſ",
    );
    const pattern = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie("node"), tie("node")).map(([a, b]) => `${a}${b}`),
        fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{0,1}", "+?"))
          .map(([a, q]) => `(${a})${q}`),
      ),
    })).node as fc.Arbitrary<string>;
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "A", "B", ".", "1", "k", "K", "\u212a", "ſ", "s", "\n"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 20 }), (pattern, texts) => {
        const required = requiredLiterals(pattern);
        if (required === undefined) return;
        const matches = compileSearch(pattern);
        for (const text of texts) {
          if (!matches(text)) continue;
          const seen = required.fold ? foldCase(text) : text;
          expect(
            required.any.some((literal) => seen.includes(literal)),
            `${pattern} on ${text}`,
          ).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("secrets", () => {
  test.each([
    ["password=hunter2 ok", "password=*** ok"],
    ['{"password": "hunter 2", "a": 1}', '{"password": ***, "a": 1}'],
    ["db_passwd: hunter2", "db_passwd: ***"],
    ["Authorization: Bearer abc.def-ghi next", "Authorization: *** next"],
    ['"authorization":"Basic dXNlcjpwYXNz"', '"authorization":"***"'],
    ["got Bearer abcdefghijkl", "got Bearer ***"],
    ["GET /x?access_token=abc123&y=1", "GET /x?access_token=***&y=1"],
    ["postgres://shop:hunter2@db:5432/shop", "postgres://shop:***@db:5432/shop"],
    ["Cookie: sid=1; token=2", "Cookie: ***"],
    ["密码：一二三四 登录", "密码：*** 登录"],
    ["key AKIAABCDEFGHIJKLMNOP used", "key *** used"],
    ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "jwt ***"],
    ["nothing to hide", "nothing to hide"],
  ])("%s", (line, shown) => {
    expect(masked(line)).toBe(shown);
  });

  test("a long line is cut", () => {
    expect(masked("x".repeat(100_000))).toHaveLength(500);
  });
});

describe("kinds of lines", () => {
  test("what only differs in numbers and in one word is one kind", () => {
    const templates = openTemplates([]);
    const kinds = [
      "user alice logged in from 10.0.0.1",
      "user bob logged in from 10.0.0.2",
      "user carol logged in from 10.0.0.3",
      "user alice logged out",
      "disk sda1 is full",
    ].map((line) => templates.learn(line));
    expect(kinds.map((kind) => kind?.template)).toEqual([0, 0, 0, 1, 2]);
  });

  test("they are known again after a restart", () => {
    const first = openTemplates([]);
    first.learn("connected to db1 in 12 ms as reader");
    first.learn("connected to db2 in 9 ms as writer");
    const second = openTemplates(first.changed());
    expect(second.learn("connected to db7 in 1 ms as nobody")).toEqual({ template: 0, isNew: false });
    expect(second.learn("something else entirely happened here")?.isNew).toBe(true);
  });

  test("text without form does not fill the memory", () => {
    const templates = openTemplates([]);
    let refused = 0;
    for (let i = 0; i < 5_000; i++) {
      const word = (n: number): string => `w${[...String(n)].map((d) => "abcdefghij"[Number(d)]).join("")}`;
      if (templates.learn(`${word(i)} ${word(i * 7)} ${word(i * 13)}`) === undefined) refused++;
    }
    expect(templates.size).toBe(1_000);
    expect(refused).toBe(4_000);
  });

  test("a shape does not see numbers, but sees words, signs and levels that are numbers", () => {
    const same = (a: string, b: string): boolean => shapeOf(a) === shapeOf(b);
    expect(same("order 17 took 3ms", "order 9 took 12345ms")).toBe(true);
    expect(same("order 17 took 3ms", "order 17 needs 3ms")).toBe(false);
    expect(same("[error] x", "error x")).toBe(false);
    expect(same('{"level":30,"msg":"x"}', '{"level":50,"msg":"x"}')).toBe(false);
    expect(same("E1128 x", "I1128 x")).toBe(false);
  });
});

describe("signatures", () => {
  test.each([
    [
      "2026-11-28 12:00:00 ERROR [worker-3] com.shop.Order - timeout after 312ms for alice",
      "com.shop.Order - timeout after for alice",
    ],
    ["ERROR login failed password=hunter2 user=bob", "login failed password *** user bob"],
    [
      "12:00 ERROR x\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: reset\n\tat com.shop.Net.read(Net.java:7)",
      "java.io.IOException at com.shop.Net.read",
    ],
    [
      'ERROR x\nTraceback (most recent call last):\n  File "/a.py", line 42, in place\n    raise\nValueError: no',
      "ValueError at place",
    ],
    ["ERROR 12345", "?"],
  ])("%j", (entry, signature) => {
    expect(signatureOf(entry)).toBe(signature);
  });
});
