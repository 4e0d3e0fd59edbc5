/** docs/phone.md is true: every key and word is in it, its examples are read, and answers mean what its tables say. */
import { describe, expect, it, test } from "vitest";
import { parseConfig } from "../../../../bot/config.ts";
import { phoneSchema } from "../../../../bot/phone/config.ts";
import { ALIYUN, openAliyun } from "../../../support/clouds/aliyun.ts";
import { openTencent, TENCENT } from "../../../support/clouds/tencent.ts";
import { codeBlocks, docsPage } from "../../../support/code-blocks.ts";
import { closing, openBench } from "./bench.ts";

const page = docsPage("phone.md");
const NEXT: Readonly<Record<string, string>> = {
  "given up": "give-up",
  "waited for": "wait",
  "tried again": "retry",
};

/** The codes of the table below a heading, with what happens then. */
function answers(heading: string): readonly (readonly [string, string])[] {
  const [, below = ""] = page.split(`## ${heading}\n`);
  const [, table = ""] = below.split("| answer | what happens |\n|---|---|\n");
  return (table.split("\n\n")[0] ?? "").split("\n").flatMap((row) => {
    const [, codes = "", what = ""] = row.split("|");
    return [...codes.matchAll(/`([^`]+)`/g)].map(
      ([, code = ""]) => [code, NEXT[what.trim()] ?? "?"] as const,
    );
  });
}

describe("its tables of answers", () => {
  it("are read", () => {
    expect(answers("Aliyun").length).toBeGreaterThan(10);
    expect(answers("Tencent Cloud").length).toBeGreaterThan(10);
  });

  test.each(answers("Aliyun"))("Aliyun: %s is %s", async (code, next) => {
    const cloud = closing(await openAliyun());
    cloud.trick = code;
    const entry = `{ provider: aliyun, to: ["13800138000"], access_key_id: ${ALIYUN.id}, access_key_secret: ${ALIYUN.secret}, sign_name: ${ALIYUN.sign}, template: ${ALIYUN.sms}, endpoint: "${cloud.url}" }`;
    await expect(openBench(entry).post()).rejects.toMatchObject({ code, next });
  });

  test.each(answers("Tencent Cloud"))("Tencent Cloud: %s is %s", async (code, next) => {
    const cloud = closing(await openTencent());
    cloud.trick = code;
    const entry = `{ provider: tencent, to: ["13800138000"], access_key_id: ${TENCENT.id}, access_key_secret: ${TENCENT.secret}, sdk_app_id: "${TENCENT.app}", sign_name: ${TENCENT.sign}, template: "${TENCENT.template}", endpoint: "${cloud.url}" }`;
    await expect(openBench(entry).post()).rejects.toMatchObject({ code, next });
  });
});

describe("its examples", () => {
  const env = { SMS_TOKEN: "t" };
  const examples = codeBlocks(page).filter(({ language }) => language === "yaml");

  it("are there", () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  test.each(examples)("line $line is read", ({ text }) => {
    // The file with the secret is not on this machine.
    const there = text.replace("sms_access_key_secret_file: /run/secrets/aliyun", "sms_access_key_secret: x");
    expect(() => parseConfig("gengfu.yml", there, env)).not.toThrow();
  });
});

it("names every key", () => {
  const keys = Object.keys(phoneSchema.in.shape);
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
});
