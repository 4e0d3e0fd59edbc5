/** The card of a flow's incident shows the timeline of the run that it is about. */
import { expect, test } from "vitest";
import { drawingOf } from "../../bot/pictures/incident-charts.ts";
import { settle } from "../support/fake-clock.ts";
import { Road } from "../support/road.ts";

const MINUTE = 60_000;

test("a run that fails is drawn while it is wrong and after it, and one that is missing as its series", async () => {
  const road = await Road.open();
  try {
    await road.say("流程 添加 夜间结算: 拉取 → 对账 每天 11:30");
    const record = road.world.flows.find("夜间结算");
    if (record === undefined) throw new Error("there is no flow");
    const tell = async (step: string, state: "done" | "fail"): Promise<void> => {
      await road.world.flows.take(record, "7", { step, state, note: "" });
      await settle();
    };
    const drawn = () => drawingOf(1, road.clock.now(), { ...road.world, locale: "zh-CN" });
    await tell("拉取", "done");
    await tell("对账", "fail");
    await road.clock.advance(MINUTE);
    expect(await drawn()).toMatchObject({
      title: "夜间结算",
      run: "7",
      how: "failed",
      rows: [{}, { isWrong: true }],
    });
    await tell("对账", "done");
    await road.clock.advance(MINUTE);
    expect(await drawn()).toMatchObject({ run: "7", how: "done" });
    await road.clock.advance(100 * MINUTE);
    const missing = await drawingOf(2, road.clock.now(), { ...road.world, locale: "zh-CN" });
    expect(missing).toMatchObject({ title: "#2 流程 夜间结算", lines: [{}] });
  } finally {
    await road.close();
  }
});
