/** `npm run fake:dingtalk`: the fake by hand, until it is interrupted. `PORT` names the first of its two ports. */
import { openFakeDingTalk } from "./index.ts";

const DEFAULT_PORT = 18_080;
/** As often as the real one looks whether anybody is still there. */
const PING_MS = 30_000;

const fake = await openFakeDingTalk({
  port: Number(process.env["PORT"] ?? DEFAULT_PORT),
  maskSecrets: true,
  settings: { apiPerMonth: 5_000, streamPerMonth: 3_000, qps: 20 },
});
const [robot] = fake.world.robots.values();
const [group] = fake.world.groups.values();
const lines = [
  "仿真钉钉已启动 · The fake DingTalk is up",
  "",
  `  ${fake.apiBase}/        群聊页面 · the groups, as people see them`,
  "",
  "写进 .env 再启动更夫 · Copy into .env, then start Gengfu:",
  "",
  ...Object.entries(fake.environment).map(([name, value]) => `${name}=${value}`),
  "",
  `群 · group: ${group?.title} ${group?.id}`,
  `自定义机器人 · custom robot: access_token=${robot?.token} secret=${robot?.secret}`,
  "",
];
process.stdout.write(`${lines.join("\n")}\n`);

const pinging = setInterval(() => {
  for (const connection of fake.sockets.all) if (connection.state === "live") connection.ping();
}, PING_MS);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    clearInterval(pinging);
    void fake.close();
  });
