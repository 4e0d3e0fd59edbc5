/** `wecom_configs`: groups, and people's own chats, that the bot of the long connection tells. */
import { z } from "zod";
import { named } from "../../alerts/config-parts.ts";
import { sendResolved } from "./robot-config.ts";
import { weComRobotSchema } from "./wecom-robot-config.ts";

/** `wr…` and `wecom:wr…` are the same. `robots` of the same group page people, and tell what the bot cannot. */
export const weComTargetSchema = z
  .strictObject({
    send_resolved: sendResolved,
    conversation: named.transform((text) => text.replace(/^wecom:/, "")),
    robots: z.array(weComRobotSchema).default([]),
  })
  .transform(({ send_resolved, conversation, robots }) => ({
    sendResolved: send_resolved,
    conversation,
    standIns: robots.map(({ robot }) => robot),
  }));
