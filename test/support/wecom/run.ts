/** `npm run fake:wecom`: the fake by hand, until it is interrupted. `FAKE_WECOM_PORT` names its port. */
import { openFakeWeCom } from "./fake-wecom.ts";

const DEFAULT_PORT = 18_090;

const port = Number(process.env["FAKE_WECOM_PORT"] ?? DEFAULT_PORT);
const fake = await openFakeWeCom({ port }).catch((error: NodeJS.ErrnoException) => {
  process.stderr.write(
    `端口 ${port} 打不开，可用 FAKE_WECOM_PORT 换一个 · cannot listen on port ${port}; FAKE_WECOM_PORT names another (${error.code})\n`,
  );
  process.exit(1);
});
fake.app.listenAt(process.env["WECOM_CALLBACK_URL"] ?? "http://127.0.0.1:8080/wecom/callback");

const [robot] = fake.robots.values();
const [group] = fake.chats;
const { corpId, secret, agentId, token, aesKey } = fake.app;
const lines = [
  "仿真企业微信已启动 · The fake WeCom is up",
  "",
  `  ${fake.url}/        群聊页面 · the groups, as people see them`,
  "",
  "写进 .env 再启动更夫 · Copy into .env, then start Gengfu:",
  "",
  ...Object.entries(fake.environment).map(([name, value]) => `${name}=${value}`),
  "",
  `群 · group: ${group?.name} ${group?.id}`,
  `群机器人 · group robot: ${fake.url}/cgi-bin/webhook/send?key=${robot?.key}`,
  `自建应用 · application: corpid=${corpId} corpsecret=${secret} agentid=${agentId} token=${token} aeskey=${aesKey}`,
  "",
];
process.stdout.write(`${lines.join("\n")}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void fake.close());
