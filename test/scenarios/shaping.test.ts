/** Cleaning and shaping, as people say it and see it. */
import { afterEach, it } from "vitest";
import { converse, Road } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

it("says what is made of readings, and what came of it", async () => {
  road = await Road.open();
  await road.clock.advance(60_000);
  await converse(road, [
    ["清洗", "去野值", "drop_empty", "**推导** `derive`"],
    ["清洗 system", "没有清洗步骤"],
    ["清洗 SYSTEM 限幅 cpu* max=40；丢弃", "没有步骤“丢弃”"],
    ["清洗 system 限幅 cpu*", "步骤不对：`0.min`：没有写：要写 min、max 或两者"],
    ["清洗 nobody 限幅 cpu* max=40", "没有监控“nobody”"],
    [
      "清洗 system 限幅 cpu* max=40; 去空 disk* zero=true",
      "监控 system 的读数写入之前",
      "1. `clamp cpu* max=40 action=clamp`",
    ],
  ]);
  road.machine["cpu_usage_percent"] = 77;
  await road.clock.advance(15_000);
  await converse(road, [
    ["测试监控 system", "`cpu_usage_percent` = 40", "清洗之前是：", "`cpu_usage_percent = 77`"],
    ["查看监控 system", "改动 2", "`cpu_usage_percent = 77` → `cpu_usage_percent = 40`", "还没有动过什么"],
    ["monitor show system", "写入之前"],
    ["清洗 system 不清洗", "不再清洗"],
    ["测试监控 system", "`cpu_usage_percent` = 77"],
    [
      'monitor add shop https://shop.example shape="outliers probe_*; rename a b"',
      "1. `outliers probe_* method=hampel window=15 sigmas=3 action=drop`",
      "2. `rename a to=b`",
    ],
    ['monitor add shop2 https://shop.example shape="wash"', "`shape`：没有步骤“wash”"],
  ]);
});
