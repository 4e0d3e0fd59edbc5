/** What sentences measure: the table of metric words and how they are found. */
import { describe, expect, it } from "vitest";
import { findMetricWord, metricExpression } from "../../../rules/find-metric.ts";
import { metricWords } from "../../../rules/metric-words.ts";

const SENTENCES: readonly [text: string, metric: string, said: string, condition?: string][] = [
  ["CPU使用率超过80%持续5分钟告警", "cpu_usage_percent", "CPU使用率"],
  ["CPU 使用率 超过 80 %", "cpu_usage_percent", "CPU 使用率"],
  ["alert when cpu > 80% for 5m", "cpu_usage_percent", "cpu"],
  ["处理器高于90%", "cpu_usage_percent", "处理器"],
  ["内存使用率超过80%时告警", "memory_usage_percent", "内存使用率"],
  ["可用内存低于 1GB", "memory_available_bytes", "可用内存"],
  ["MEM above 90%", "memory_usage_percent", "MEM"],
  ["free memory below 1 GB", "memory_available_bytes", "free memory"],
  ["磁盘使用率高于90%持续10分钟 通知", "disk_usage_percent", "磁盘使用率"],
  ["磁盘 /data 超过 90%", "disk_usage_percent", "磁盘"],
  ["硬盘剩余空间不足 10GB", "disk_free_bytes", "硬盘剩余空间"],
  ["磁盘写入速率超过 100MB/s", "disk_write_bytes_per_second", "磁盘写入速率"],
  ["负载大于 8", "load1", "负载"],
  ["15分钟负载大于 8", "load15", "15分钟负载"],
  ["load 5 above 4", "load5", "load 5"],
  ["alert when load5 > 4", "load5", "load5"],
  ["入流量超过 100Mbps", "network_receive_bytes_per_second", "入流量"],
  ["https://shop.example 响应时间超过2秒时告警", "probe_duration_seconds", "响应时间"],
  ["alert when https://shop.example latency > 2s", "probe_duration_seconds", "latency"],
  ["https://shop.example 打不开时告警", "probe_success", "打不开", "== 0"],
  ["alert when https://shop.example is down", "probe_success", "is down", "== 0"],
  ["tell me when https://shop.example is up", "probe_success", "is up", "== 1"],
  ["https://shop.example 状态码 >= 500", "probe_http_status_code", "状态码"],
  ["https://shop.example 证书少于14天", "probe_ssl_earliest_cert_expiry", "证书"],
  ["cpu_usage_percent over 3", "cpu_usage_percent", "cpu_usage_percent"],
];

describe("findMetricWord", () => {
  it.each([...SENTENCES])("%s -> %s", (text, metric, said, condition) => {
    const found = findMetricWord(text);
    expect(found?.word.metric).toBe(metric);
    expect(found?.said).toBe(said);
    expect(found?.condition).toBe(condition);
    expect(text.slice(found?.from, found?.to)).toBe(said);
  });

  it.each(["download finished", "cpus2", "喝水", "", "memoryless"])("finds nothing in %j", (text) => {
    expect(findMetricWord(text)).toBeUndefined();
  });

  it("gives every word to one metric only", () => {
    const owners = new Map<string, string>();
    const twice: string[] = [];
    for (const { metric, words, states } of metricWords)
      for (const said of [words, ...(states ?? []).map((state) => state.words)])
        for (const text of [...said.zh, ...said.en]) {
          if (owners.has(text.toLowerCase()))
            twice.push(`${text}: ${owners.get(text.toLowerCase())}, ${metric}`);
          owners.set(text.toLowerCase(), metric);
        }
    expect(twice).toEqual([]);
  });
});

describe("metricExpression", () => {
  it("writes the selector, what is around it, and the form in percent", () => {
    const of = (metric: string) => {
      const word = metricWords.find((one) => one.metric === metric);
      if (word === undefined) throw new Error(metric);
      return word;
    };
    expect(metricExpression(of("cpu_usage_percent"))).toBe("cpu_usage_percent");
    expect(metricExpression(of("disk_usage_percent"), { mount: '/a"b' })).toBe(
      'disk_usage_percent{mount="/a\\"b"}',
    );
    expect(metricExpression(of("probe_ssl_earliest_cert_expiry"), { instance: "https://a" })).toBe(
      '(probe_ssl_earliest_cert_expiry{instance="https://a"} - time()) / 86400',
    );
    expect(metricExpression(of("disk_free_bytes"), { mount: "/" }, true)).toBe(
      '100 - disk_usage_percent{mount="/"}',
    );
  });
});
