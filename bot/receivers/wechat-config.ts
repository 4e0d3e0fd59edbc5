/** `wechaty_configs`: rooms of WeChat, and people's own chats, that the bot of Wechaty tells. */
import { z } from "zod";
import { named } from "../../alerts/config-parts.ts";
import { mentionsOn, oncall, sendResolved } from "./robot-config.ts";

/**
 * A room's id or topic; `user/` and a contact's id, remark or name. `wechat:` before it is the same. Alertmanager's
 * `wechat_configs` is something else: an application of WeCom.
 */
export const weChatTargetSchema = z
  .strictObject({
    send_resolved: sendResolved,
    conversation: named.transform((text) => text.replace(/^wechat:/, "")),
    oncall,
    at_on: mentionsOn,
  })
  .transform(({ send_resolved, conversation, oncall: rotation, at_on }) => ({
    sendResolved: send_resolved,
    conversation,
    oncall: rotation,
    atOn: at_on,
  }));
