/** Processes and units watched by talking: an admin's to make, everybody's to see. */
import { afterEach, describe, it } from "vitest";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await converse(road, rows);
}

describe("a monitor that looks into the machine", () => {
  it("is made by an admin", () =>
    play([
      ["添加监控 进程 nginx expected_count=2+", "已添加监控 nginx：process `nginx`，每30秒看一次"],
      ["monitor add shop process match=shop\\.jar user=shop", "已添加监控 shop：process，每30秒"],
      ["monitor add db process port=5432", "已添加监控 db：process"],
      ["添加监控 systemd nginx,redis", "已添加监控 nginx,redis：systemd `nginx.serv"],
      ["添加监控 定时器 systemd logrotate.timer", "已添加监控 定时器：systemd `logrotate.timer`"],
      ["operator: 监控", "监控 6 个", "**nginx** process `nginx`", "!shop\\.jar"],
    ]));

  it("is refused to an operator, made, tried or said", () =>
    play([
      ["operator: 添加监控 进程 nginx", "需要管理员权限", "role: admin"],
      ["operator: monitor add systemd nginx", "需要管理员权限"],
      ["operator: monitor test process port=22", "需要管理员权限"],
      ["operator: 监控", "监控 1 个"],
    ]));

  it("says which option is wrong", () =>
    play([
      ["monitor add x process expected_count=2", "至少写一个"],
      ["monitor add process nginx expected_count=4-2", "应写个数"],
      ["monitor add process port=99999", "`port`"],
      ["monitor add a process pid_file=run.pid", "`pid_file`", "绝对路径"],
      ["monitor add a process match=(", "`match`", "RE2"],
      ["monitor add systemd nginx,a;reboot", "`unit.1`", "单元名"],
      ["monitor add systemd nginx expected_state=running", "`expected_state.0`"],
    ]));
});

describe("where there is no systemd", () => {
  it("says so instead of making what fails at once, and what can be watched", () =>
    play(
      [
        ["添加监控 systemd nginx", "本机没有 systemd", "添加监控 进程 nginx"],
        ["monitor add web systemd nginx,php*-fpm.service", "没有 systemd", "nginx.service、php"],
        ["alert when systemd nginx fails", "there is no systemd here", "monitor add process nginx"],
        ["getty@tty1.service 失败告警", "本机没有 systemd"],
        ["测试监控 systemd nginx", "本机没有 systemd"],
        ["监控", "监控 1 个"],
        ["规则", "!nginx", "!getty"],
        ["添加监控 进程 nginx", "已添加监控 nginx：process `nginx`"],
      ],
      { systemd: false },
    ));
});

describe("a sentence about a program or a unit", () => {
  it("makes the monitor and the rule, once", () =>
    play([
      [
        "nginx 进程不在时告警",
        "规则 1：nginx 不可用",
        "process://nginx — 新建 process 监控，每30秒看一次",
        'up{instance="process://nginx"} == 0',
      ],
      [
        "alert when process nginx is down",
        "There is that rule already: rule 1",
        'up{instance="process://nginx"} == 0',
      ],
      ["getty@tty1.service 失败告警", "规则 2：getty@tty1.service 不可用", "新建 systemd 监控"],
      ["nginx 进程数少于2告警", "规则 3", 'process_count{instance="process://nginx"} < 2'],
      ["监控", "监控 3 个", "**nginx** process `nginx`", "systemd `getty@tty1.service`"],
    ]));

  it("is an admin's where it needs a new monitor, and an operator's where it does not", () =>
    play([
      ["operator: redis 进程挂了告警", "需要管理员权限"],
      ["operator: systemd redis 失败告警", "需要管理员权限"],
      ["监控", "监控 1 个"],
      ["规则", "!redis"],
      ["添加监控 进程 redis", "已添加监控 redis"],
      ["operator: redis 进程挂了告警", "规则 1：redis 不可用"],
    ]));

  it("that only tells the news is no rule", () =>
    play([
      ["nginx 进程挂了", "!规则 1"],
      ["规则", "!nginx"],
    ]));
});
