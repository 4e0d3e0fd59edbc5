import type { Locale } from "../storage/locale.ts";
import { inLocale } from "../storage/locale.ts";

/** What a person needs to know when the bot has started: where to talk to it, where its memory is, how to go on. */
export function banner(
  locale: Locale,
  facts: { readonly url: string; readonly dataDir: string; readonly configPath: string | undefined },
): string {
  const config =
    facts.configPath ??
    inLocale(locale, { zh: "没有（可选：gengfu.yml）", en: "none (optional: gengfu.yml)" });
  return inLocale(locale, {
    zh: `
  更夫已上岗。
    控制台    ${facts.url}
    数据目录  ${facts.dataDir}
    配置文件  ${config}

  现在就可以在控制台里和它说话。接入钉钉或企业微信的变量写在 .env（见 .env.example）：
    钉钉      DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET
    企业微信  WECOM_BOT_ID, WECOM_BOT_SECRET

  Ctrl+C 停止。
`,
    en: `
  The watchman is on duty.
    Console         ${facts.url}
    Data            ${facts.dataDir}
    Configuration   ${config}

  Talk to it in the console now. What joins DingTalk or WeCom is set in .env (see .env.example):
    DingTalk        DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET
    WeCom           WECOM_BOT_ID, WECOM_BOT_SECRET

  Ctrl+C stops it.
`,
  });
}
