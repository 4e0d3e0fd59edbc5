/** On call in a whole house: a rotation made in the chat, its calendar at the door, mail to whoever has the duty. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as it, onTestFinished } from "vitest";
import { until } from "../support/bot.ts";
import { buildHouse } from "../support/house.ts";
import { openSmtp } from "../support/smtp.ts";
import { temporaryFolder } from "../support/test-files.ts";

const PEOPLE = `
people:
  - { id: "console:zhang", name: 张三, role: operator, email: zhang@shop.example }
  - { id: "console:li", name: 李四, role: operator, email: li@shop.example }
`;

async function open(yaml: string, env: Readonly<Record<string, string>> = {}, rewritten?: () => string) {
  const dir = await temporaryFolder();
  const house = await buildHouse({ dir, yaml, env, ...(rewritten === undefined ? {} : { rewritten }) });
  const headers = { "content-type": "application/json", authorization: "Bearer the-api-token" };
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${house.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const say = async (text: string, user = "boss"): Promise<string> => {
    const answer = await post("api/console/messages", { conversation: "ops", user, text });
    const { replies } = (await answer.json()) as { replies: { text: string }[] };
    return replies.map((reply) => reply.text.replaceAll("\\", "")).join("\n");
  };
  return { house, post, say };
}

it("its calendar is for whoever has the address, and tells nobody else whether it is there", {
  timeout: 60_000,
}, async () => {
  const yaml = `${PEOPLE}
oncall:
  - { name: "数据", rotation: { people: ["console:zhang"], every: 1w, starts: 2026-01-05T09:00 } }
  - { name: db, ics_token: "own token/1", rotation: { people: ["console:li"], every: 1w, starts: 2026-01-05T09:00 } }
`;
  const { house, say } = await open(yaml, {
    API_TOKEN: "the-api-token",
    PUBLIC_URL: "https://gengfu.example/w",
  });
  const said = await say("值班 日历");
  const links = [...said.matchAll(/https:\/\/gengfu\.example\/w\/(oncall\/\S+?)`/g)].map(
    ([, path]) => path ?? "",
  );
  expect(links).toHaveLength(2);
  const [data = "", db = ""] = links;
  expect(db).toBe("oncall/db.ics?token=own%20token%2F1");
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${house.url}${path}`, { headers });
  const answer = await get(data);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/calendar; charset=utf-8"]);
  const text = await answer.text();
  expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
  expect(text).toContain("SUMMARY:张三 · 数据");
  expect((await get(db)).status).toBe(200);
  expect((await get("oncall/db.ics", { authorization: "Bearer the-api-token" })).status).toBe(200);
  const token = data.slice(data.indexOf("=") + 1);
  for (const path of [
    "oncall/db.ics",
    `oncall/db.ics?token=${token}`,
    "oncall/db.ics?token=",
    "oncall/db.ics?token=own%20token%2F1&token=x",
    `oncall/none.ics?token=${token}`,
    "oncall/db?token=own%20token%2F1",
    "oncall/..%2f..%2fdb.ics",
    "oncall/%00.ics",
    "oncall/%ff.ics",
    "oncall/",
    `oncall/${"x".repeat(5_000)}.ics`,
  ]) {
    const refused = await get(path);
    expect([400, 401, 404], path).toContain(refused.status);
    expect(await refused.text(), path).not.toContain("VCALENDAR");
  }
  expect((await fetch(`${house.url}${db}`, { method: "POST" })).status).not.toBe(200);
});

it("a mail goes to whoever has the duty, and its link is theirs; a file that drops the rotation is refused", {
  timeout: 60_000,
}, async () => {
  const smtp = await openSmtp({ user: "gengfu", password: "s3cret-word" });
  onTestFinished(() => smtp.close());
  const calendar = join(await temporaryFolder(), "db.ics");
  const hour = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  writeFileSync(
    calendar,
    `BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:${hour(now - 3_600_000)}\nDTEND:${hour(now + 86_400_000)}\nSUMMARY:李四\nEND:VEVENT\nEND:VCALENDAR\n`,
  );
  const rest = `
global:
  smtp_smarthost: 127.0.0.1:${smtp.port}
  smtp_from: gengfu@shop.example
  smtp_auth_username: gengfu
  smtp_auth_password: s3cret-word
  smtp_tls_config: { insecure_skip_verify: true }
route: { receiver: page, group_wait: 0s, group_interval: 1s }
receivers: [{ name: page, email_configs: [{ oncall: db }] }]
`;
  const yaml = `${PEOPLE}oncall: [{ name: db, ics: ${JSON.stringify(calendar)} }]\n${rest}`;
  const { post, say } = await open(yaml, { API_TOKEN: "the-api-token" }, () => `${PEOPLE}${rest}`);
  await until(async () => (await say("值班")).includes("**李四**"));
  const labels = { alertname: "DiskFull", severity: "critical" };
  expect((await post("api/v2/alerts", [{ labels }])).status).toBe(200);
  await smtp.heard(1);
  expect(smtp.taken.map(({ to }) => to)).toEqual([["li@shop.example"]]);
  await until(async () => (await say("why 1")).includes("on call for db: 李四"));
  expect(await say("oncall swap db zhang for 2h")).toContain("**张三**");
  expect((await post("api/v2/alerts", [{ labels: { ...labels, alertname: "Other" } }])).status).toBe(200);
  await smtp.heard(2);
  expect(smtp.taken[1]?.to).toEqual(["zhang@shop.example"]);
  expect(await say("reload")).toContain("receivers[0].email_configs[0].oncall");
  expect(await say("值班")).toContain("**张三**");
});
