/** `wecom_app_configs`: what may stand there, what becomes of it, and that its secrets are known to be some. */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../bot/config/error.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { readEnvironment } from "../../../../bot/environment.ts";
import { secretsOf } from "../../../../bot/secrets.ts";
import { addressOfPerson, findApp, weComAppsOf } from "../../../../bot/wecom/app/apps.ts";

const KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const CALLBACK = `callback: { token: letter-token, encoding_aes_key: ${KEY} }`;

function read(...targets: readonly string[]) {
  const list = targets.map((more) => `{ corpid: ww1, corpsecret: app-secret, agentid: 1000002, ${more} }`);
  return parseConfig(
    "gengfu.yml",
    `global: { http_config: { bearer_token: mine, proxy_url: "http://proxy:3128" } }
route: { receiver: a/0/user/b }
receivers: [{ name: a/0/user/b, wecom_app_configs: [${list.join(", ")}] }]`,
    {},
  );
}

function problemsOf(more: string): string {
  try {
    read(more);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.words("en");
    throw error;
  }
}

describe("an application in a file", () => {
  it("tells members, departments and tags, as WeCom writes them or as lists", () => {
    const [app] = weComAppsOf(read('touser: "a| b|a|", toparty: 2, totag: ["1|3", 4]'), undefined).values();
    expect(app).toMatchObject({
      users: ["a", "b"],
      parties: ["2"],
      tags: ["1", "3", "4"],
      callback: undefined,
      base: "https://qyapi.weixin.qq.com",
    });
  });

  it("goes through the proxy of global, without its credentials, and follows nobody", () => {
    const [app] = weComAppsOf(read("touser: a"), "http://wecom.example").values();
    expect(app).toMatchObject({
      base: "http://wecom.example",
      http: {
        authorization: undefined,
        headers: {},
        followRedirects: false,
        proxy: { url: "http://proxy:3128" },
      },
    });
  });

  it("has one callback, wherever in the file it stands", () => {
    const apps = [...weComAppsOf(read("touser: a", `touser: b, ${CALLBACK}`), undefined).values()];
    expect(apps.map(({ callback }) => callback)).toEqual(Array(2).fill({ token: "letter-token", key: KEY }));
  });

  it("is found by the address of a target, and by that of a person there", () => {
    const apps = weComAppsOf(read("touser: a", "totag: 1"), undefined);
    const second = "wecom_app:a/0/user/b/1";
    expect([...apps.keys()]).toEqual(["wecom_app:a/0/user/b/0", second]);
    expect(findApp(apps, second)).toMatchObject({ users: [], tags: ["1"] });
    expect(findApp(apps, addressOfPerson(second, "lisi"))).toMatchObject({ users: ["lisi"], tags: [] });
    for (const none of ["wecom_app:a/0/user/b/2", "wecom_app:a/0", "wecom_app:/user/x"])
      expect(findApp(apps, none)).toBeUndefined();
  });

  it("keeps its secrets out of what is shown", () => {
    const secrets = secretsOf(readEnvironment({}), read(`touser: a, ${CALLBACK}`));
    for (const secret of ["app-secret", "letter-token", KEY]) expect(secrets).toContain(secret);
  });

  it.each<[string, string]>([
    ["send_resolved: true", "needs at least one of touser, toparty, totag and oncall"],
    ['touser: "|"', "needs at least one of touser, toparty, totag and oncall"],
    [`touser: "${Array.from({ length: 1_001 }, (_, i) => `u${i}`).join("|")}"`, "there can be 1000 at most"],
    ["touser: a, callback: { token: t }", "callback.encoding_aes_key: is missing"],
    ["touser: a, callback: { token: t, encoding_aes_key: short }", "must be the 43 letters and digits"],
    ["touser: a, callback: { token: t, encoding_aes_key: short, url: x }", "callback.url: unknown key"],
    ["touser: a, msgtype: text", "msgtype: unknown key"],
  ])("is refused with %s", (more, problem) => {
    expect(problemsOf(more)).toContain(problem);
  });
});
