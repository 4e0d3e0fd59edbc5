/** A log followed by talking: made by an admin, tried out, judged; its last lines on the card. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { settle } from "../support/fake-clock.ts";
import { cardText, converse, Road } from "../support/road.ts";

/** Only when the test looks: a look by itself would read in its own time, while that of the test's clock flies. */
const RARELY = "interval=1h timeout=1h";

let road: Road;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gengfu-log-"));
  path = join(folder, "app.log");
});
afterEach(async () => {
  await road.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody writes into the log. */
async function write(text: string, monitor: string): Promise<void> {
  appendFileSync(path, text);
  await pass(10_000, monitor);
}

/** Time passes, and files are read in their own: each look is waited for. */
async function pass(ms: number, monitor: string): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    await road.clock.advance(5_000);
    await road.world.watch.lookOnce(monitor);
    await settle();
  }
}

function incidents(): string[] {
  return road.console.shown
    .filter(({ card }) => card.kind === "incident")
    .map(({ card }) => `${card.status} ${cardText(card)}`);
}

test("an error in a file raises a card with the lines; secrets and markup in them are no more than text", async () => {
  road = await Road.open();
  appendFileSync(path, "10:00 INFO started\n");
  await converse(road, [
    [
      `添加监控 应用 log ${path} patterns="OutOfMemory|no stock" multiline=off ${RARELY}`,
      "已添加监控 应用：log",
    ],
    ['新建规则 内存溢出: increase(log_matches_total{monitor="应用"}[5m]) > 0 severity critical', "规则 1"],
  ]);
  await pass(30_000, "应用");
  expect(incidents()).toEqual([]);
  await write(
    "10:01 ERROR java.lang.OutOfMemoryError: heap **@all** password=hunter2\n10:01 INFO fine\n",
    "应用",
  );
  await write("10:02 ERROR no stock of 17\n", "应用");
  await pass(45_000, "应用");
  const [card] = incidents();
  expect(card).toContain("内存溢出");
  expect(card).toContain("日志: 10:01 ERROR java.lang.OutOfMemoryError: heap **@all** password=***");
  expect(card).not.toContain("hunter2");
  expect(card).not.toContain("INFO fine");
  await converse(road, [
    ["监控 应用", "10:02 ERROR no stock of 17", "log_matches_total", "!hunter2"],
    ["详情 1", "日志: 10:02 ERROR no stock of 17"],
  ]);
});

test("who may make one, try one, and see its lines", async () => {
  road = await Road.open({ locale: "en" });
  appendFileSync(path, "10:00 ERROR order 7 failed token=abc\n10:00 INFO fine\n");
  await converse(road, [
    [`operator: monitor add app log ${path}`, "This needs the role admin"],
    [`operator: monitor test log ${path}`, "This needs the role admin"],
    [`stranger: monitor add app log ${path}`, "This needs the role"],
    [
      `monitor test log ${path} patterns="order (?P<id>\\d+)"`,
      "It went well",
      'log_matches_total{id="7",',
      "10:00 ERROR order 7 failed token=***",
    ],
    [`monitor test log ${folder}/nowhere.log`, "It failed", "there is no file or folder"],
    ["monitors", "1 monitor"],
    [
      `monitor add app log ${path} patterns="order (?P<id>\\d+)" from=start multiline=off ${RARELY}`,
      "Monitor app added",
    ],
    ["monitor add other log relative/path.log", "`path`", "absolute"],
  ]);
  await road.world.watch.lookOnce("app");
  const hear = (who: string, conversation: string): Promise<string> =>
    road.hear({ conversation, person: `console:${who}`, text: "monitor app" });
  expect(await hear("stranger", "console:ops")).toContain("order 7 failed");
  expect(await hear("operator", "console:elsewhere")).toContain("order 7 failed");
  expect(await hear("stranger", "console:elsewhere")).not.toContain("order 7 failed");
});

test("a card shown where nobody was told has the lines only for operators", async () => {
  road = await Road.open({ locale: "en" });
  await converse(road, [
    [`monitor add app log ${path} patterns=boom multiline=off ${RARELY}`, "added"],
    ['rule add boom: increase(log_matches_total{monitor="app"}[5m]) > 0', "Rule 1"],
  ]);
  appendFileSync(path, "10:00 INFO up\n");
  await pass(10_000, "app");
  await write("10:01 ERROR boom\n", "app");
  await pass(45_000, "app");
  const show = (who: string, conversation: string): Promise<string> =>
    road.hear({ conversation, person: `console:${who}`, text: "show 1" });
  expect(await show("stranger", "console:ops")).toContain("Log: 10:01 ERROR boom");
  expect(await show("operator", "console:elsewhere")).toContain("Log: 10:01 ERROR boom");
  expect(await show("stranger", "console:elsewhere")).not.toContain("ERROR boom");
});

test("sentences make rules of it; a text that it does not look for yet becomes a pattern, by an admin", async () => {
  road = await Road.open();
  await converse(road, [
    ["应用日志 5分钟内 ERROR 超过10条告警", "没有名为“应用”的日志监控", "添加监控 应用 log"],
    [`添加监控 应用 log ${path} patterns=boom`, "已添加"],
    [
      "operator: 应用日志 5分钟内 ERROR 超过10条告警",
      'increase(log_lines_total{monitor="应用",level="error"}[5m]) > 10',
    ],
    [
      'operator: 应用日志 出现 "boom" 严重告警',
      'log_matches_total{monitor="应用",pattern="boom"}',
      "级别: 严重",
    ],
    ['operator: 应用 出现 "a.b" 告警', "这需要管理员权限"],
    ['应用 出现 "a.b" 告警', 'pattern="a.b"'],
    [`alert when ${path} contains "a.b"`, "rule"],
  ]);
  expect(road.world.monitors.table.get("应用")?.options["patterns"]).toEqual([
    { name: "boom", match: "boom" },
    { name: "a.b", match: "a\\.b" },
  ]);
});
