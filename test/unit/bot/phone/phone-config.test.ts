/** `sms_configs` and `voice_configs` of a file: whose keys count, and what is refused. */
import { describe, expect, it, test } from "vitest";
import { parseConfig } from "../../../../bot/config.ts";
import { readEnvironment } from "../../../../bot/environment.ts";
import { phoneNotes } from "../../../../bot/phone/check.ts";
import { loaded } from "../../../../bot/phone/gateway.ts";
import { secretsOf } from "../../../../bot/secrets.ts";
import { lines, OPS } from "./bench.ts";

const PEOPLE =
  'people: [{ id: "dingtalk:1", name: 张三, role: operator, phone: "13800138000", aliases: ["wecom:z"] }, { id: "dingtalk:2", role: viewer }]';
const GLOBAL =
  "global: { sms_provider: aliyun, sms_access_key_id: a, sms_access_key_secret: s3cret-word, sms_sign_name: 更夫, sms_template: SMS_1, sms_max_per_hour: 9 }";

describe("what stands in global", () => {
  it("is said once for all", () => {
    const line = lines('{ to: ["13900139000"] }', { more: GLOBAL }).get(OPS);
    expect(line).toMatchObject({
      to: ["+8613900139000"],
      maxPerHour: 9,
      severities: ["critical"],
      gateway: { provider: "aliyun", access_key_id: "a", template: "SMS_1" },
    });
  });

  it("gives way to the entry", () => {
    const entry =
      '{ to: ["13900139000"], template: SMS_2, max_per_hour: 2, severities: [warning, critical] }';
    expect(lines(entry, { more: GLOBAL }).get(OPS)).toMatchObject({
      maxPerHour: 2,
      severities: ["warning", "critical"],
      gateway: { template: "SMS_2", sign_name: "更夫" },
    });
  });

  it("has no keys for another provider, but the limit holds", () => {
    const entry = '{ to: ["13900139000"], provider: http, url: "https://a.example" }';
    const line = lines(entry, { more: GLOBAL }).get(OPS);
    expect(line?.gateway).not.toHaveProperty("access_key_id");
    expect(line?.maxPerHour).toBe(9);
  });

  it("is never logged", () => {
    const config = parseConfig("gengfu.yml", GLOBAL, {});
    expect(secretsOf(readEnvironment({}), config)).toContain("s3cret-word");
  });
});

describe("whom it tells", () => {
  it("may be people by any of their accounts, and each number is told once", () => {
    const entry = '{ to: ["dingtalk:1", "wecom:z", "+86 138-0013-8000", 13900139000] }';
    const line = lines(entry, { more: `${GLOBAL}\n${PEOPLE}` }).get(OPS);
    expect(line?.to).toEqual(["+8613800138000", "+8613900139000"]);
    expect(line?.names.get("+8613800138000")).toBe("张三");
  });

  test.each([
    ['{ to: ["dingtalk:2"] }', "receivers[0].sms_configs[0].to[0]: people: has no phone of 'dingtalk:2'"],
    ['{ to: ["dingtalk:9"] }', "receivers[0].sms_configs[0].to[0]: people: has no phone of 'dingtalk:9'"],
    ["{ to: [] }", "receivers[0].sms_configs[0].to: must not be empty without oncall"],
    ['{ to: ["12345"] }', "receivers[0].sms_configs[0].to[0]: must be a mobile of China"],
    ["{ oncall: none }", "receivers[0].sms_configs[0].oncall: there is no rotation named 'none'"],
  ])("%s is refused", (entry, words) => {
    expect(() => lines(entry, { more: `${GLOBAL}\n${PEOPLE}` })).toThrow(words);
  });
});

test.each([
  ["", "sms_configs[0].provider: is missing, and so is sms_provider of global"],
  [
    ", provider: aliyun",
    "sms_configs[0].access_key_secret: is missing, and so is sms_access_key_secret of global",
  ],
  [", provider: tencent", "sms_configs[0].sdk_app_id: is missing, and so is sms_sdk_app_id of global"],
  [", provider: http", "sms_configs[0].url: is missing, and so is sms_url of global"],
  [', provider: http, url: "ftp://a"', "must be an address that begins with http:// or https://"],
  [', provider: http, url: "https://a/{{secret}}"', "there is no {{secret}}; there are phone, e164"],
  [', provider: http, url: "https://a", body: "{{ nmae }}"', "there is no {{nmae}}"],
  [", provider: tencent, template_params: { a: b }", "template_params: must be a list"],
  [", provider: aliyun, template_params: [b]", "template_params: must be names with values"],
  [", max_per_hour: 0", "max_per_hour: must be at least 1"],
  [", severities: [fatal]", "severities[0]"],
  [", play_time: 3", "play_time: unknown key"],
])("an entry with %j is refused", (more, words) => {
  expect(() => lines(`{ to: ["13800138000"]${more} }`)).toThrow(words);
});

it("a refusal never repeats a number", () => {
  expect(() => lines('{ to: ["1380013800x"] }', { more: GLOBAL })).toThrow(/^(?!.*1380013800x)/s);
});

describe("a cloud whose package was left out", () => {
  it("is told of at the start, with the line that adds it", () => {
    const config = parseConfig(
      "gengfu.yml",
      `${GLOBAL}\nroute: { receiver: ops }\nreceivers: [{ name: ops, sms_configs: [{ to: ["13800138000"] }] }]`,
      {},
    );
    const [receiver] = config.receivers;
    if (receiver === undefined) throw new Error("the file has a receiver");
    const notes = (isInstalled: boolean) =>
      phoneNotes(receiver, "receivers[0]", config.global.phone, () => isInstalled);
    expect(notes(true)).toEqual([]);
    expect(notes(false)).toMatchObject([
      {
        path: "receivers[0].sms_configs",
        text: {
          en: "@alicloud/pop-core is not installed, so nothing is sent there: npm install @alicloud/pop-core",
        },
      },
    ]);
    expect(phoneNotes(receiver, "receivers[0]", config.global.phone)).toEqual([]);
  });

  it("is tried again: somebody may add it", async () => {
    await expect(loaded("a-cloud", () => Promise.reject(new Error("/home/x")))).rejects.toMatchObject({
      code: "no-sdk",
      next: "retry",
      message: "the package a-cloud is not installed; npm install a-cloud",
    });
  });
});
