/** The Chinese words of threshold sentences, except the names of what is measured. */
import type { Meaning } from "./meaning.ts";

/** Words that mean the same are separated by `|`; of several that fit, the longest is meant. */
export const chineseWords: readonly (readonly [words: string, meaning: Meaning])[] = [
  [
    "超过|超过了|一超过|超出|超出了|高于|高过|大于|多于|突破|越过|超",
    { kind: "comparison", op: ">", looksLike: "lasting" },
  ],
  [
    "达到|达到了|一达到|到达|达|升到|升至|涨到|涨至|上升到|上升至|满",
    { kind: "comparison", op: ">=", looksLike: "lasting" },
  ],
  [
    "大于等于|大于或等于|不低于|不少于|不小于|至少|至少为|最少|超过或等于|超过等于|高于等于|高于或等于",
    { kind: "comparison", op: ">=" },
  ],
  ["低于|低于了|一低于|小于|少于|不到|不及|未达到|没达到|跌破|降破|低过", { kind: "comparison", op: "<" }],
  ["不足|不够|只剩|仅剩|还剩|剩下不到|剩不到", { kind: "comparison", op: "<", scarce: true }],
  [
    "小于等于|小于或等于|不超过|不高于|不大于|不多于|至多|最多|低于等于|低于或等于|降到|降至|降低到|下降到|下降至|跌到|跌至|回落到|回落至",
    { kind: "comparison", op: "<=" },
  ],
  ["恢复到|恢复至|恢复成|恢复为|恢复", { kind: "comparison", op: "<=", recovery: true }],
  ["等于|等于了", { kind: "comparison", op: "==" }],
  ["为|是|变成|变为", { kind: "comparison", op: "==", weak: true }],
  ["不等于|不是|不为|非|不等", { kind: "comparison", op: "!=" }],
  ["以上|及以上|或以上|或更高|或更多", { kind: "bound", op: ">=" }],
  ["以下|之下|或以下|或更低|或更少", { kind: "bound", op: "<" }],
  [
    "持续|持续了|持续超过|持续达|持续达到|连续|连续超过|长达|保持|维持|持续时间|持续时间超过|时长|并持续|且持续",
    { kind: "lasting" },
  ],
  ["过去|过去的|最近|最近的|近|前|在过去|在最近", { kind: "lately" }],
  ["平均值|平均|均值", { kind: "function", fn: "avg" }],
  ["最大值|最大|最高值|最高|峰值", { kind: "function", fn: "max" }],
  ["最小值|最小|最低值|最低|谷值", { kind: "function", fn: "min" }],
  ["总和|合计|累计", { kind: "function", fn: "sum" }],
  ["增长率|每秒增长|增长速率|增速", { kind: "function", fn: "rate" }],
  ["增长量|增长了|增长|增加了|增加|增量", { kind: "function", fn: "increase" }],
  ["恢复后保持告警|恢复后保持|恢复后继续告警|恢复后继续|恢复后延迟|继续告警|保持告警", { kind: "keep" }],
  [
    "告警|报警|发告警|发出告警|触发告警|发送告警|发报警|发警报|警报|预警|提醒|提醒我|提醒我们|提醒大家|提醒一下|通知|通知我|通知我们|通知大家|通知一下|发通知|发送通知|叫我|叫醒我|喊我|告诉我|告诉我们|告诉大家|告知|告知我|提示|提示我|提个醒|呼叫我|找我",
    { kind: "verb" },
  ],
  ["严重|严重级别|级别严重|级别为严重|紧急|致命|危急", { kind: "severity", severity: "critical" }],
  ["警告|警告级别|级别警告|级别为警告|发警告", { kind: "severity", severity: "warning", speaks: true }],
  ["提示级别|级别提示|信息级别|通知级别|普通", { kind: "severity", severity: "info" }],
  [
    "恢复后通知|恢复时通知|恢复后也通知|恢复后通知我|恢复时通知我|恢复了通知我|恢复后告诉我|恢复时告诉我|恢复后提醒|恢复时提醒|恢复后提醒我|恢复时提醒我",
    { kind: "wellness" },
  ],
  ["剩余|剩下|剩|空闲|可用空间|余量|余", { kind: "free" }],
  ["名为|名叫|命名为|取名|名字叫|名称为|名称", { kind: "name" }],
  [
    "当|如果|若|假如|假设|要是|一旦|只要|每当|的话|的时候|时候|时|之后|后|就|则|那么|便|请|麻烦|帮我|帮忙|给我|给我们|向我|对|把|的|在|了的话|内|里|中|之内|以内|来|发|并|且|并且|而且|或者|或|和|与|以及|跟|立即|立刻|马上|及时|也|都|一下|使用率|占用率|利用率|占用|使用|值|数值|指标|到期|过期|将|会|仍|还|还有|有|和我说|上|其|它",
    { kind: "filler" },
  ],
  [
    "服务器|主机|机器|本机|系统|电脑|网站|站点|网址|网页|页面|地址|接口|网卡|分区|挂载点|目录|磁盘分区|监控|监测|监视|检测|规则|添加|新增|新建",
    { kind: "filler" },
  ],
];

/** Names of metrics that only a sentence with its other half makes clear; the table of metrics has the full ones. */
export const chineseMetrics: Readonly<Record<string, string>> = {
  network_receive_bytes_per_second:
    "接收速率|接收速度|下行速率|下行速度|下载速率|入口流量|入向流量|接收带宽|流入速率|接收",
  network_transmit_bytes_per_second:
    "发送速率|发送速度|上行速率|上行速度|上传速率|出口流量|出向流量|发送带宽|流出速率|发送",
  disk_free_bytes: "磁盘空间剩余|硬盘空间剩余|磁盘剩余容量|剩余容量|可用空间",
  memory_available_bytes: "内存剩余量|内存可用量",
  probe_duration_seconds: "响应速度|响应|加载时间|打开时间",
};
