/** `wecom_robot_configs`: robots of a WeCom group. Several of one receiver take turns. */
import { z } from "zod";
import { named, scalar } from "../../alerts/config-parts.ts";
import { mentionsOn, oncall, sendResolved, tokenIn } from "./robot-config.ts";
import { address } from "./webhook-config.ts";

/** One robot. Its key is inside: never logged. */
export interface WeComRobotConfig {
  /** The address that WeCom shows; undefined: made of the key. */
  readonly url: string | undefined;
  /** The key, which is all that one needs to speak as the robot. */
  readonly token: string;
  /** What a card opens that is pressed; undefined: incidents are markdown. */
  readonly cardUrl: string | undefined;
  /** Ids of members, or `@all`. */
  readonly mentioned: readonly string[];
  /** Their numbers, or `@all`. */
  readonly mentionedMobiles: readonly string[];
  /** The rotation whose duty it mentions as well. */
  readonly oncall: string | undefined;
  /** How bad it has to be for anybody to be mentioned. */
  readonly mentionOn: z.output<typeof mentionsOn>;
}

export const weComRobotSchema = z
  .strictObject({
    send_resolved: sendResolved,
    url: address.optional(),
    key: named.optional(),
    card_url: address.optional(),
    mentioned_list: z.array(scalar).default([]),
    mentioned_mobile_list: z.array(scalar).default([]),
    oncall,
    mention_on: mentionsOn,
  })
  .transform((one, context) => {
    const robot: WeComRobotConfig = {
      url: one.url,
      token: tokenIn(one, "key", context),
      cardUrl: one.card_url,
      mentioned: one.mentioned_list,
      mentionedMobiles: one.mentioned_mobile_list,
      oncall: one.oncall,
      mentionOn: one.mention_on,
    };
    return { sendResolved: one.send_resolved, robot };
  });
