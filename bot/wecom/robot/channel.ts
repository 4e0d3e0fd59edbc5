/**
 * `wecom_robot_configs`: robots of WeCom groups. They only speak; nobody can answer them, and nothing tells them apart
 * from a message that came twice: where an answer is lost, the message may be there already.
 * https://developer.work.weixin.qq.com/document/path/91770
 */
import { type Channel, SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Locale } from "../../../storage/locale.ts";
import type { HttpConfig } from "../../receivers/http-config.ts";
import type { WeComRobotConfig } from "../../receivers/wecom-robot-config.ts";
import { checkErrcode } from "../../robots/answer.ts";
import { robotChannel } from "../../robots/channel.ts";
import { send } from "../../webhook/request.ts";
import { bodyOf, pages, pictureBodyOf } from "./body.ts";
import { verdicts } from "./verdicts.ts";

/** A robot as it is posted to. */
export interface WeComRobot extends WeComRobotConfig {
  readonly url: string;
  readonly http: HttpConfig;
}

/** 20 a minute. */
const ALLOWED = { messages: 20, perMs: 60_000 };

export function weComRobotChannel({
  find,
  clock,
  locale,
}: {
  find(address: string): readonly WeComRobot[] | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
}): Channel {
  return robotChannel<WeComRobot>({
    find,
    clock,
    allowed: ALLOWED,
    pages,
    async say(robot, card, attempt) {
      const { url, http } = robot;
      const say = async (body: object): Promise<void> => {
        const request = { method: "POST", url, http, headers: {}, body: JSON.stringify(body) } as const;
        checkErrcode(await send(request, attempt.signal), verdicts, clock.now());
      };
      await say(bodyOf(robot, card, attempt, locale));
      const picture = pictureBodyOf(card);
      if (picture === undefined) return;
      try {
        await say(picture);
      } catch (error) {
        // The words are there: that the picture is not must not bring them a second time.
        if (!(error instanceof SendError)) throw error;
      }
    },
  });
}
