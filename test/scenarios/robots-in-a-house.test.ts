/** From a `gengfu.yml` to a group of a DingTalk and one of a WeCom: a whole house in front of both platforms' robots. */
import { expect, test as it, onTestFinished } from "vitest";
import { openFakeDingTalk } from "../support/dingtalk/index.ts";
import { buildHouse } from "../support/house.ts";
import { openRobots, textOf } from "../support/robots.ts";
import { temporaryFolder } from "../support/test-files.ts";

const YAML = `
route: { receiver: team, group_wait: 0s }
receivers:
  - name: team
    dingtalk_robot_configs:
      - { access_token: "\${ROBOT}", secret: "\${SECRET}", at_mobiles: ["13800000000"] }
      - { access_token: unknown-token-0002, secret: "\${SECRET}" }
    wecom_robot_configs: [{ key: fake-key-0001 }]
`;

const ROBOT = "fake-robot-token-0001";
const SECRET = "SECfake0001";

it("an alert becomes a message in both groups, its end another, and no secret shows", {
  timeout: 60_000,
}, async () => {
  const dingTalk = await openFakeDingTalk();
  onTestFinished(() => dingTalk.close());
  const weCom = await openRobots();
  onTestFinished(() => weCom.close());
  const env = { ROBOT, SECRET, DINGTALK_OAPI_BASE: dingTalk.oapiBase, WECOM_API_BASE: weCom.url };
  const house = await buildHouse({
    dir: await temporaryFolder(),
    yaml: YAML,
    env: { ...env, LOCALE: "zh-CN" },
  });
  const json = { "content-type": "application/json" };
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${house.url}${path}`, { method: "POST", headers: json, body: JSON.stringify(body) });

  const labels = { alertname: "DiskFull", host: "web-1", severity: "critical" };
  expect((await post("api/v2/alerts", [{ labels, annotations: { summary: "磁盘满了" } }])).status).toBe(200);
  const first = await dingTalk.until(() => dingTalk.world.messages[0]);
  expect(first).toMatchObject({
    conversation: "cidFakeOps0001==",
    kind: "markdown",
    title: "[严重] web-1 DiskFull · #1",
    mentions: ["13800000000"],
  });
  expect(first.text).toMatch(
    /^### 🔴 \[严重\] #1 DiskFull\n\n- \*\*内容\*\*：磁盘满了\n- \*\*位置\*\*：host=web-1\n- \*\*开始\*\*：\d\d-\d\d \d\d:\d\d\n\n@13800000000$/,
  );

  expect(
    (await post("api/v2/alerts", [{ labels, endsAt: new Date(Date.now() - 1_000).toISOString() }])).status,
  ).toBe(200);
  const end = await dingTalk.until(() => dingTalk.world.messages[1]);
  expect(end).toMatchObject({ title: "[恢复] web-1 DiskFull · #1", mentions: [] });
  await weCom.heard(2);
  expect(weCom.said.map(textOf)[0]).toMatch(
    /^🔴 <font color="warning">\*\*\[严重\] web-1 DiskFull · #1\*\*<\/font>\n/,
  );

  const said = await post("api/console/messages", { conversation: "ops", user: "alice", text: "通道" });
  const { replies } = (await said.json()) as { replies: { text: string }[] };
  const shown = replies[0]?.text.replaceAll("\\", "") ?? "";
  expect(shown).toMatch(/\*\*dingtalk_robot:team\*\* — 正常；.*额度还剩 1\d\/20/);
  expect(shown).toMatch(/\*\*wecom_robot:team\*\* — 正常；/);

  const status = await (await fetch(`${house.url}api/v2/status`)).text();
  expect(status).toContain("dingtalk_robot_configs");
  for (const secret of [ROBOT, SECRET, "unknown-token-0002", "fake-key-0001"]) {
    expect(status).not.toContain(secret);
    expect(shown).not.toContain(secret);
  }
});
