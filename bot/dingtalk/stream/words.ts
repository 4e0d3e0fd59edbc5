/** What is said about the connection to DingTalk. */
import type { Text } from "../../../storage/locale.ts";
import type { Parting } from "./connection.ts";

/** The credentials are not taken. What to check is in there, because nothing else helps. */
export function refusedWords(code: string): Text {
  return {
    zh: `钉钉拒绝了凭证（${code}）。请检查 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET 是否来自同一个应用、是否完整，应用是否启用，机器人的消息接收模式是否为 Stream。每 5 分钟再试一次。`,
    en: `DingTalk refuses the credentials (${code}). Check that DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET are whole and of the same app, that the app is enabled and that its robot receives messages in Stream mode. Trying again every 5 minutes.`,
  };
}

/** A connection could not be opened. */
export function failedWords(code: string): Text {
  if (code === "timeout")
    return {
      zh: "钉钉没有及时应答，稍后重连。请检查本机能否访问外网。",
      en: "DingTalk did not answer in time; trying again. Check that this machine reaches the Internet.",
    };
  // Nobody but a proxy says this.
  if (/^(upgrade )?407$/.test(code))
    return {
      zh: "代理要求用户名和密码（407），连不上钉钉，稍后重连。请检查 HTTPS_PROXY。",
      en: "The proxy wants a name and a password (407), so DingTalk cannot be reached; trying again. Check HTTPS_PROXY.",
    };
  if (code === "bad-proxy-address")
    return {
      zh: "代理的地址不对，连不上钉钉，稍后重连。HTTPS_PROXY 应为 http:// 或 https:// 地址。",
      en: "The proxy's address is wrong, so DingTalk cannot be reached; trying again. HTTPS_PROXY must be an http:// or https:// address.",
    };
  return {
    zh: `连不上钉钉（${code}），稍后重连。`,
    en: `DingTalk cannot be reached (${code}); trying again.`,
  };
}

/** A connection came to its end. */
export function partedWords(parting: Parting): Text {
  switch (parting) {
    case "silent":
      return {
        zh: "与钉钉的连接没有了回应，正在重连。",
        en: "The connection to DingTalk went silent; opening another one.",
      };
    case "leave":
      return {
        zh: "钉钉很快又要求换一个连接，稍后重连。",
        en: "DingTalk asked for another connection so soon; trying again in a while.",
      };
    default:
      return {
        zh: "与钉钉的连接断开了，稍后重连。",
        en: "The connection to DingTalk was closed; trying again.",
      };
  }
}

/** Error 20001 in place of what was said (open.dingtalk.com, "receive message"). */
export const OVER_QUOTA: Text = {
  zh: "本月的钉钉 Stream 调用额度已用完，收到的消息没有内容，暂时读不到大家说了什么。请在钉钉开放平台增加额度，或等到下个月。",
  en: "This month's quota of DingTalk's Stream calls is used up: messages arrive without their words and cannot be read. Buy more on DingTalk's open platform, or wait for the next month.",
};
