/** docs/email.md is true: every key is in it, and answers mean what its table says. */
import { describe, expect, it, test } from "vitest";
import { refusalOf } from "../../../../bot/email/answer.ts";
import { smtpKeys } from "../../../../bot/email/config.ts";
import { docsPage } from "../../../support/code-blocks.ts";

const page = docsPage("email.md");

/** The rows of the table below a heading, as the cells of each. */
function rows(heading: string): readonly (readonly string[])[] {
  const [, below = ""] = page.split(`## ${heading}\n`);
  const table = /(?:^\|.*\|$\n?)+/m.exec(below)?.[0] ?? "";
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const NEXT = { "tried again": "retry", "left alone for a minute": "wait", "given up": "give-up" } as const;

describe("its table of answers", () => {
  const promised = rows("What an answer means").flatMap(([answers = "", what = ""]) =>
    [...answers.matchAll(/`(\d{3})(?: (\d\.\d\.\d+))?`/g)].map(([, code = "", enhanced = ""]) => ({
      code,
      enhanced,
      what,
    })),
  );

  it("is read", () => {
    expect(promised.length).toBeGreaterThan(15);
  });

  test.each(promised.filter(({ code }) => code !== "250"))(
    "$code $enhanced: $what",
    ({ code, enhanced, what }) => {
      expect(Object.keys(NEXT)).toContain(what);
      expect(refusalOf({ code: Number(code), enhanced })).toMatchObject({
        next: NEXT[what as keyof typeof NEXT],
        waitMs: what === "left alone for a minute" ? 60_000 : 0,
      });
    },
  );

  it("has a word for what is not in it", () => {
    expect(refusalOf({ code: 432, enhanced: "" }).next).toBe("retry");
    expect(refusalOf({ code: 571, enhanced: "5.7.1" }).next).toBe("give-up");
  });
});

it("names every key of global", () => {
  for (const key of Object.keys(smtpKeys)) expect(page).toContain(`\`${key}\``);
});
