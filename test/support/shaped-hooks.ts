/**
 * A custom robot of a Feishu group and an incoming webhook of Slack on loopback, as their documentation has them:
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot, https://api.slack.com/messaging/webhooks.
 */
import { createHmac } from "node:crypto";
import { serveHttp } from "./web-server.ts";

type Json = Readonly<Record<string, unknown>>;

export interface FakeHook {
  /** Holds a token, which is a secret. */
  readonly url: string;
  readonly token: string;
  /** What was taken, in order. */
  readonly taken: readonly Json[];
  /** Set: everything is answered so; "hang" never is. */
  answer:
    | { readonly status: number; readonly body: string; readonly retryAfter?: string }
    | "hang"
    | undefined;
  /** The longest request so far, in bytes. */
  readonly longest: number;
  close(): Promise<void>;
}

const TOKEN = "hook-t0ken-not-a-real-one";
/** A request of more is refused. */
export const FEISHU_BYTES = 20_480;

async function open(
  path: string,
  judge: (body: Json, bytes: number) => { status: number; body: string; ok: boolean },
) {
  const taken: Json[] = [];
  let longest = 0;
  const listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (hook.answer === "hang") return;
      const text = Buffer.concat(chunks);
      longest = Math.max(longest, text.length);
      const { status, body, retryAfter } =
        hook.answer ?? answerTo(JSON.parse(text.toString()) as Json, text.length);
      response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
      response.end(body);
    });
  });
  function answerTo(body: Json, bytes: number): { status: number; body: string; retryAfter?: string } {
    const { ok, ...said } = judge(body, bytes);
    if (ok) taken.push(body);
    return said;
  }
  const hook: FakeHook = {
    url: `${listening.url}${path}/${TOKEN}`,
    token: TOKEN,
    taken,
    answer: undefined,
    get longest() {
      return longest;
    },
    close: () => listening.close(),
  };
  return hook;
}

/** A robot of Feishu; with a secret it checks signatures, whose time may be an hour off. */
export function openFeishu({ secret, now }: { readonly secret?: string; now(): number }): Promise<FakeHook> {
  const refused = (code: number, msg: string) => ({
    status: 200,
    body: JSON.stringify({ code, msg, data: {} }),
    ok: false,
  });
  return open("/open-apis/bot/v2/hook", (body, bytes) => {
    if (bytes > FEISHU_BYTES) return refused(9499, "Bad Request");
    if (secret !== undefined) {
      const timestamp = String(body["timestamp"]);
      const sign = createHmac("sha256", `${timestamp}\n${secret}`).digest("base64");
      const isLate = Math.abs(now() / 1_000 - Number(timestamp)) > 3_600;
      if (body["sign"] !== sign || isLate || !/^\d{10}$/.test(timestamp))
        return refused(19021, "sign match fail or timestamp is not within one hour from current time");
    }
    if (body["msg_type"] !== "interactive" || typeof body["card"] !== "object")
      return refused(9499, "Bad Request");
    return {
      status: 200,
      body: JSON.stringify({ StatusCode: 0, StatusMessage: "success", code: 0, data: {}, msg: "success" }),
      ok: true,
    };
  });
}

/** An incoming webhook of Slack. */
export function openSlack(): Promise<FakeHook> {
  return open("/services/T0/B0", (body) =>
    typeof body["text"] === "string" && body["text"] !== ""
      ? { status: 200, body: "ok", ok: true }
      : { status: 400, body: "no_text", ok: false },
  );
}
