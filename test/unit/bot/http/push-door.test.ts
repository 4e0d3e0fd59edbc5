/** The door of pushed samples over real sockets: every form of a body, what is refused and how, limits of a source. */
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { compile } from "../../../../rules/promql/compile.ts";
import { evaluate } from "../../../../rules/promql/evaluate.ts";
import { NotSaved } from "../../../../storage/store.ts";
import { TOKEN } from "../../../support/hooks.ts";
import { openPushing } from "../../../support/pushing.ts";

const JSON_TYPE = { "content-type": "application/json" };
const TEXT_TYPE = { "content-type": "text/plain; version=0.0.4" };

describe("what a body says", () => {
  test.each<[name: string, body: unknown, stored: string[]]>([
    [
      "one sample",
      { name: "orders", labels: { shop: "north" }, value: 12 },
      ['orders{hook="door", shop="north"} 12@0'],
    ],
    [
      "a list, numbers as shells send them",
      [
        { name: "a", value: "1.5e3" },
        { name: "b", value: true, labels: { n: 5, yes: true } },
        { name: "c", value: "NaN" },
      ],
      ['a{hook="door"} 1500@0', 'b{hook="door", n="5", yes="true"} 1@0', 'c{hook="door"} NaN@0'],
    ],
    ["a map", { orders: 12, queue_length: 3 }, ['orders{hook="door"} 12@0', 'queue_length{hook="door"} 3@0']],
    ["names that people use", { 待处理订单: 7 }, ['{"待处理订单", hook="door"} 7@0']],
    ["a label that is empty is none", { name: "a", value: 1, labels: { x: "" } }, ['a{hook="door"} 1@0']],
    ["the label hook is ours", { name: "a", value: 1, labels: { hook: "mine" } }, ['a{hook="door"} 1@0']],
  ])("%s, as JSON", async (_name, body, stored) => {
    const door = await openPushing();
    const { status, said } = await door.push(body, JSON_TYPE);
    expect([status, said]).toEqual([200, { status: "ok", accepted: stored.length, refused: [] }]);
    expect(door.stored()).toEqual(stored);
  });

  const page = '# TYPE orders gauge\norders{shop="north"} 12\nqueue_length 3\n';
  const both = ['orders{hook="door", shop="north"} 12@0', 'queue_length{hook="door"} 3@0'];
  test.each<[name: string, body: string, headers: Record<string, string>]>([
    ["by its type", page, TEXT_TYPE],
    [
      "by its looks, with the type that curl gives",
      page,
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    ["as OpenMetrics", `${page}# EOF\n`, { "content-type": "application/openmetrics-text; version=1.0.0" }],
  ])("Prometheus text, %s", async (_name, body, headers) => {
    const door = await openPushing();
    expect((await door.push(body, headers)).said).toEqual({ status: "ok", accepted: 2, refused: [] });
    expect(door.stored()).toEqual(both);
  });

  test("JSON and text by their looks", async () => {
    const door = await openPushing();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    for (const body of [' [{"name":"a","value":1}]', '{"b":2}', '{"c"} 3', '{"d",x="y"} 4\n'])
      expect((await door.push(body, headers)).said, body).toMatchObject({ accepted: 1 });
    expect(door.stored().map((one) => one.replace(/hook="door"(, )?/, ""))).toEqual([
      "a{} 1@0",
      "b{} 2@0",
      "c{} 3@0",
      'd{x="y"} 4@0',
    ]);
  });

  test("labels of the hook go before those that were sent", async () => {
    const door = await openPushing({ labels: { team: "db", shop: "all" } });
    await door.push({ name: "a", value: 1, labels: { shop: "north" } });
    expect(door.stored()).toEqual(['a{hook="door", shop="all", team="db"} 1@0']);
  });

  test("the same again is more of the same series", async () => {
    const door = await openPushing();
    for (const value of [1, 2, 3]) {
      await door.push(`orders ${value}\n`, TEXT_TYPE);
      await door.clock.advance(15_000);
    }
    expect(door.stored()).toEqual(['orders{hook="door"} 1@0 2@15 3@30']);
  });
});

describe("times", () => {
  test("milliseconds, RFC 3339, and several samples of one series", async () => {
    const door = await openPushing();
    const now = door.clock.now();
    const { said } = await door.push([
      { name: "a", value: 1, timestamp: now - 60_000 },
      { name: "a", value: 2, timestamp: new Date(now - 30_000).toISOString() },
      { name: "a", value: 3 },
    ]);
    expect(said.accepted).toBe(3);
    expect((await door.push(`b 1 ${now - 2_000}\nb 2 ${now - 1_000}\n`)).said.accepted).toBe(2);
    expect(door.stored()).toEqual(['a{hook="door"} 1@-60 2@-30 3@0', 'b{hook="door"} 1@-2 2@-1']);
  });

  test("what is too old, out of order or too far ahead is refused, and says by how much", async () => {
    const door = await openPushing();
    const now = door.clock.now();
    await door.push({ name: "a", value: 1, timestamp: now - 10_000 });
    const { status, said } = await door.push([
      { name: "a", value: 2, timestamp: now - 11_000 },
      { name: "b", value: 2, timestamp: now - 4 * 86_400_000 },
      { name: "b", value: 2, timestamp: now + 601_000 },
      { name: "b", value: 2, timestamp: Math.floor(now / 1000) },
      { name: "b", value: 2, timestamp: "yesterday" },
      { name: "c", value: 2 },
    ]);
    expect(status).toBe(200);
    expect(said).toEqual({
      status: "ok",
      accepted: 1,
      refused: [
        { index: 0, error: "it is 1s older than the last sample of its series" },
        { index: 1, error: "its time is 4d ago; samples are kept for 3d" },
        { index: 2, error: "its time is 10m1s ahead; 10m at most" },
        { index: 3, error: expect.stringContaining("timestamp: must be in milliseconds") },
        { index: 4, error: expect.stringContaining("timestamp: must be in milliseconds") },
      ],
    });
    expect(door.stored()).toEqual(['a{hook="door"} 1@-10', 'c{hook="door"} 2@0']);
  });

  test("the same sample sent again, because no answer came, is taken and stands there once", async () => {
    const door = await openPushing();
    const sample = { name: "a", value: 1, timestamp: door.clock.now() - 1_000 };
    await door.push(sample);
    expect((await door.push(sample)).status).toBe(200);
    expect(door.stored()).toEqual(['a{hook="door"} 1@-1']);
  });

  test("a sender whose clock is ahead loses nothing of what is there", async () => {
    const door = await openPushing();
    const now = door.clock.now();
    await door.push([
      { name: "a", value: 1 },
      { name: "a", value: 2, timestamp: now + 30_000 },
    ]);
    await door.push({ name: "a", value: 3 });
    expect(door.stored()).toEqual(['a{hook="door"} 1@0 3@30']);
  });
});

describe("what is wrong names itself, and the rest is taken", () => {
  test("items of JSON", async () => {
    const door = await openPushing({
      label_limit: 2,
      label_name_length_limit: 10,
      label_value_length_limit: 20,
    });
    const { status, said } = await door.push([
      { name: "a", value: 1 },
      7,
      { value: 1 },
      { name: "a" },
      { name: "a", value: "many" },
      { name: "a", value: null },
      { name: "a", value: 1, lables: {} },
      { name: "a", value: 1, labels: ["x"] },
      { name: "a", value: 1, labels: { __name__: "b" } },
      { name: "a", value: 1, labels: { __x: "b" } },
      { name: "a", value: 1, labels: { x: "1", y: "2", z: "3" } },
      { name: "a", value: 1, labels: { much_too_long: "1" } },
      { name: "a", value: 1, labels: { x: "much too long a value" } },
      { name: "a\nb", value: 1 },
    ]);
    expect(status).toBe(200);
    expect(said.accepted).toBe(2);
    expect(said.refused?.map(({ index, error }) => `${index} ${error}`)).toEqual([
      "1 is not an object",
      "2 name: is missing",
      "3 a: has no number as its value",
      "4 a: has no number as its value",
      "5 a: has no number as its value",
      "6 lables: is no key of a sample",
      '7 labels: must be {"label": "value"}',
      "9 __x: is a reserved label",
      "10 3 labels, at most 2",
      "11 much_too_long: the name is longer than 10 characters",
      "12 x: the value is longer than 20 characters",
      "13 name: must not be empty or hold control characters",
    ]);
  });

  test("lines of text", async () => {
    const door = await openPushing({ label_limit: 1 });
    const { status, said } = await door.push('# a page\na 1\nb one\nc{x="1",y="2"} 1\nd 4\n', TEXT_TYPE);
    expect([status, said]).toEqual([
      200,
      {
        status: "ok",
        accepted: 2,
        refused: [
          { index: 2, error: 'line 3: not a number: "one"' },
          { index: 3, error: "2 labels, at most 1" },
        ],
      },
    ]);
  });

  test("nothing good at all is 400, so that curl -f notices", async () => {
    const door = await openPushing();
    const { status, said } = await door.push([{ name: "a" }]);
    expect([status, said]).toEqual([
      400,
      {
        error: "not one of the samples can be taken",
        refused: [{ index: 0, error: "a: has no number as its value" }],
      },
    ]);
  });

  test.each<
    [name: string, body: string | Uint8Array, headers: Record<string, string>, status: number, error: string]
  >([
    ["no JSON", '[{"name"', JSON_TYPE, 400, "not valid JSON"],
    ["a number", "7", JSON_TYPE, 400, "must be a list of samples"],
    ["an empty list", "[]", JSON_TYPE, 400, "there are no samples"],
    ["an empty body", "", TEXT_TYPE, 400, "there are no samples"],
    ["comments alone", "# nothing\n", TEXT_TYPE, 400, "there are no samples"],
    [
      "OpenMetrics that is cut short",
      "a 1\n",
      { "content-type": "application/openmetrics-text" },
      400,
      "cut short",
    ],
    ["invalid UTF-8", Buffer.from([0x61, 0xff]), TEXT_TYPE, 400, "not valid UTF-8"],
    ["an encoding that is none", "a 1\n", { ...TEXT_TYPE, "content-encoding": "gzip" }, 400, "be unpacked"],
  ])("%s", async (_name, body, headers, status, error) => {
    const door = await openPushing();
    const answer = await door.push(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.said.error).toContain(error);
    expect(door.stored()).toEqual([]);
  });
});

describe("who is let in", () => {
  test.each([
    ["no token", {}, "the token of the hook is missing"],
    ["another's token", { authorization: "Bearer nobodys" }, "no hook has this token"],
  ])("%s is 401", async (_name, headers, error) => {
    const door = await openPushing();
    const response = await fetch(door.url, { method: "POST", headers, body: "a 1\n" });
    expect([response.status, response.headers.get("www-authenticate"), await response.json()]).toEqual([
      401,
      "Bearer",
      { error },
    ]);
    expect(door.arrivals.of("door", [])).toEqual([]);
  });

  test("the token may stand in the address", async () => {
    const door = await openPushing();
    const response = await fetch(`${door.url}?token=${TOKEN}`, { method: "POST", body: "a 1\n" });
    expect(response.status).toBe(200);
  });
});

describe("limits of a source", () => {
  test("too fast: 429 with Retry-After, nothing of it taken, and room again when that time is up", async () => {
    const door = await openPushing({ samples_per_second: 2 });
    const page = (n: number): string => Array.from({ length: n }, (_, i) => `a{i="${i}"} 1\n`).join("");
    expect((await door.push(page(20))).status).toBe(200);
    const over = await door.push(page(7));
    expect([over.status, over.headers.get("retry-after")]).toEqual([429, "4"]);
    expect(over.said.error).toContain("at most 2 samples a second");
    await door.clock.advance(4_000);
    expect((await door.push(page(7))).status).toBe(200);
    expect(door.stored().filter((one) => one.includes("@4"))).toHaveLength(7);
  });

  test("more in one body than ever fit: 413", async () => {
    const door = await openPushing({ samples_per_second: 1 });
    const { status, said } = await door.push("a 1\nb 1\n".repeat(6));
    expect([status, said.error]).toEqual([
      413,
      "12 samples at once, at most 10 (ten times samples_per_second)",
    ]);
  });

  test("series beyond the limit are refused, those that are there go on", async () => {
    const door = await openPushing({ series_limit: 2 });
    const { said } = await door.push("a 1\nb 1\nc 1\na 2\n");
    expect(said).toEqual({
      status: "ok",
      accepted: 3,
      refused: [{ index: 2, error: "a new series, and series_limit is 2" }],
    });
    expect((await door.push({ d: 1, b: 2 })).said).toMatchObject({ accepted: 1, refused: [{ index: 0 }] });
  });

  test("a long body: 413, read no further than needed", async () => {
    const door = await openPushing({ body_size_limit: 100 });
    expect((await door.push(`a{x="${"y".repeat(100)}"} 1\n`)).status).toBe(413);
    expect(door.arrivals.of("door", [])[0]).toMatchObject({ status: 413, accepted: 0 });
  });

  test("a body that ends early stores nothing", async () => {
    const door = await openPushing();
    const sent = request(door.url, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-length": "1000" },
    });
    sent.on("error", () => {});
    sent.write("a 1\nb 2\n");
    await new Promise<void>((resolve) => {
      sent.on("close", resolve);
      setImmediate(() => sent.destroy());
    });
    expect((await door.push("c 1\n")).status).toBe(200);
    expect(door.stored()).toEqual(['c{hook="door"} 1@0']);
  });
});

