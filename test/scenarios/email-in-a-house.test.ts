/** From a `gengfu.yml` to a mailbox and back by the link in the mail: a whole house in front of a real mail server. */
import { expect, test as it, onTestFinished } from "vitest";
import { until } from "../support/bot.ts";
import { buildHouse } from "../support/house.ts";
import { type FakeSmtp, openSmtp } from "../support/smtp.ts";
import { temporaryFolder } from "../support/test-files.ts";

const PUBLIC_URL = "https://gengfu.shop.example/watch";

const yaml = (port: number): string => `
global:
  smtp_smarthost: 127.0.0.1:${port}
  smtp_from: 更夫 <gengfu@shop.example>
  smtp_auth_username: gengfu
  smtp_auth_password: "\${SMTP_PASSWORD}"
  smtp_tls_config: { insecure_skip_verify: true }
people: [{ id: "email:guest@shop.example", role: viewer }]
route: { receiver: team, group_wait: 0s, group_interval: 1s }
receivers:
  - name: team
    email_configs:
      - { to: "zhang@shop.example, guest@shop.example", send_resolved: true }
`;

const labels = { alertname: "DiskFull", host: "web-1", severity: "critical" };

async function open(env: Readonly<Record<string, string>> = {}) {
  const smtp = await openSmtp({ user: "gengfu", password: "s3cret-word" });
  onTestFinished(() => smtp.close());
  const spec = {
    dir: await temporaryFolder(),
    yaml: yaml(smtp.port),
    env: { LOCALE: "zh-CN", SMTP_PASSWORD: "s3cret-word", ...env },
  };
  const house = await buildHouse(spec);
  const json = { "content-type": "application/json", authorization: "Bearer the-api-token" };
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${house.url}${path}`, { method: "POST", headers: json, body: JSON.stringify(body) });
  const say = async (text: string): Promise<string> => {
    const answer = await post("api/console/messages", { conversation: "ops", user: "alice", text });
    const { replies } = (await answer.json()) as { replies: { text: string }[] };
    return replies.map((reply) => reply.text.replaceAll("\\", "")).join("\n");
  };
  return { smtp, house, post, say, spec };
}

/** The path and query of the link to this address. */
function linkTo(smtp: FakeSmtp, address: string): string {
  const mail = smtp.taken.find(({ to }) => to.includes(address));
  const link = /认领：(https:\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
  expect(link).toMatch(/^https:\/\/gengfu\.shop\.example\/watch\/email\/acknowledge\?t=[\w-]+\.[\w-]{43}$/);
  return link.slice(PUBLIC_URL.length + 1);
}

it("an alert becomes a mail with a link, the link acknowledges once, the end is a mail in the same thread", {
  timeout: 60_000,
}, async () => {
  const { smtp, house, post, say } = await open({ PUBLIC_URL, API_TOKEN: "the-api-token" });
  expect((await post("api/v2/alerts", [{ labels, annotations: { summary: "磁盘满了" } }])).status).toBe(200);
  await smtp.heard(2);
  expect(smtp.taken.map(({ to, user, secure }) => ({ to, user, secure }))).toEqual([
    { to: ["zhang@shop.example"], user: "gengfu", secure: true },
    { to: ["guest@shop.example"], user: "gengfu", secure: true },
  ]);
  // Of whom the file says that they only look.
  expect(smtp.taken[1]?.text).not.toContain("acknowledge");

  // As a proxy passes it on, without any token of ours; and as a scanner does, again and again.
  const path = linkTo(smtp, "zhang@shop.example");
  for (let i = 0; i < 3; i++) {
    const page = await fetch(`${house.url}${path}`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html.match(/<button/g)).toHaveLength(1);
    expect(html).toContain('<form method="post"><button type="submit">认领 #1</button></form>');
    expect(html).toContain("#1 DiskFull");
    expect(html).not.toContain("<script");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  }
  expect((await fetch(`${house.url}${path}`, { method: "HEAD" })).status).toBe(200);
  expect(await say("详情 1")).not.toContain("zhang@shop.example");

  // A browser sends `Origin: null` from a page without referrer.
  const press = (): Promise<Response> =>
    fetch(`${house.url}${path}`, {
      method: "POST",
      headers: {
        origin: "null",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      },
    });
  const [one, two] = await Promise.all([press(), press()]);
  for (const answer of [one, two]) {
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/zhang@shop\.example 认领了 #1/);
  }
  expect(await say("详情 1")).toContain("zhang@shop.example");
  const trail = await say("审计");
  expect(trail.match(/ack 1/g)).toHaveLength(1);
  expect(trail).toMatch(/zhang@shop\.example.*email:team\/0/);

  // Given back by somebody else, it is not taken again by the same link.
  await say("放弃 1");
  const third = await press();
  expect(third.status).toBe(410);
  expect(await third.text()).toContain("链接已用过");

  const before = smtp.taken.length;
  await post("api/v2/alerts", [{ labels, endsAt: new Date(Date.now() - 1_000).toISOString() }]);
  await smtp.heard(before + 1);
  const end = smtp.taken.at(-1);
  expect(end?.headers["references"]).toContain(smtp.taken[0]?.headers["references"]);
  expect(end?.headers["subject"]).toBe("Re: [严重] web-1 DiskFull · #1");

  const shown = await say("通道");
  expect(shown).toMatch(/\*\*email:team\/0\*\* — 正常；/);
  expect(await say("为什么 1")).toContain("SMTP 250");
  const status = await (
    await fetch(`${house.url}api/v2/status`, { headers: { authorization: "Bearer the-api-token" } })
  ).text();
  expect(status).toContain("email_configs");
  for (const words of [shown, status, trail]) expect(words).not.toContain("s3cret-word");
});

it("a server that greylists, then hangs up, has it in the end, once", { timeout: 60_000 }, async () => {
  const { smtp, post, say } = await open();
  const refusals = ["450 4.2.0 come back later", "450 4.2.0 come back later", "421 4.3.0 shutting down"];
  smtp.tricks.rcpt = () => refusals.shift();
  await post("api/v2/alerts", [{ labels }]);
  await smtp.heard(1);
  expect(refusals).toEqual([]);
  expect(smtp.taken).toHaveLength(1);
  await until(async () => (await say("为什么 1")).includes("SMTP 250") || undefined, 30_000);
});

it("without PUBLIC_URL there is neither a link nor a page", { timeout: 60_000 }, async () => {
  const { smtp, house, post } = await open();
  await post("api/v2/alerts", [{ labels }]);
  await smtp.heard(1);
  expect(smtp.taken[0]?.to).toEqual(["zhang@shop.example", "guest@shop.example"]);
  expect(smtp.taken[0]?.raw).not.toContain("acknowledge");
  for (const method of ["GET", "POST"])
    expect((await fetch(`${house.url}email/acknowledge?t=x`, { method })).status).toBe(404);
});

it("a link still counts after a restart, and one of another house does not", {
  timeout: 60_000,
}, async () => {
  const first = await open({ PUBLIC_URL });
  await first.post("api/v2/alerts", [{ labels }]);
  await first.smtp.heard(2);
  const path = linkTo(first.smtp, "zhang@shop.example");
  await first.house.stop();
  const again = await buildHouse(first.spec);
  const other = await open({ PUBLIC_URL });
  await other.post("api/v2/alerts", [{ labels }]);
  await other.smtp.heard(2);
  for (const method of ["GET", "POST"])
    expect((await fetch(`${other.house.url}${path}`, { method })).status).toBe(404);
  expect((await fetch(`${again.url}${path}`, { method: "POST" })).status).toBe(200);
});
