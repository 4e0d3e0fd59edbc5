/**
 * The old host's way to post: custom robots and `sessionWebhook`s. Always HTTP 200; the errcode tells. Sources: KB 0082,
 * 0702, 0717; codes that no page has are those seen in the field.
 */
import { createHmac, randomUUID } from "node:crypto";
import { type Answer, type Call, type Handle, isObject, objectOf } from "./http.ts";
import { type Content, readRobotBody } from "./message-kinds.ts";
import type { Quota } from "./quota.ts";
import type { Author, Robot, World } from "./world.ts";

const MOST_BYTES = 20_000;
const SIGNED_WITHIN_MS = 3_600_000;
const MINUTE_MS = 60_000;

export interface Robots {
  readonly send: Handle;
  readonly sendBySession: Handle;
  /** A new `sessionWebhook` into a conversation. */
  session(conversation: string, from: Author): { readonly url: string; readonly until: number };
}

export function openRobots(world: World, quota: Quota, base: () => string): Robots {
  const sessions = new Map<
    string,
    { readonly conversation: string; readonly from: Author; readonly until: number }
  >();
  const sent = new Map<string, number[]>();
  const throttledUntil = new Map<string, number>();
  const uuids = new Set<string>();

  /** Puts what the body says before people; the answer is a refusal or a yes. */
  function post(
    call: Call,
    conversation: string,
    from: Author,
    check: (content: Content) => Answer | undefined,
  ): Answer {
    if (call.method !== "POST") return errcode(43002, "需要POST请求");
    if (call.headers["content-type"]?.startsWith("application/json") !== true)
      return errcode(43004, "无效的HTTP HEADER Content-Type");
    if (call.body.length > MOST_BYTES) return errcode(460101, "message too long, exceed 20000 bytes");
    const body = objectOf(call.text);
    if (body === undefined) return errcode(40035, "缺少参数 json");
    const reading = readRobotBody(body);
    if (reading === undefined) return errcode(400105, "不支持的消息类型");
    if ("wrong" in reading) return errcode(40035, `缺少参数 ${reading.wrong}`);
    const { content } = reading;
    const no = check(content);
    if (no !== undefined) return no;
    if (world.settings.unsafeWords.some((word) => call.text.includes(word)))
      return errcode(430102, "文本中包含不合适的内容");
    const uuid = typeof body["msgUuid"] === "string" ? `${from.id} ${body["msgUuid"]}` : undefined;
    if (uuid !== undefined && uuids.has(uuid)) return errcode(0, "ok");
    if (!quota.take("stream")) return errcode(90030, "企业本月Webhook调用量已用完");
    if (uuid !== undefined) uuids.add(uuid);
    world.add({ ...content, conversation, from, mentions: mentionsOf(body, content) });
    return errcode(0, "ok");
  }

  /** Counts a message of a robot; the refusal when it sent too many in this minute. */
  function throttle({ token }: Robot): Answer | undefined {
    const { robotPerMinute, robotThrottleMs, robotThrottleCode } = world.settings;
    if (robotPerMinute === undefined) return undefined;
    const now = world.clock.now();
    const tooFast = errcode(robotThrottleCode, "send too fast, exceed 20 times per minute");
    if (now < (throttledUntil.get(token) ?? 0)) return tooFast;
    const recent = (sent.get(token) ?? []).filter((at) => now - at < MINUTE_MS);
    if (recent.length >= robotPerMinute) {
      throttledUntil.set(token, now + robotThrottleMs);
      return tooFast;
    }
    sent.set(token, [...recent, now]);
    return undefined;
  }

  return {
    send(call) {
      const token = call.query.get("access_token");
      if (token === null || token === "") return errcode(400101, "access_token不能为空");
      const robot = world.robots.get(token);
      if (robot === undefined) return errcode(300005, "token is not exist");
      if (robot.stopped === true) return errcode(400102, "机器人已停用");
      if (world.groups.get(robot.group)?.disbanded !== false) return errcode(400013, "群已被解散");
      const from = { is: "robot", id: token, name: robot.name } as const;
      return post(
        call,
        robot.group,
        from,
        (content) => insecure(robot, call, content, world.clock.now()) ?? throttle(robot),
      );
    },
    sendBySession(call) {
      const session = sessions.get(call.query.get("session") ?? "");
      if (session === undefined || world.clock.now() > session.until)
        return errcode(300001, "session 不存在");
      return post(call, session.conversation, session.from, () => undefined);
    },
    session(conversation, from) {
      const id = randomUUID().replaceAll("-", "");
      const until = world.clock.now() + world.settings.sessionMs;
      sessions.set(id, { conversation, from, until });
      return { url: `${base()}/robot/sendBySession?session=${id}`, until };
    },
  };
}

/** The three safety settings of a custom robot; what is set must be met. */
function insecure(robot: Robot, { query, address }: Call, content: Content, at: number): Answer | undefined {
  const { secret, keywords, ips } = robot;
  if (secret !== undefined) {
    const timestamp = query.get("timestamp") ?? "";
    if (!/^\d{13}$/.test(timestamp) || Math.abs(at - Number(timestamp)) > SIGNED_WITHIN_MS)
      return errcode(310000, "invalid timestamp");
    const sign = createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
    if (query.get("sign") !== sign) return errcode(310000, "sign not match");
  }
  const said = `${content.title ?? ""}\n${content.text}`;
  if (keywords !== undefined && !keywords.some((word) => said.includes(word)))
    return errcode(310000, "keywords not in content");
  if (ips !== undefined && !ips.includes(address)) return errcode(310000, `ip ${address} not in whitelist`);
  return undefined;
}

/** Whom a message mentions: in markdown and actionCard only those whom the text names as well; never in others. */
function mentionsOf(body: Readonly<Record<string, unknown>>, { kind, text }: Content): readonly string[] {
  const at = body["at"];
  if (!isObject(at) || kind === "link" || kind === "feedCard") return [];
  const named = [at["atMobiles"], at["atUserIds"]].flatMap((list) =>
    Array.isArray(list) ? list.map(String) : [],
  );
  const heard = kind === "text" ? named : named.filter((who) => text.includes(`@${who}`));
  return at["isAtAll"] === true || at["isAtAll"] === "true" ? ["@ALL", ...heard] : heard;
}

/** How the old host answers: HTTP 200 whatever it says. */
export function errcode(code: number, message: string, more: object = {}): Answer {
  return { status: 200, body: { errcode: code, errmsg: message, ...more } };
}
