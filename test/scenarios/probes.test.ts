/** Ports, certificates, names and hosts watched by talking: made, tried, judged, and kept away from the neighbours. */
import { afterEach, describe, expect, it } from "vitest";
import { answerTo, serveNames } from "../support/name-server.ts";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";
import { serveRaw } from "../support/web-server.ts";

let road: Road;
afterEach(() => road.close());

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await converse(road, rows);
}

const here: RoadOptions = { allow: ["10.0.0.0/8"], reach: { address: "127.0.0.1", family: 4 } };

describe("a probe made in the chat", () => {
  it("is a kind and what it looks at, with a name or without", () =>
    play([
      ["添加监控 tcp shop.example:443", "已添加监控 shop.example:443：tcp `shop.example:443`，每30秒看一次"],
      [
        "添加监控 数据库 tcp shop.example:3306 interval=1m",
        "已添加监控 数据库：tcp `shop.example:3306`",
        "每1分钟",
      ],
      ["monitor add tls shop.example", "已添加监控 shop.example：tls `shop.example:443`"],
      ["monitor add dns shop.example query_type=mx server=public.example", "dns `shop.example`"],
      ["添加监控 网关 ping public.example", "已添加监控 网关：icmp `public.example`"],
      ["monitor add tcp://public.example:22", "已添加监控 public.example:22：tcp"],
      ["监控", "监控 7 个", "**网关** icmp `public.example`", "**shop.example:443** tcp"],
      ["监控 tcp://shop.example:3306", "**数据库** tcp"],
      ["监控 TLS://Shop.Example", "tls `shop.example:443`"],
    ]));

  it("says which option is wrong", () =>
    play([
      ["添加监控 tcp shop.example", "监控的选项不对", "`target`", "主机:端口"],
      ["monitor add dns shop.example query_type=X", "`query_type`"],
      ["monitor add tcp shop.example:1 expect=(", "`expect`", "RE2"],
      ["monitor add ping shop.example count=9", "`count`"],
      ["monitor add dns", "缺少 `query_name`", "!undefined"],
      ["monitor add https://shop.example/ body_json=>5", "`body_json`"],
    ]));

  it("has no secret and no proxy: those stand in the file", () =>
    play([
      ["添加监控 https://shop.example/ proxy_url=http://10.0.0.1:3128", "`proxy_url` 只能写在 gengfu.yml 里"],
      ["monitor add https://shop.example/ bearer_token=t0ken", "`bearer_token` 只能写在"],
      ["monitor test tcp shop.example:1 tls_config=x", "`tls_config`"],
      ["监控", "监控 1 个"],
    ]));

  it("may still be called as a kind is", () =>
    play([
      ["添加监控 dns https://shop.example/", "已添加监控 dns：http"],
      ["添加监控 证书 https://shop.example/a", "已添加监控 证书：http"],
    ]));
});

describe("an address of the neighbours", () => {
  it.each<[string]>([
    ["tcp intra.example:3306"],
    ["tcp 10.0.0.5:3306"],
    ["tcp 0x0a.5:3306"],
    ["tls 10.0.0.5"],
    ["tls [::ffff:10.0.0.5]:443"],
    ["ping intra.example"],
    ["icmp 169.254.169.254"],
    ["dns shop.example server=10.0.0.5"],
    ["tcp localhost:22"],
  ])("is refused when it is made, tried or put in a rule: %s", (probe) =>
    play([
      [`添加监控 ${probe}`, "不允许访问", "network: { allow: "],
      [`测试监控 ${probe}`, "不允许访问"],
      [`${probe.replace(/ server=.*/, "")} 连不上时告警`, probe.startsWith("dns") ? "" : "不允许访问"],
    ]),
  );
});

describe("a probe that is tried once", () => {
  it("tells what it saw, or its reason", async () => {
    const greeting = await serveRaw((socket) => void socket.write("220 ready\r\n"));
    const names = await serveNames((question) => [answerTo(question, { rcode: 3 })]);
    try {
      await play(
        [
          [`测试监控 tcp intra.example:${greeting.port} expect=^220`, "🟢 成功", "`probe_success` = 1"],
          [`测试监控 tls intra.example:${greeting.port}`, "🔴 失败：TLS 证书或握手有问题"],
          [
            `测试监控 dns nobody.example server=intra.example:${names.port}`,
            "🔴 失败：DNS 返回码不符合预期（NXDOMAIN）",
          ],
          [
            `monitor test dns nobody.example server=intra.example:${names.port} expected_rcode=NXDOMAIN`,
            "🟢 成功",
          ],
        ],
        here,
      );
    } finally {
      await greeting.close();
      await names.close();
    }
  });
});

describe("a sentence", () => {
  it("makes the probe and its rule", async () => {
    await play([
      [
        "tcp shop.example:3306 连不上时告警",
        "明白了，规则 1",
        'probe_success{instance="tcp://shop.example:3306"} == 0',
        "新建 tcp 监控",
      ],
      ["tcp shop.example:3306 连不上时告警", "已经有这条规则了"],
      ["tls shop.example 证书剩余小于14天时告警", 'instance="tls://shop.example:443"', "新建 tls 监控"],
      ["alert when tcp shop.example:3306 latency > 1s", "watched already"],
      [
        "ping public.example 丢包率超过20%告警",
        'probe_icmp_packet_loss_percent{instance="icmp://public.example"} > 20',
      ],
      ["监控", "监控 4 个"],
    ]);
    expect(road.errors).toEqual([]);
  });
});
