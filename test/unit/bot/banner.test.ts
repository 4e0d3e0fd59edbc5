/** What is said at a start, well or not. */
import { describe, expect, test } from "vitest";
import { banner } from "../../../bot/banner.ts";
import { startWords } from "../../../bot/start-words.ts";
import type { Locale } from "../../../storage/locale.ts";
import { StoreError } from "../../../storage/store-error.ts";

const facts = {
  url: "http://127.0.0.1:8080/",
  host: "127.0.0.1",
  dataDir: "/var/lib/gengfu",
  configPath: undefined,
};

describe("the banner", () => {
  test.each<[Locale, RegExp]>([
    ["zh-CN", /更夫已上岗[\s\S]*没有（可选：gengfu\.yml）[\s\S]*钉钉[\s\S]*企业微信/],
    ["en", /on duty[\s\S]*none \(optional: gengfu\.yml\)[\s\S]*DingTalk[\s\S]*WeCom/],
  ])("in %s says where the console and the data are, and how to go on", (locale, words) => {
    const said = banner(locale, facts);
    expect(said).toMatch(words);
    expect(said).toContain(" http://127.0.0.1:8080/\n");
    expect(said).toContain(" /var/lib/gengfu\n");
    for (const variable of [
      "DINGTALK_CLIENT_ID",
      "DINGTALK_CLIENT_SECRET",
      "WECOM_BOT_ID",
      "WECOM_BOT_SECRET",
    ])
      expect(said).toContain(variable);
    expect(said).not.toContain("API_TOKEN");
    // The longest line of a small terminal.
    for (const line of said.split("\n")) expect(line.length).toBeLessThan(100);
  });

  test("says in which database the state is, without the password", () => {
    const said = banner("en", {
      ...facts,
      databaseUrl: "postgres://me:hunter2@db:5433/gengfu?sslmode=require",
    });
    expect(said).toContain("State           PostgreSQL db:5433/gengfu\n");
    expect(said).not.toContain("hunter2");
  });

  test("says how to become the first admin, where there is none", () => {
    expect(banner("zh-CN", facts)).not.toContain("claim");
    const coded = { ...facts, claimCode: "ABCD2345" };
    expect(banner("zh-CN", coded)).toContain("把 claim ABCD2345 私聊发给机器人，你就成为管理员。\n\n");
    expect(banner("en", coded)).toContain("send  claim ABCD2345  to the bot one-to-one");
  });

  test("names the configuration that is used", () => {
    expect(banner("en", { ...facts, configPath: "/etc/gengfu.yml" })).toContain(" /etc/gengfu.yml\n");
  });

  test("says that others are asked for a token", () => {
    const open = { ...facts, url: "http://0.0.0.0:8080/", host: "0.0.0.0" };
    expect(banner("en", open)).toContain("http://0.0.0.0:8080/ (asks for API_TOKEN)\n");
    expect(banner("zh-CN", open)).toContain("http://0.0.0.0:8080/（需要 API_TOKEN）\n");
  });
});

describe("a start that fails is explained", () => {
  const where = { host: "127.0.0.1", port: 8080 };
  const failed = (code: string) => Object.assign(new Error(`listen ${code}: 127.0.0.1:8080`), { code });

  test.each(["EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "ENOTFOUND"])("%s, with what to change", (code) => {
    const { zh, en } = startWords(failed(code), where);
    for (const text of [zh, en]) {
      expect(text).toContain("127.0.0.1");
      expect(text).toMatch(/PORT|HOST/);
    }
    expect(zh).toMatch(/[一-鿿]/);
    expect(en).not.toMatch(/[一-鿿]/);
  });

  test("a store in its own words, anything else as it is", () => {
    const text = { zh: "数据目录坏了", en: "the data folder is broken" };
    expect(startWords(new StoreError(text), where)).toBe(text);
    expect(startWords(new Error("who knows"), where)).toEqual({ zh: "who knows", en: "who knows" });
    expect(startWords("thrown", where)).toEqual({ zh: "thrown", en: "thrown" });
  });
});
