/** Why a look failed: a code that programs can tell apart, and words that people can read. */
import type { Text } from "../storage/locale.ts";

/** What every code means, for people. The keys are the codes. */
export const reasonText = {
  timeout: { zh: "超时无响应", en: "no answer in time" },
  dns: { zh: "域名解析失败", en: "the name could not be resolved" },
  refused: { zh: "连接被拒绝", en: "the connection was refused" },
  unreachable: { zh: "网络不可达", en: "the address cannot be reached" },
  reset: { zh: "连接被中断", en: "the connection was cut" },
  tls: { zh: "TLS 证书或握手有问题", en: "the TLS certificate or handshake is bad" },
  forbidden_address: { zh: "不允许访问该地址", en: "the address is not allowed" },
  too_many_redirects: { zh: "重定向次数过多", en: "too many redirects" },
  bad_redirect: { zh: "重定向地址无效", en: "the redirect leads nowhere" },
  answer_too_large: { zh: "返回内容过大", en: "the answer is too large" },
  bad_response: { zh: "响应不是有效的 HTTP", en: "the answer is not valid HTTP" },
  bad_status: { zh: "状态码不符合预期", en: "unexpected status code" },
  no_body_match: { zh: "响应内容不含预期文本", en: "the expected text is missing from the answer" },
  missing: { zh: "没来", en: "missing" },
  late: { zh: "迟到", en: "late" },
  too_long: { zh: "跑太久", en: "running too long" },
  failed: { zh: "报告失败", en: "it reported a failure" },
  stuck: { zh: "卡住", en: "stuck" },
  out_of_order: { zh: "顺序不对", en: "out of order" },
  running: { zh: "正在跑", en: "running" },
  waiting: { zh: "还没有来过", en: "nothing has come yet" },
  unwatched: { zh: "不知道有没有来过", en: "unknown, nobody watched" },
  json_mismatch: { zh: "响应的 JSON 不符合预期", en: "the JSON of the answer is not as expected" },
  proxy: { zh: "代理拒绝了连接", en: "the proxy refused" },
  no_match: { zh: "没有等到预期的回答", en: "the expected answer did not come" },
  bad_answer: { zh: "收到的回答无法解读", en: "the answer makes no sense" },
  too_many_samples: { zh: "样本过多", en: "too many samples" },
  // A query that will not do as it stands, and one that was understood and did not come to an end.
  bad_query: { zh: "查询语句有错", en: "the query is wrong" },
  query_failed: { zh: "查询执行失败", en: "the query failed while it ran" },
  incomplete: { zh: "结果不完整", en: "the result is not complete" },
  bad_rcode: { zh: "DNS 返回码不符合预期", en: "unexpected DNS return code" },
  wrong_answer: { zh: "DNS 记录不符合预期", en: "unexpected DNS records" },
  packet_loss: { zh: "没有回应", en: "no reply" },
  not_running: { zh: "进程不在", en: "it is not running" },
  too_few: { zh: "进程太少", en: "too few processes" },
  too_many: { zh: "进程太多", en: "too many processes" },
  stale_pid_file: { zh: "进程号文件已失效", en: "the pid file is stale" },
  no_such_user: { zh: "没有这个用户", en: "there is no such user" },
  unit_failed: { zh: "单元失败", en: "a unit has failed" },
  unit_not_found: { zh: "没有这个单元", en: "there is no such unit" },
  unit_state: { zh: "单元不在预期的状态", en: "a unit is not as expected" },
  no_permission: { zh: "没有权限查看", en: "not permitted to look" },
  no_file: { zh: "文件不存在", en: "there is no such file" },
  unreadable: { zh: "无法读取", en: "cannot be read" },
  behind: { zh: "还没读完", en: "not read to the end yet" },
  too_many_files: { zh: "文件太多，只看了一部分", en: "too many files; only some are followed" },
  unsupported: { zh: "本机暂不能做这种检查", en: "this machine cannot make this check yet" },
  no_such_database: { zh: "没有这个数据库", en: "there is no such database" },
  no_driver: { zh: "没有安装数据库驱动", en: "the driver of the database is not installed" },
  login_refused: { zh: "数据库拒绝登录", en: "the database refused the login" },
  too_many_connections: { zh: "数据库连接数已满", en: "the database has too many connections" },
  busy: { zh: "前面的查询还没有结束", en: "the queries before it have not ended" },
  not_permitted: { zh: "数据库不允许这个查询", en: "the database does not permit the query" },
  too_many_rows: { zh: "结果行数太多", en: "the answer has too many rows" },
  duplicate_labels: { zh: "有几行的标签相同，分不清", en: "rows cannot be told apart by their labels" },
  no_value: { zh: "结果里没有数值列", en: "the answer has no column of numbers" },
  error: { zh: "检查出错", en: "the look went wrong" },
} as const satisfies Record<string, Text>;

export type ReasonCode = keyof typeof reasonText;

/** Why one look failed. */
export interface Reason {
  readonly code: ReasonCode;
  /** Technical English for logs and for people who know the protocol; holds no secret and no header. */
  readonly detail: string;
  /** Words that say it better than the code's own, where there are some (which line permits an address). */
  readonly text?: Text;
}

/** Puts a reason into words, in both languages. */
export function explainReason(reason: Reason): Text {
  if (reason.text !== undefined) return reason.text;
  const { zh, en } = reasonText[reason.code];
  return { zh: `${zh}（${reason.detail}）`, en: `${en} (${reason.detail})` };
}

/** What a monitor throws when it knows why it failed. Anything else that it throws has the reason `error`. */
export class LookFailed extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, options?: ErrorOptions) {
    super(`${reason.code}: ${reason.detail}`, options);
    this.name = "LookFailed";
    this.reason = reason;
  }
}

/** Longest detail kept: an error message may quote whatever the other side sent. */
const LONGEST_DETAIL = 300;

/** The reason behind whatever was thrown. */
export function reasonOf(thrown: unknown): Reason {
  if (thrown instanceof LookFailed) return thrown.reason;
  const message = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return { code: "error", detail: message.slice(0, LONGEST_DETAIL) };
}
