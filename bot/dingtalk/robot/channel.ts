/**
 * `dingtalk_robot_configs`: custom robots of DingTalk groups. They only speak; nobody can answer them.
 * https://open.dingtalk.com/document/robots/custom-robot-access
 */
import type { Channel } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Locale } from "../../../storage/locale.ts";
import type { DingTalkRobotConfig } from "../../receivers/dingtalk-robot-config.ts";
import type { HttpConfig } from "../../receivers/http-config.ts";
import { checkErrcode } from "../../robots/answer.ts";
import { robotChannel } from "../../robots/channel.ts";
import { send } from "../../webhook/request.ts";
import { bodyOf } from "./body.ts";
import { signed } from "./sign.ts";
import { verdicts } from "./verdicts.ts";

/** A robot as it is posted to. */
export interface DingTalkRobot extends DingTalkRobotConfig {
  readonly url: string;
  readonly http: HttpConfig;
}

/** 20 a minute; one more, and the robot is silent for ten. */
const ALLOWED = { messages: 20, perMs: 60_000 };

export function dingTalkRobotChannel({
  find,
  clock,
  locale,
  called,
}: {
  find(address: string): readonly DingTalkRobot[] | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
  /** DingTalk has answered a call: it is billed. */
  called?(): void;
}): Channel {
  return robotChannel({
    find,
    clock,
    allowed: ALLOWED,
    async say(robot, card, attempt) {
      const url = signed(robot.url, robot.secret, clock.now());
      const body = JSON.stringify(bodyOf(robot, card, attempt, locale));
      const answer = await send({ method: "POST", url, http: robot.http, headers: {}, body }, attempt.signal);
      called?.();
      checkErrcode(answer, verdicts, clock.now());
    },
  });
}
