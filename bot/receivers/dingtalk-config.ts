/** `dingtalk_configs`: groups, and people's own chats, that the app's robot tells. */
import { z } from "zod";
import { named } from "../../alerts/config-parts.ts";
import { dingTalkRobotSchema } from "./dingtalk-robot-config.ts";
import { mentionsOn, oncall, sendResolved } from "./robot-config.ts";

/**
 * `cid…` and `dingtalk:cid…` are the same. `robots` stand in for the app once the month's calls are used up. Whoever has
 * the duty of `oncall` is mentioned in what is as bad as `at_on` says.
 */
export const dingTalkTargetSchema = z
  .strictObject({
    send_resolved: sendResolved,
    conversation: named.transform((text) => text.replace(/^dingtalk:/, "")),
    robots: z.array(dingTalkRobotSchema).default([]),
    oncall,
    at_on: mentionsOn,
  })
  .transform(({ send_resolved, conversation, robots, oncall: rotation, at_on }) => ({
    sendResolved: send_resolved,
    conversation,
    standIns: robots.map(({ robot }) => robot),
    oncall: rotation,
    atOn: at_on,
  }));
