/**
 * `wecom_app_configs`: people whom a self-built application (自建应用) of WeCom tells, by themselves, by department and by
 * tag. https://developer.work.weixin.qq.com/document/path/90236
 */
import { z } from "zod";
import { complain, named, scalar } from "../../alerts/config-parts.ts";
import { oncall, sendResolved } from "./robot-config.ts";

/** An application, and whom it tells. Its secret is inside: never logged. */
export interface WeComAppConfig {
  readonly corpId: string;
  readonly corpSecret: string;
  readonly agentId: number;
  /** Ids of members, or `@all`. */
  readonly users: readonly string[];
  /** Ids of departments. */
  readonly parties: readonly string[];
  readonly tags: readonly string[];
  /** The rotation whose duty it tells as well. */
  readonly oncall: string | undefined;
  /** Where WeCom tells what people say and press; undefined: nobody can answer. */
  readonly callback: WeComCallbackConfig | undefined;
}

/** What the callback's letters are signed and sealed with, as the application's page shows it. */
export interface WeComCallbackConfig {
  readonly token: string;
  /** `EncodingAESKey`. */
  readonly key: string;
}

/** One message goes to so many at most. */
const MOST_USERS = 1_000;
const MOST_PARTIES = 100;
const MOST_TAGS = 100;

/** `a|b`, as WeCom writes it, or a list. */
const ids = (most: number) =>
  z
    .union([z.array(scalar), scalar])
    .default([])
    .transform((given, context) => {
      const parts = (typeof given === "string" ? [given] : given).flatMap((text) => text.split("|"));
      const found = [...new Set(parts.map((text) => text.trim()).filter((text) => text !== ""))];
      if (found.length > most)
        complain(context, { zh: `最多 ${most} 个`, en: `there can be ${most} at most` });
      return found;
    });

const callback = z
  .strictObject({
    token: named,
    encoding_aes_key: scalar.refine((text) => /^[A-Za-z0-9+/]{43}$/.test(text), {
      message: "must be the 43 letters and digits that the application's page shows",
      params: { zh: "应为应用页面上显示的 43 位字母和数字" },
    }),
  })
  .transform(({ token, encoding_aes_key }): WeComCallbackConfig => ({ token, key: encoding_aes_key }));

export const weComAppSchema = z
  .strictObject({
    send_resolved: sendResolved,
    corpid: named,
    corpsecret: named,
    agentid: z.int(),
    touser: ids(MOST_USERS),
    toparty: ids(MOST_PARTIES),
    totag: ids(MOST_TAGS),
    oncall,
    callback: callback.optional(),
  })
  .transform((one, context) => {
    if (one.touser.length + one.toparty.length + one.totag.length === 0 && one.oncall === undefined)
      complain(context, {
        zh: "要写 touser、toparty、totag、oncall 其中至少一个",
        en: "needs at least one of touser, toparty, totag and oncall",
      });
    const app: WeComAppConfig = {
      corpId: one.corpid,
      corpSecret: one.corpsecret,
      agentId: one.agentid,
      users: one.touser,
      parties: one.toparty,
      tags: one.totag,
      oncall: one.oncall,
      callback: one.callback,
    };
    return { sendResolved: one.send_resolved, app };
  });
