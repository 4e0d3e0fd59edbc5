/** A reminder whose target is given up goes up the ladder of fallbacks, once. */
import { describe, expect, it } from "vitest";
import type { ReminderRule } from "../../alerts/evaluation/reminders.ts";
import type { PlanParts } from "../../alerts/make-plan.ts";
import { nextRun } from "../../storage/cron.ts";
import { receiver, root } from "../support/plans.ts";
import { busy, never, RecordingChannel } from "../support/recording-channel.ts";
import { type Row, Scenario } from "../support/scenario.ts";

describe("the ladder of a reminder", () => {
  const ladder = (names: readonly (readonly [string, string | undefined])[]): PlanParts => ({
    route: root("console:ops"),
    receivers: names.map(([address, fallback]) =>
      fallback === undefined ? receiver(address, [address]) : { ...receiver(address, [address]), fallback },
    ),
  });
  const duty = ladder([
    ["dingtalk:x", "console:duty"],
    ["dingtalk:z", "console:duty"],
  ]);

  /** Every half hour; the scenario begins at 10:00. */
  async function reminding(tells: readonly string[], plan: PlanParts) {
    const robot = new RecordingChannel();
    const reminder: ReminderRule = {
      id: 7,
      name: "backup",
      tells,
      conversation: undefined,
      schedule: "*/30 * * * * Asia/Shanghai",
      remind: "look at the backup",
      nextAfter: (at) => nextRun("*/30 * * * *", "Asia/Shanghai", at),
    };
    const channels = { dingtalk: robot, wecom_robot: robot };
    const s = await Scenario.open({ rules: [], reminders: [reminder], channels, plan });
    return { s, robot };
  }

  const once = ["post console:duty text backup"];
  const rows: readonly [string, readonly string[], PlanParts, readonly Row[]][] = [
    [
      "goes to the fallback once, each time that it is given up",
      ["dingtalk:x"],
      duty,
      [
        { at: "29m59s", expect: once },
        { at: "31m", do: (s) => s.restart() },
        { at: "59m59s", expect: once },
        { at: "61m" },
      ],
    ],
    [
      "climbs on",
      ["dingtalk:x"],
      ladder([
        ["dingtalk:x", "wecom_robot:y"],
        ["wecom_robot:y", "console:duty"],
      ]),
      [{ at: "29m59s", expect: once }, { at: "31m" }],
    ],
    [
      "is not said twice where it is said anyway",
      ["dingtalk:x", "console:duty"],
      duty,
      [{ at: "29m59s", expect: once }, { at: "31m" }],
    ],
    [
      "is said once where two that gave up lead to the same fallback",
      ["dingtalk:x", "dingtalk:z"],
      duty,
      [{ at: "29m59s", expect: once }, { at: "31m" }],
    ],
    ["stays unsaid without a fallback", ["dingtalk:n"], duty, [{ at: "29m59s" }, { at: "31m" }]],
  ];
  it.each(rows)("%s", async (_what, tells, plan, played) => {
    const { s, robot } = await reminding(tells, plan);
    robot.always = () => never();
    await s.play(played);
    await s.stop();
  });

  it("ends where it leads back", async () => {
    const { s, robot } = await reminding(
      ["dingtalk:x"],
      ladder([
        ["dingtalk:x", "wecom_robot:y"],
        ["wecom_robot:y", "dingtalk:x"],
      ]),
    );
    robot.always = () => never();
    await s.until("50m");
    expect(robot.calls.map(({ conversation }) => conversation)).toEqual(["dingtalk:x", "wecom_robot:y"]);
    await s.stop();
  });

  it("is climbed once when the breaker has been open for two minutes; the target hears of it later, too", async () => {
    const { s, robot } = await reminding(["dingtalk:x"], duty);
    let dead = true;
    robot.always = () => (dead ? busy() : undefined);
    const mend = (): void => {
      dead = false;
    };
    await s.play([{ at: "30m" }, { at: "32m", expect: once }, { at: "34m", do: mend }, { at: "50m" }]);
    expect(robot.shown.map(({ conversation, card }) => [conversation, card.title])).toEqual([
      ["dingtalk:x", "backup"],
    ]);
    await s.stop();
  });

  it("is for nobody else when it is an answer", async () => {
    const { s, robot } = await reminding([], duty);
    robot.always = () => never();
    const answer = (s: Scenario): Promise<void> =>
      s.commit((change) =>
        s.alerts.book.post(change, ["dingtalk:x"], { kind: "text", title: "x" }, "reply", s.clock.now()),
      );
    await s.play([{ at: "1m", do: answer }, { at: "10m" }]);
    expect(robot.calls).toHaveLength(1);
    await s.stop();
  });
});
