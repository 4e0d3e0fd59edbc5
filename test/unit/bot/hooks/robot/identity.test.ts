/** What a robot's title is about, whether it says that it is over, and how bad it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identityOf } from "../../../../../bot/hooks/robot/identity.ts";
import { patternsSchema, saysResolved, severityIn } from "../../../../../bot/hooks/robot/patterns.ts";

const patterns = patternsSchema.parse({});
const about = (title: string): string => identityOf(title, patterns);

describe("one alert", () => {
  test.each([
    ["web1 磁盘", "[告警] web1 磁盘 95%", "[恢复] web1 磁盘 40%"],
    ["web1 CPU使用率", "【严重】web1 CPU使用率超过80% 当前值 95.2%", "【告警恢复】web1 CPU使用率恢复"],
    [
      "Service web1/disk",
      "** PROBLEM Service Alert: web1/disk is CRITICAL **",
      "** RECOVERY Service Alert: web1/disk is OK **",
    ],
    ["HighCpu web-1", "[FIRING:2] HighCpu web-1", "[RESOLVED:1] HighCpu web-1"],
    ["shop", "[🔴 Down] shop", "[✅ Up] shop"],
    ["内存使用率", "⚠️ 内存使用率 > 90%", "✅ 内存使用率 恢复正常 60%"],
    [
      "web1:8080 连接失败",
      "web1:8080 连接失败 2026-11-25 12:30:00",
      "web1:8080 连接失败 已恢复 11月25日 13:00",
    ],
    ["数据库主从延迟", "P0 数据库主从延迟 120s", "恢复：数据库主从延迟 3 秒"],
    ["队列积压", "告警 队列积压 12,345 条", "队列积压已解除：0 条"],
    ["web1 load average", "[alert] web1 load average 12.5 is over 10", "[OK] web1 load average 0.3"],
  ])("%s", (identity, firing, resolved) => {
    expect([about(firing), about(resolved)]).toEqual([identity, identity]);
    expect([saysResolved(firing, patterns), saysResolved(resolved, patterns)]).toEqual([false, true]);
  });
});

describe("two alerts: what tells one thing from another stays", () => {
  test.each([
    ["web1 磁盘 95%", "web2 磁盘 95%"],
    ["10.0.0.5 丢包率 30%", "10.0.0.6 丢包率 30%"],
    ["端口: 8080 不通", "端口: 8081 不通"],
    ["port is 8080 unreachable", "port is 8081 unreachable"],
    ["db-1:3306 连不上", "db-1:3307 连不上"],
    ["机房 3 断电", "机房 4 断电"],
    ["订单 10023 支付失败", "订单 10024 支付失败"],
    ["支付失败", "支付超时"],
    ["版本 3.9 发布失败", "版本 3.8 发布失败"],
    ["发布 v1.2.3 失败", "发布 v1.2.4 失败"],
    ["第3机房 UPS 告警", "第4机房 UPS 告警"],
  ])("%s | %s", (one, other) => {
    expect(about(one)).not.toBe(about(other));
  });
});

test.each(["告警通知", "[监控系统] 恢复通知", "OK", "严重", "2026-11-25 12:00:00", "95%", "🔥🔥", ""])(
  "'%s' is about nothing",
  (title) => expect(about(title)).toBe(""),
);

test.each([
  "web1 未恢复",
  "DNS not resolved",
  "unresolved conflict",
  "备份恢复失败",
  "数据恢复中",
  "预计恢复时间 12:00",
  "无法解除锁定",
  "Expected 200 OK, got 500",
  "HTTP status not OK",
])("'%s' does not say that it is over", (title) => {
  expect(saysResolved(title, patterns)).toBe(false);
});

test.each([
  ["严重：磁盘", "critical"],
  ["数据库 DOWN", "critical"],
  ["P1 支付", "critical"],
  ["报警 磁盘", "warning"],
  ["[通知] 发布完成", "info"],
  ["terrorist", undefined],
  ["磁盘", undefined],
])("'%s' is %s", (title, severity) => {
  expect(severityIn(title, patterns)).toBe(severity);
});

test("words of one's own take the place of ours; an empty one finds nothing", () => {
  const own = patternsSchema.parse({ resolved: "fertig", critical: "", changing: "#[0-9a-f]+" });
  expect(saysResolved("FERTIG", own)).toBe(true);
  expect(saysResolved("恢复", own)).toBe(false);
  expect(severityIn("严重", own)).toBeUndefined();
  expect(identityOf("build #a81f9c of shop", own)).toBe("build of shop");
});

test("whatever a title holds, it is read, and in time", () => {
  const bits = fc.constantFrom(
    ...["[", "]", " ", "9", ".", ":", "-", "%", "，", "：", "=", "😀"],
    ...["告警", "恢复", "web1", "is", "当前", "为", "已", "达到", "2026-11-25", "10:00"],
  );
  const title = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(bits, { maxLength: 60 }).map((parts) => parts.join("")),
    // The same few over and over are what makes an expression try every way to read them.
    fc
      .array(bits, { minLength: 1, maxLength: 3 })
      .map((parts) => `${parts.join("").repeat(60)}x`.slice(-200)),
  );
  fc.assert(
    fc.property(title, (text) => {
      const found = about(text);
      expect(found.trim()).toBe(found);
      saysResolved(text, patterns);
      severityIn(text, patterns);
    }),
    { numRuns: 500 },
  );
});
