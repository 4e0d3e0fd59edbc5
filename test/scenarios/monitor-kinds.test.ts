/** Whoever does not know what can be watched is told, kind by kind, with a line to type that works. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSpec } from "../../commands/monitors/add.ts";
import { exampleOf } from "../../commands/monitors/kinds.ts";
import { type MonitorKinds, monitorKinds } from "../../monitors/index.ts";
import { Road } from "../support/road.ts";

const kinds: MonitorKinds = monitorKinds;

describe("kinds of monitors", () => {
  let zh: Road;
  let en: Road;

  beforeEach(async () => {
    zh = await Road.open();
    en = await Road.open({ locale: "en" });
  });

  afterEach(async () => {
    await zh.close();
    await en.close();
  });

  it.each(Object.keys(kinds))("the example of %s makes one, in both languages", (kind) => {
    for (const line of Object.values(exampleOf(kind))) {
      const rest = line.replace(/^(?:monitor add|添加监控) /, "");
      expect(readSpec(rest, zh.world), line).toMatchObject({ kind });
    }
  });

  it("`monitor add` alone, and with what is no kind, lists every kind", async () => {
    for (const line of ["monitor add", "monitor add gargle 10.0.0.1"]) {
      const [inChinese, inEnglish] = [await zh.say(line), await en.say(line)];
      for (const [kind, { summary }] of Object.entries(kinds)) {
        expect(inChinese).toContain(exampleOf(kind).zh);
        expect(inChinese).toContain(summary.zh);
        expect(inEnglish).toContain(exampleOf(kind).en);
      }
    }
    expect(await zh.say("添加监控 gargle 10.0.0.1")).toContain("“gargle 10.0.0.1”里没有网址");
  });

  it.each(Object.entries(kinds))("`help %s` says how one is made and what it takes", async (name, kind) => {
    const said = await zh.say(`帮助 ${name}`, "stranger");
    // A heartbeat and a flow have commands of their own, and `help` is about those.
    const example = name === "heartbeat" ? "心跳 夜间备份" : name === "flow" ? "流程" : kind.example.zh;
    expect(said).toContain(example);
    if (name === "heartbeat" || name === "flow") return;
    for (const option of Object.keys(kind.options.shape)) expect(said).toContain(`\`${option}\``);
    expect(said).toContain(kind.needs === "admin" ? "管理员" : "操作员");
    expect(said).toMatch(/默认每\d+(?:秒|分钟)看一次/);
  });

  it("finds a kind by its other words", async () => {
    expect(await zh.say("帮助 证书", "stranger")).toContain("监控种类 `tls`");
    expect(await en.say("help ping", "stranger")).toContain("`icmp`, a kind of monitor: pings a host");
  });

  it("shows an example where something is missing, and all options where there is no such one", async () => {
    expect(await zh.say("添加监控 dns")).toContain(
      "缺少 `query_name`。例如 `添加监控 域名 example.com query_type=MX`",
    );
    expect(await en.say("monitor add process")).toContain("For example `monitor add process nginx`");
    expect(await en.say("monitor add tcp shop.example:22 targt=x")).toContain(
      "there is no option `targt`. Say `help tcp` for all of them",
    );
  });

  it("takes another word for a kind as a name where the kind follows", async () => {
    expect(await zh.say("添加监控 端口 tcp shop.example:22")).toContain(
      "已添加监控 端口：tcp `shop.example:22`",
    );
  });

  it("says what is wrong with an option in the language of the conversation", async () => {
    const rows = [
      ["添加监控 tcp shop.example:99999", "`target`：要写 主机:端口"],
      ["添加监控 tcp shop.example:22 interval=1x", "`interval`：要写 1s 到 1d 的时长"],
      ["添加监控 tcp shop.example:22 interval=10s timeout=20s", "`timeout`：不能比 interval（10s）长"],
      ["添加监控 https://shop.example body_matches=(a", "`body_matches`：不是 RE2 表达式"],
      ["添加监控 https://shop.example body_json=a.b!c", "`body_json`：路径或比较写得不对"],
      ["添加监控 systemd 'a b'", "要写单元名"],
      ["心跳 备份 周期 1秒", "`period`：要写 10s 到 366d 的时长"],
    ];
    for (const [line = "", wrong = ""] of rows) {
      const said = await zh.say(line);
      expect(said).toContain(wrong);
      expect(said).not.toContain("must be");
    }
    expect(await en.say("monitor add tcp shop.example:99999")).toContain("`target`: must be host:port");
  });

  it("takes labels and headers as name:value, and quotes of every kind", () => {
    const read = (line: string) => readSpec(line, zh.world);
    expect(read('https://shop.example labels=team:web,dc="bj 1" headers="X-Shop: 1"')).toMatchObject({
      labels: { team: "web", dc: "bj 1" },
      options: { headers: { "X-Shop": "1" } },
    });
    expect(read('https://shop.example labels={team="web"}').labels).toEqual({ team: "web" });
    for (const query of ['"sum(x{code=~\\"5..\\"})"', "'sum(x{code=~\"5..\"})'", '`sum(x{code=~"5.."})`'])
      expect(read(`prometheus http://prometheus.example:9090 query=${query}`).options).toMatchObject({
        query: 'sum(x{code=~"5.."})',
      });
    expect(() => read("https://shop.example labels=web")).toThrow("`labels`: must be name:value");
  });

  it("lists those that fail first, with their reasons", async () => {
    for (let i = 0; i < 31; i++) await en.say(`heartbeat beat${i} every 1h`);
    await en.say("monitor add tcp shop.example:22");
    await en.clock.advance(60_000);
    const said = await en.say("monitors");
    expect(said).toMatch(
      /^33 monitors, 1 failing:\n\n- \*\*shop\.example:22\*\* tcp .* 🔴 failing for .*: .*refused/,
    );
    expect(said).toContain("… and 3 more");
  });

  it("watches this machine once: a second monitor of it is refused, and nothing is doubled", async () => {
    await en.say("rule add busy: cpu_usage_percent > 80");
    const made = await en.say("monitor add system interval=5s");
    expect(made).toContain("Monitor system added: system, every 5s.");
    expect(made).toContain("It takes the place of the built-in monitor system");
    for (const line of ["monitor add mine system", "monitor add system"])
      expect(await en.say(line)).toContain("this machine is watched already by the monitor");
    expect(await zh.say("添加监控 本机 system")).toContain("它代替了自带的监控 system");
    expect(await zh.say("添加监控 system")).toContain("本机已由监控“本机”在看");
    en.machine["cpu_usage_percent"] = 95;
    await en.clock.advance(60_000);
    const alerts = await en.say("alerts");
    expect(alerts).toMatch(/#\d+/);
    expect(alerts).not.toMatch(/\d+ alerts/);
    await en.say("monitor remove system");
    expect(await en.say("monitor system")).toContain("Built in");
  });

  it("says that the word of a kind was taken for a name, where nothing says what to ask", async () => {
    const said = await en.say("monitor add prometheus https://prom.example/-/healthy");
    expect(said).toContain("Monitor prometheus added: http");
    expect(said).toContain(
      "“prometheus” was taken for a name; if you meant the kind, for example `monitor add",
    );
    expect(await en.say("monitor add shop https://shop.example")).not.toContain("taken for a name");
  });

  it("says of a name that nobody has that there is no such monitor", async () => {
    expect(await zh.say("测试监控 nosuch")).toContain("没有监控“nosuch”");
  });
});
