/** Stores of others, asked by talking. */
import { afterEach, expect, it } from "vitest";
import { openFakeElasticsearch } from "../support/fake-elasticsearch.ts";
import { converse, Road, type RoadOptions } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

it("a Prometheus and an Elasticsearch are named by their words; as names they are still names", async () => {
  road = await Road.open();
  await converse(road, [
    [
      'monitor add prometheus http://shop.example:9090 query="sum(up)" metric=targets',
      "已添加监控 shop.example:9090：prometheus",
    ],
    [
      "添加监控 支付错误 elasticsearch http://shop.example:9200 index=logs-* query=level:error last=5m",
      "已添加监控 支付错误：elasticsearch `http://shop.example:9200/`，每1分钟看一次",
    ],
    [
      'monitor add elasticsearch http://shop.example:9201 esql="FROM a | STATS n = COUNT(*)"',
      "elasticsearch",
    ],
    ["monitor add prometheus https://shop.example/-/healthy", "已添加监控 prometheus：http"],
    ["monitor add prometheus http://shop.example:9091 query=up metric=a-b", "`metric`：要写指标名"],
    ["monitor add elasticsearch http://shop.example:9202 index=logs last=soon", "`last`：要写时长"],
    [
      "monitor add elasticsearch http://shop.example:9202 index=logs api_key=x",
      "`api_key` 只能写在 gengfu.yml 里",
    ],
    ["monitor add prometheus http://10.0.0.9:9090 query=up", "10.0.0.9", "不允许访问"],
  ]);
});

it("what would be stored is shown, and so is what the server has against it", async () => {
  const fake = await openFakeElasticsearch({ "logs-1": [{ level: "error" }, { level: "info" }] });
  const here: RoadOptions = { allow: ["10.0.0.0/8"], reach: { address: "127.0.0.1", family: 4 } };
  road = await Road.open(here);
  const address = fake.url.replace("127.0.0.1", "intra.example");
  await converse(road, [
    [
      `测试监控 elasticsearch ${address} index=logs-* query=level:error`,
      "🟢 成功",
      "`elasticsearch_hits` = 1",
    ],
    [`测试监控 elasticsearch ${address} index=gone`, "🔴", "查询语句有错", "no such index"],
  ]);
  expect(road.errors).toEqual([]);
  await fake.close();
});
