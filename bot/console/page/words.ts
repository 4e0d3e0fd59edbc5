/** Every text of the page, in both languages, in the language the server speaks. */
import type { Text } from "../../../storage/locale.ts";

const words = {
  brand: { zh: "更夫", en: "Gengfu" },
  tabs: { zh: "切换聊天与看板", en: "Switch between chat and board" },
  tabChat: { zh: "聊天", en: "Chat" },
  tabBoard: { zh: "看板", en: "Board" },
  iAm: { zh: "我是", en: "I am" },
  someone: { zh: "值班员", en: "admin" },
  help: { zh: "可以说什么", en: "What can I say" },
  chat: { zh: "群聊", en: "Group chat" },
  log: { zh: "消息", en: "Messages" },
  board: { zh: "看板", en: "Board" },
  lineLabel: { zh: "对更夫说", en: "Say to Gengfu" },
  lineHint: { zh: "对更夫说点什么…", en: "Say something to Gengfu…" },
  send: { zh: "发送", en: "Send" },
  connecting: { zh: "连接中", en: "Connecting" },
  live: { zh: "实时", en: "Live" },
  lost: { zh: "断线，重连中", en: "Disconnected, reconnecting" },
  newMessages: { zh: "条新消息 ↓", en: "new ↓" },
  today: { zh: "今天", en: "Today" },
  yesterday: { zh: "昨天", en: "Yesterday" },
  edited: { zh: "卡片已更新", en: "Card updated" },
  unreachable: {
    zh: "连不上更夫，请看它是否还在运行。",
    en: "Gengfu cannot be reached; is it still running?",
  },
  tokenTitle: { zh: "需要令牌", en: "A token is needed" },
  tokenWhy: {
    zh: "这台更夫设置了 API_TOKEN。令牌只保存在这个标签页里。",
    en: "This Gengfu has an API_TOKEN. It is kept in this tab only.",
  },
  tokenSend: { zh: "进入", en: "Enter" },
  hello: { zh: "我是更夫，替你们守夜。", en: "I am Gengfu, your night watchman." },
  helloMore: {
    zh: "我已经在看着这台机器。说一句话就是一条规则，点一下试试：",
    en: "I am watching this machine already. One sentence makes a rule; click one to try:",
  },
  helloEnd: {
    zh: "说“帮助”看全部说法；出事时这里会出现卡片，可以直接认领和静默。",
    en: "Say “help” for everything I know. When something is wrong a card appears here, to acknowledge or silence.",
  },
  keys: {
    zh: "Enter 发送 · Shift+Enter 换行 · ↑↓ 历史 · / 输入 · Esc 清空",
    en: "Enter sends · Shift+Enter new line · ↑↓ history · / to type · Esc clears",
  },
  close: { zh: "关闭", en: "Close" },
  incidents: { zh: "告警", en: "Incidents" },
  monitors: { zh: "监控", en: "Monitors" },
  rules: { zh: "规则", en: "Rules" },
  trouble: { zh: "更夫自身的问题", en: "Trouble with Gengfu itself" },
  code: { zh: "登录二维码", en: "The code to sign in by" },
  quiet: { zh: "一切平静", en: "All is quiet" },
  noMonitors: { zh: "还没有监控", en: "No monitors yet" },
  noRules: { zh: "还没有规则，说一句话就有了", en: "No rules yet; one sentence makes one" },
  andMore: { zh: "另有", en: "and" },
  moreSeries: { zh: "项指标", en: "more metrics" },
  moreOf: { zh: "个未列出", en: "more not shown" },
  firing: { zh: "告警中", en: "firing" },
  acknowledged: { zh: "已认领", en: "acknowledged" },
  silenced: { zh: "已静默", en: "silenced" },
  flapping: { zh: "抖动", en: "flapping" },
  resolved: { zh: "已恢复", en: "resolved" },
  critical: { zh: "严重", en: "critical" },
  warning: { zh: "警告", en: "warning" },
  info: { zh: "提示", en: "info" },
  up: { zh: "正常", en: "up" },
  down: { zh: "异常", en: "down" },
  waiting: { zh: "等待中", en: "waiting" },
  paused: { zh: "已停用", en: "paused" },
  ok: { zh: "正常", en: "ok" },
  pending: { zh: "观察中", en: "pending" },
  nodata: { zh: "无数据", en: "no data" },
  error: { zh: "出错", en: "error" },
  lasting: { zh: "持续", en: "for" },
  next: { zh: "下次", en: "next" },
  showIncident: { zh: "详情", en: "show" },
  showRule: { zh: "规则", en: "rule" },
  secondsAgo: { zh: "刚刚", en: "now" },
  minutes: { zh: " 分钟", en: "m" },
  hours: { zh: " 小时", en: "h" },
  days: { zh: " 天", en: "d" },
  yes: { zh: "是", en: "yes" },
  no: { zh: "否", en: "no" },
  doors: { zh: "入口", en: "Doors" },
  doorsMore: {
    zh: "其他系统把告警发到这里；在 gengfu.yml 的 hooks 里增加入口。",
    en: "Other systems post their alerts here; more doors are made under hooks in gengfu.yml.",
  },
  address: { zh: "地址", en: "Address" },
  token: { zh: "令牌", en: "Token" },
  noToken: { zh: "不需要", en: "none is asked for" },
  tryIt: { zh: "试一试", en: "Try it" },
  tryNote: {
    zh: "会真的产生一条级别为“提示”的测试告警。",
    en: "It raises a real test alert of severity info.",
  },
  signedNote: { zh: "签名一小时内有效。", en: "Its signature is good for an hour." },
  copy: { zh: "复制", en: "Copy" },
  copied: { zh: "已复制", en: "Copied" },
  arrivals: { zh: "最近收到的十条", en: "The last ten received" },
  noArrivals: { zh: "启动以来还没有收到过。", en: "Nothing has come in since the start." },
  accepted: { zh: "收下", en: "accepted" },
  refused: { zh: "拒绝", en: "refused" },
  bytes: { zh: "字节", en: "bytes" },
  chartHelp: {
    zh: "图。左右键看数值，加减号缩放，0 还原",
    en: "Chart. Arrow keys read values, plus and minus zoom, 0 shows all",
  },
  zoomIn: { zh: "放大", en: "Zoom in" },
  zoomOut: { zh: "缩小", en: "Zoom out" },
  zoomReset: { zh: "显示全部", en: "Show all" },
  showLine: { zh: "显示或隐藏", en: "Show or hide" },
  linesLeftOut: { zh: "条未画出", en: "more lines not drawn" },
  noValue: { zh: "无数据", en: "no data" },
  fires: { zh: "告警中", en: "firing" },
} as const satisfies Record<string, Text>;

/** The name of a text. */
export type Word = keyof typeof words;

/** Whether the page speaks Chinese. */
export const chinese = document.documentElement.lang !== "en";

/** A text in the page's language. */
export function say(word: Word): string {
  return chinese ? words[word].zh : words[word].en;
}

/** The sentences that the greeting offers. */
export const examples: readonly string[] = chinese
  ? ["CPU使用率超过80%持续5分钟告警", "https://example.com 响应时间超过2秒时告警", "每天凌晨2点提醒 检查备份"]
  : [
      "alert when cpu > 80% for 5m",
      "alert when https://example.com latency > 2s",
      "every day at 02:00 remind check the backups",
    ];

/** Puts the texts into the document's fixed parts. */
export function fillWords(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-say]"))
    element.textContent = say(element.dataset["say"] as Word);
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]"))
    element.setAttribute("aria-label", say(element.dataset["label"] as Word));
  for (const element of document.querySelectorAll<HTMLElement>("[data-hint]"))
    element.setAttribute("placeholder", say(element.dataset["hint"] as Word));
}