test("a disk that refuses is 503 with Retry-After", async () => {
  const door = await openPushing({}, () => Promise.reject(new NotSaved("no space left on the disk")));
  const { status, headers, said } = await door.push("a 1\n");
  expect([status, headers.get("retry-after"), said]).toEqual([
    503,
    "5",
    { error: "not saved: no space left on the disk" },
  ]);
});

test("the answer waits for the disk", async () => {
  let saved: () => void = () => {};
  const door = await openPushing({}, () => new Promise((resolve) => (saved = resolve)));
  let answered = false;
  const pushed = door.push("a 1\n").then((answer) => {
    answered = true;
    return answer;
  });
  while (door.stored().length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  saved();
  expect((await pushed).status).toBe(200);
});

test("the console sees what came, and what became of it", async () => {
  const door = await openPushing();
  await door.push('[{"name":"a","value":1},{"name":"b"}]');
  expect(door.arrivals.of("door", [])).toEqual([
    {
      at: door.clock.now(),
      status: 200,
      size: 37,
      accepted: 1,
      refused: [{ index: 1, error: "b: has no number as its value" }],
      error: "",
      body: '[{"name":"a","value":1},{"name":"b"}]',
    },
  ]);
});

test("a source that falls silent is no data after the lookback, and absent_over_time tells", async () => {
  const door = await openPushing();
  await door.push({ orders: 120 });
  const at = (minutes: number, expression: string) =>
    evaluate(compile(expression), door.store, door.clock.now() + minutes * 60_000);
  expect(at(4, "orders > 100")).toMatchObject({ elements: [{ value: 120 }] });
  expect(at(6, "orders > 100")).toMatchObject({ elements: [] });
  expect(at(6, 'last_over_time(orders{hook="door"}[26h])')).toMatchObject({ elements: [{ value: 120 }] });
  const absent = 'absent_over_time(orders{hook="door"}[15m])';
  expect(at(14, absent)).toMatchObject({ elements: [] });
  expect(at(16, absent)).toMatchObject({ elements: [{ value: 1, labels: { hook: "door" } }] });
});

test("what each source sends is counted: taken, refused one by one, and refused whole", async () => {
  const door = await openPushing({ samples_per_second: 1 });
  await door.push([{ name: "a", value: 1 }, { name: "b", value: 1 }, { name: "c" }]);
  await door.push("a 1\n".repeat(8));
  expect([door.pushes.accepted, door.pushes.refused]).toEqual([{ door: 2 }, { door: 9 }]);
});
