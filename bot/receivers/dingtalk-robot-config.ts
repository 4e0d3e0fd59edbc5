/** `dingtalk_robot_configs`: custom robots of a DingTalk group. Several of one receiver take turns. */
import { z } from "zod";
import { named, scalar } from "../../alerts/config-parts.ts";
import { mentionsOn, oncall, sendResolved, tokenIn } from "./robot-config.ts";
import { address } from "./webhook-config.ts";

/** One robot. Token and secret are inside: never logged. */
export interface DingTalkRobotConfig {
  /** The address that DingTalk shows; undefined: made of the token. */
  readonly url: string | undefined;
  readonly token: string;
  /** `SEC…`; undefined: what is sent to it is not signed. */
  readonly secret: string | undefined;
  /** What every message must contain. */
  readonly keyword: string | undefined;
  readonly atMobiles: readonly string[];
  readonly atUserIds: readonly string[];
  readonly atAll: boolean;
  /** The rotation whose duty it mentions as well. */
  readonly oncall: string | undefined;
  /** How bad it has to be for anybody to be mentioned. */
  readonly atOn: z.output<typeof mentionsOn>;
}

/** DingTalk takes no more in one message. */
export const MOST_MENTIONED = 50;
const ids = z.array(scalar).max(MOST_MENTIONED).default([]);

export const dingTalkRobotSchema = z
  .strictObject({
    send_resolved: sendResolved,
    url: address.optional(),
    access_token: named.optional(),
    secret: named.optional(),
    keyword: named.optional(),
    at_mobiles: ids,
    at_user_ids: ids,
    at_all: z.boolean().default(false),
    oncall,
    at_on: mentionsOn,
  })
  .transform((one, context) => {
    const token = tokenIn(one, "access_token", context);
    const robot: DingTalkRobotConfig = {
      url: one.url,
      token,
      secret: one.secret,
      keyword: one.keyword,
      atMobiles: one.at_mobiles,
      atUserIds: one.at_user_ids,
      atAll: one.at_all,
      oncall: one.oncall,
      atOn: one.at_on,
    };
    return { sendResolved: one.send_resolved, robot };
  });
