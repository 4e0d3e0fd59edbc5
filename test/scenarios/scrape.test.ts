/** An exporter scraped by talking: made, tried, judged, and kept away from the neighbours. */
import { afterEach, expect, it } from "vitest";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";
import { type Listening, serveHttp } from "../support/web-server.ts";

let road: Road;
let exporter: Listening | undefined;
afterEach(async () => {
  await road.close();
  await exporter?.close();
});

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await converse(road, rows);
}

it("is made by its address, with options and words of both languages", () =>
  play([
    [
      "monitor add scrape shop.example:9100",
      "已添加监控 shop.example:9100：scrape `http://shop.example:9100/metrics`",
    ],
    [
      "添加监控 订单服务 抓取 https://shop.example/metrics keep=orders_*,jvm_* interval=15s",
      "已添加监控 订单服务：scrape `https://shop.example/metrics`，每15秒看一次",
    ],
    ["monitor add scrape shop.example:9101 keep=a{b}", "`keep.0`：要写指标名"],
    ["monitor add scrape shop.example:9101 body_size_limit=1furlong", "`body_size_limit`：要写大小"],
    ["monitor add scrape shop.example:9101 rename=a", "`rename`：要写成 旧名:新名"],
    ["monitor add scrape shop.example:9101 bearer_token=x", "`bearer_token` 只能写在 gengfu.yml 里"],
    ["monitor add scrape 10.0.0.8:9100", "10.0.0.8", "不允许访问"],
    ["监控", "**订单服务** scrape `https://shop.example/metrics`"],
  ]));

it("is tried with what it would bring, and says why it cannot be read", async () => {
  let page = "orders_stuck 12\njvm_threads 5\n";
  exporter = await serveHttp((_request, response) => response.end(page));
  const here: RoadOptions = { allow: ["10.0.0.0/8"], reach: { address: "127.0.0.1", family: 4 } };
  const address = `intra.example:${exporter.port}`;
  await play(
    [
      [`测试监控 抓取 ${address}`, "🟢 成功", "`scrape_samples_scraped` = 2"],
      [`测试监控 抓取 ${address} keep=orders_*`, "`scrape_samples_post_metric_relabeling` = 1"],
      [`monitor test scrape ${address} sample_limit=1`, "🔴", "2 个样本，超过 sample\\_limit 的 1"],
    ],
    here,
  );
  page = "<html>";
  await converse(road, [[`monitor test scrape ${address}`, "🔴", "not a page of metrics: line 1"]]);
  expect(road.errors).toEqual([]);
});
