/** What every kind of hook keeps, whatever it reads; a new line in the table is tested by being there. */
import { describe, expect, test } from "vitest";
import { hookKinds, kindOf } from "../../bot/hooks/index.ts";
import { take } from "../../bot/hooks/take.ts";
import { NotSaved } from "../../storage/store.ts";
import { hookOf, reading } from "../support/hooks.ts";

const accepts = { accept: async () => [] };
describe.each(Object.entries(hookKinds))("%s", (word, kind) => {
  const hook = hookOf(word, word === "dingtalk-robot" ? { secret: "SEC000" } : {});

  test("is called as its key, has a path of its own, and words in both languages", () => {
    expect(kind.kind).toBe(word);
    expect(Object.values(hookKinds).filter(({ path }) => path === kind.path)).toHaveLength(1);
    expect(kind.summary.zh).toMatch(/\p{Script=Han}/u);
    expect(kind.summary.en).not.toMatch(/\p{Script=Han}/u);
  });

  test("its sample is taken, raises one alert that says by which hook it came, and is answered with success", async () => {
    const { query = {}, body } = kindOf(hook).sample(hook, reading);
    const taken: string[] = [];
    const outcome = await take(hook, { query, body: JSON.stringify(body) }, reading, {
      async accept(sender, posted) {
        expect(sender).toEqual({ name: "door", resolveAfterMs: 86_400_000 });
        for (const { labels, endsAt } of posted)
          if (endsAt === undefined) taken.push(`${labels["hook"]} ${labels["severity"]}`);
        return [];
      },
    });
    expect(outcome).toEqual({ is: "taken", accepted: 1, refused: [] });
    expect(taken).toEqual(["door info"]);
    expect(kind.answer(outcome, "en")).toMatchObject({ status: 200 });
  });

  test("an alert too many is named, and not counted", async () => {
    const { query = {}, body } = kindOf(hook).sample(hook, reading);
    const why = { zh: "太多", en: "too many" };
    const outcome = await take(hook, { query, body: JSON.stringify(body) }, reading, {
      accept: async () => [{ index: 0, why }],
    });
    expect(outcome).toEqual({ is: "taken", accepted: 0, refused: [{ index: 0, why }] });
    expect(JSON.stringify(kind.answer(outcome, "zh-CN").body)).toContain("太多");
    expect(JSON.stringify(kind.answer(outcome, "en").body)).toContain("too many");
  });

  test("a disk that refuses is 503, so that the sender tries again", async () => {
    const { query = {}, body } = kindOf(hook).sample(hook, reading);
    const outcome = await take(hook, { query, body: JSON.stringify(body) }, reading, {
      accept: async () => {
        throw new NotSaved("ENOSPC");
      },
    });
    expect(kind.answer(outcome, "en").status).toBe(503);
  });

  test("a body with nothing in it is refused in words", async () => {
    const { query = {} } = kindOf(hook).sample(hook, reading);
    for (const body of ["", " ", "{}", "[]", "null"]) {
      const outcome = await take(hook, { query, body }, reading, accepts);
      if (outcome.is === "taken") expect([body, outcome.accepted]).toEqual([body, 0]);
      else expect(outcome.text.en).not.toBe("");
    }
  });

  test("its options are strict, and the keys that all kinds have are its own too", () => {
    const all = {
      labels: { team: "db", level: 1 },
      severity: "warning",
      resolve_timeout: "2h",
      receiver: "console:db",
    };
    expect(hookOf(word, all)).toMatchObject({
      labels: { team: "db", level: "1" },
      severity: "warning",
      resolveTimeoutMs: 7_200_000,
      receiver: "console:db",
    });
    expect(() => hookOf(word, { tokn: "x" })).toThrow("hooks[0].tokn: unknown key");
    expect(() => hookOf(word, { labels: { hook: "x" } })).toThrow("hooks[0].labels.hook");
    expect(() => hookOf(word, { resolve_timeout: "soon" })).toThrow("hooks[0].resolve_timeout");
  });
});
