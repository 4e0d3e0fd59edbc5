/** What people call the things that are measured, in one table: "CPU使用率" and "cpu" are `cpu_usage_percent`. */
import type { Text } from "../storage/locale.ts";

/** In what the expression of a metric counts; `boolean` is 1 for well and 0 for not. */
export type MetricUnit =
  | "percent"
  | "bytes"
  | "bytes_per_second"
  | "seconds"
  | "days"
  | "count"
  | "code"
  | "boolean";

/** What people say, per language. */
export interface Said {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

/** One measured thing that can be named in a sentence. */
export interface MetricWord {
  readonly metric: string;
  readonly unit: MetricUnit;
  /** How to call it when answering. */
  readonly title: Text;
  /** What people call it; case does not matter. The longest word found in a sentence wins. */
  readonly words: Said;
  /** Labels that a sentence may name a value for: `磁盘 /data 使用率` means `mount="/data"`. */
  readonly labels: readonly string[];
  /** Who measures it: the system monitor, or a monitor of the address that the sentence names. */
  readonly of: "system" | "url" | "any";
  /** Put around the selector where the number people mean is not the one that is stored: `(… - time()) / 86400`. */
  readonly around?: readonly [before: string, after: string];
  /** The metric and what is put around it when people give the limit in percent instead: "剩余磁盘低于10%". */
  readonly inPercent?: { readonly metric: string; readonly around: readonly [before: string, after: string] };
  /** Words that already say the condition: "挂了" is `== 0`. */
  readonly states?: readonly {
    readonly words: Said;
    readonly condition: string;
  }[];
}

export const metricWords: readonly MetricWord[] = [
  {
    metric: "cpu_usage_percent",
    unit: "percent",
    title: { zh: "CPU 使用率", en: "CPU usage" },
    words: said(
      "CPU使用率|CPU利用率|CPU占用率|CPU占用|CPU负荷|处理器使用率|处理器占用率|处理器",
      "cpu usage|cpu utilization|cpu utilisation|cpu percent|processor usage|cpu|processor",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "memory_usage_percent",
    unit: "percent",
    title: { zh: "内存使用率", en: "memory usage" },
    words: said(
      "内存使用率|内存利用率|内存占用率|内存占用|内存",
      "memory usage|memory utilization|memory utilisation|mem usage|ram usage|memory|mem|ram",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "memory_used_bytes",
    unit: "bytes",
    title: { zh: "已用内存", en: "used memory" },
    words: said("已用内存|内存使用量|内存用量|使用的内存", "used memory|memory used"),
    labels: [],
    of: "system",
    inPercent: { metric: "memory_usage_percent", around: ["", ""] },
  },
  {
    metric: "memory_available_bytes",
    unit: "bytes",
    title: { zh: "可用内存", en: "available memory" },
    words: said(
      "可用内存|剩余内存|空闲内存|内存剩余|内存可用",
      "available memory|memory available|free memory|memory free",
    ),
    labels: [],
    of: "system",
    inPercent: { metric: "memory_usage_percent", around: ["100 - ", ""] },
  },
  {
    metric: "memory_total_bytes",
    unit: "bytes",
    title: { zh: "内存总量", en: "total memory" },
    words: said("内存总量|总内存|内存大小", "total memory|memory total|memory size"),
    labels: [],
    of: "system",
  },
  {
    metric: "swap_usage_percent",
    unit: "percent",
    title: { zh: "交换区使用率", en: "swap usage" },
    words: said(
      "交换分区使用率|交换区使用率|交换空间使用率|虚拟内存使用率|swap使用率|交换分区|交换空间|交换区|虚拟内存",
      "swap usage|swap",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "disk_usage_percent",
    unit: "percent",
    title: { zh: "磁盘使用率", en: "disk usage" },
    words: said(
      "磁盘空间使用率|磁盘使用率|磁盘利用率|磁盘占用率|磁盘占用|磁盘空间|硬盘使用率|硬盘占用率|硬盘空间|磁盘|硬盘",
      "disk space usage|disk usage|disk utilization|disk utilisation|disk space|filesystem usage|disk",
    ),
    labels: ["mount", "device"],
    of: "system",
  },
  {
    metric: "disk_free_bytes",
    unit: "bytes",
    title: { zh: "磁盘剩余空间", en: "free disk space" },
    words: said(
      "磁盘剩余空间|磁盘可用空间|磁盘空闲空间|剩余磁盘空间|可用磁盘空间|硬盘剩余空间|剩余磁盘|剩余硬盘|磁盘剩余|磁盘可用|硬盘剩余|剩余空间",
      "free disk space|disk free space|disk space left|disk space free|available disk space|disk free|free disk|free space",
    ),
    labels: ["mount", "device"],
    of: "system",
    inPercent: { metric: "disk_usage_percent", around: ["100 - ", ""] },
  },
  {
    metric: "disk_size_bytes",
    unit: "bytes",
    title: { zh: "磁盘容量", en: "disk size" },
    words: said("磁盘容量|磁盘大小|硬盘容量", "disk size|disk capacity"),
    labels: ["mount", "device"],
    of: "system",
  },
  {
    metric: "load1",
    unit: "count",
    title: { zh: "1 分钟负载", en: "load over 1 minute" },
    words: said(
      "1分钟平均负载|一分钟平均负载|1分钟负载|一分钟负载|系统负载|平均负载|负载",
      "1 minute load|load average|system load|load 1|load",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "load5",
    unit: "count",
    title: { zh: "5 分钟负载", en: "load over 5 minutes" },
    words: said("5分钟平均负载|五分钟平均负载|5分钟负载|五分钟负载", "5 minute load|load 5"),
    labels: [],
    of: "system",
  },
  {
    metric: "load15",
    unit: "count",
    title: { zh: "15 分钟负载", en: "load over 15 minutes" },
    words: said("15分钟平均负载|十五分钟平均负载|15分钟负载|十五分钟负载", "15 minute load|load 15"),
    labels: [],
    of: "system",
  },
  {
    metric: "network_receive_bytes_per_second",
    unit: "bytes_per_second",
    title: { zh: "网络接收速率", en: "network receive rate" },
    words: said(
      "网络接收速率|网络下行速率|网络入流量|接收流量|下行流量|下行带宽|入站流量|入流量|下载速度|网速",
      "network receive|network inbound|inbound traffic|network in|download rate|network traffic",
    ),
    labels: ["interface"],
    of: "system",
  },
  {
    metric: "network_transmit_bytes_per_second",
    unit: "bytes_per_second",
    title: { zh: "网络发送速率", en: "network transmit rate" },
    words: said(
      "网络发送速率|网络上行速率|网络出流量|发送流量|上行流量|上行带宽|出站流量|出流量|上传速度",
      "network transmit|network outbound|outbound traffic|network out|upload rate",
    ),
    labels: ["interface"],
    of: "system",
  },
  {
    metric: "disk_read_bytes_per_second",
    unit: "bytes_per_second",
    title: { zh: "磁盘读取速率", en: "disk read rate" },
    words: said(
      "磁盘读取速率|磁盘读取速度|磁盘读速率|磁盘读速度|磁盘读取",
      "disk read rate|disk reads|disk read",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "disk_write_bytes_per_second",
    unit: "bytes_per_second",
    title: { zh: "磁盘写入速率", en: "disk write rate" },
    words: said(
      "磁盘写入速率|磁盘写入速度|磁盘写速率|磁盘写速度|磁盘写入",
      "disk write rate|disk writes|disk write",
    ),
    labels: [],
    of: "system",
  },
  {
    metric: "processes",
    unit: "count",
    title: { zh: "进程数", en: "number of processes" },
    words: said("进程数量|进程数|进程总数", "number of processes|process count|processes"),
    labels: [],
    of: "system",
  },
  {
    metric: "uptime_seconds",
    unit: "seconds",
    title: { zh: "开机时长", en: "uptime" },
    words: said("开机时长|开机时间|运行时长|运行时间", "system uptime|uptime"),
    labels: [],
    of: "system",
  },
  {
    metric: "process_cpu_percent",
    unit: "percent",
    title: { zh: "进程 CPU 占用", en: "CPU usage of a process" },
    words: said("进程CPU使用率|进程CPU占用率|进程CPU占用|进程CPU", "process cpu usage|process cpu"),
    labels: ["process"],
    of: "system",
  },
  {
    metric: "process_memory_bytes",
    unit: "bytes",
    title: { zh: "进程内存占用", en: "memory of a process" },
    words: said("进程内存占用|进程内存用量|进程内存", "process memory usage|process memory"),
    labels: ["process"],
    of: "system",
  },
  {
    metric: "probe_duration_seconds",
    unit: "seconds",
    title: { zh: "响应时间", en: "response time" },
    words: said(
      "响应时间|响应耗时|响应延迟|访问时间|访问耗时|请求耗时|耗时|延迟|时延",
      "response time|latency|response takes|duration|delay",
    ),
    labels: ["instance"],
    of: "url",
  },
  {
    metric: "probe_success",
    unit: "boolean",
    title: { zh: "可用性", en: "availability" },
    words: said("可用性|可访问性|可达性|存活", "availability|reachability|success"),
    labels: ["instance"],
    of: "url",
    states: [
      {
        words: said(
          "打不开|挂了|挂掉|宕机|不可用|不可访问|无法访问|访问不了|访问失败|访问不通|连不上|不通|无响应|没有响应|失联|解析失败|异常",
          "is down|goes down|down|is unreachable|unreachable|unavailable|not available|does not respond|not responding|fails|failing|offline|is dead",
        ),
        condition: "== 0",
      },
      {
        words: said("可用|恢复访问|恢复正常|能打开", "is up|comes back|is back|available|reachable"),
        condition: "== 1",
      },
    ],
  },
  {
    metric: "probe_http_status_code",
    unit: "code",
    title: { zh: "状态码", en: "status code" },
    words: said(
      "HTTP状态码|返回状态码|响应码|状态码|返回码",
      "http status code|http status|status code|response code",
    ),
    labels: ["instance"],
    of: "url",
  },
  {
    metric: "probe_ssl_earliest_cert_expiry",
    unit: "days",
    title: { zh: "证书剩余天数", en: "days until the certificate expires" },
    words: said(
      "证书剩余有效期|证书剩余天数|证书有效期|证书到期|证书过期|SSL证书|HTTPS证书|TLS证书|证书",
      "certificate expiry|certificate expires|ssl certificate|tls certificate|cert expiry|certificate|ssl cert|cert",
    ),
    labels: ["instance"],
    of: "url",
    around: ["(", " - time()) / 86400"],
  },
  {
    metric: "probe_icmp_packet_loss_percent",
    unit: "percent",
    title: { zh: "丢包率", en: "packet loss" },
    words: said("丢包率|丢包", "packet loss"),
    labels: ["instance"],
    of: "url",
  },
  {
    metric: "up",
    unit: "boolean",
    title: { zh: "监控是否成功", en: "whether the monitor could look" },
    words: said("监控状态|采集状态", "monitor state|scrape state"),
    labels: ["monitor", "instance"],
    of: "any",
  },
];

/** Words separated by `|`: one line per language keeps the table readable. */
function said(zh: string, en: string): Said {
  return { zh: zh.split("|"), en: en.split("|") };
}
