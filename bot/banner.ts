/** What a person needs to know when the bot has started: where to talk to it, where its memory is, how to go on. */
import { inLocale, type Locale, type Text } from "../storage/locale.ts";
import { placeOf } from "../storage/open-store.ts";
import { isLoopback } from "./environment.ts";

/** What the banner says. */
export interface BannerFacts {
  readonly url: string;
  /** As `HOST` has it. */
  readonly host: string;
  readonly dataDir: string;
  /** Where the state is, when not in `dataDir`; its host and path are shown. */
  readonly databaseUrl?: string | undefined;
  /** undefined when there is none. */
  readonly configPath: string | undefined;
  /** The chat platforms that are set up. */
  readonly platforms?: readonly string[];
  /** undefined when there is an admin, or no chat platform. */
  readonly claimCode?: string | undefined;
}

const PLATFORMS: Readonly<Record<string, Text>> = {
  dingtalk: { zh: "钉钉", en: "DingTalk" },
  wecom: { zh: "企业微信", en: "WeCom" },
  wechat: { zh: "微信", en: "WeChat" },
};

const JOINING: Text = {
  zh: `  现在就可以在控制台里和它说话。接入钉钉或企业微信的变量写在 .env（见 .env.example）：
    钉钉      DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET
    企业微信  WECOM_BOT_ID, WECOM_BOT_SECRET`,
  en: `  Talk to it in the console now. What joins DingTalk or WeCom is set in .env (see .env.example):
    DingTalk        DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET
    WeCom           WECOM_BOT_ID, WECOM_BOT_SECRET`,
};

/** The banner, with an empty line before and after. */
export function banner(locale: Locale, facts: BannerFacts): string {
  const { url, host, dataDir, configPath, claimCode, platforms = [] } = facts;
  const config =
    configPath ?? inLocale(locale, { zh: "没有（可选：gengfu.yml）", en: "none (optional: gengfu.yml)" });
  const token = isLoopback(host)
    ? ""
    : inLocale(locale, { zh: "（需要 API_TOKEN）", en: " (asks for API_TOKEN)" });
  const joined = platforms.map((name) => inLocale(locale, PLATFORMS[name] ?? { zh: name, en: name }));
  const talk =
    joined.length === 0
      ? inLocale(locale, JOINING)
      : inLocale(locale, {
          zh: `  已设置 ${joined.join("、")}，现在就可以在那里和它说话，也可以在控制台里。“通道”看连得怎样。`,
          en: `  Set up: ${joined.join(", ")}. Talk to it there or in the console; channels says how it is connected.`,
        });
  const claim =
    claimCode === undefined
      ? ""
      : inLocale(locale, {
          zh: `\n  还没有管理员：把 claim ${claimCode} 私聊发给机器人，你就成为管理员。\n`,
          en: `\n  Nobody is an admin yet: send  claim ${claimCode}  to the bot one-to-one, and you are.\n`,
        });
  const database = facts.databaseUrl === undefined ? "" : `PostgreSQL ${placeOf(facts.databaseUrl)}`;
  return inLocale(locale, {
    zh: `
  更夫已上岗。
    控制台    ${url}${token}
    数据目录  ${dataDir}${database && `\n    状态      ${database}`}
    配置文件  ${config}

${talk}
${claim}
  Ctrl+C 停止。

`,
    en: `
  The watchman is on duty.
    Console         ${url}${token}
    Data            ${dataDir}${database && `\n    State           ${database}`}
    Configuration   ${config}

${talk}
${claim}
  Ctrl+C stops it.

`,
  });
}
