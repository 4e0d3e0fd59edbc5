/** Any other gateway that takes one request for one message. */
import { SendError } from "../../alerts/channel.ts";
import { ProxyRefusal } from "../http-client/proxy-refusal.ts";
import { checkAnswer } from "../webhook/answer.ts";
import { send } from "../webhook/request.ts";
import type { GatewayConfig } from "./config.ts";
import { fill, type Values } from "./fill.ts";
import { type Gateway, InDoubt, noAnswer } from "./gateway.ts";

const USUAL_BODY = '{"phone":"{{phone}}","text":"{{text}}"}';

export const httpGateway: Gateway = {
  async send({ gateway, http }, { values, at }, signal) {
    const { url = "", method = "POST", headers = {}, ok } = gateway;
    const body = method === "GET" ? "" : bodyOf(gateway, values);
    const request = {
      method,
      url: fill(url, values, encodeURIComponent),
      http,
      headers: { ...(body === "" ? {} : { "content-type": JSON_TYPE }), ...lowered(headers) },
      body,
    };
    const answer = await send(request, signal).catch((error: unknown) => {
      if (error instanceof SendError && !(error instanceof ProxyRefusal))
        throw noAnswer("the gateway", error.code);
      throw error;
    });
    try {
      checkAnswer(answer, at);
    } catch (error) {
      if (!(error instanceof SendError) || answer.status < 500) throw error;
      // It may have come through before something behind it broke.
      const { message, next, code, waitMs } = error;
      throw new InDoubt(message, { next, code, waitMs });
    }
    if (ok === undefined) return `HTTP ${answer.status}`;
    const said = valueAt(answer.body, ok.path);
    if (said === ok.is) return `HTTP ${answer.status} ${ok.path} ${ok.is}`;
    if (said === undefined)
      throw new InDoubt(`the gateway's answer has no ${ok.path}`, { next: "retry", code: "no-code" });
    // What it says may quote the message; a code is a word.
    const code = /^[\w.-]{1,40}$/.test(said) ? said : "refused";
    throw new SendError(`the gateway refused (${ok.path} ${code})`, { next: "give-up", code });
  },
};

const JSON_TYPE = "application/json";

/** The values as the kind of body has to have them. */
function bodyOf({ body = USUAL_BODY, headers = {} }: GatewayConfig, values: Values): string {
  const type = lowered(headers)["content-type"] ?? JSON_TYPE;
  if (/json/i.test(type)) return fill(body, values, (text) => JSON.stringify(text).slice(1, -1));
  if (/urlencoded/i.test(type)) return fill(body, values, encodeURIComponent);
  if (/xml/i.test(type)) return fill(body, values, inXml);
  return fill(body, values);
}

function inXml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** `data.code` in an answer of JSON, as text. */
function valueAt(body: string, path: string): string | undefined {
  let one: unknown;
  try {
    one = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const key of path.split(".")) {
    if (typeof one !== "object" || one === null || !Object.hasOwn(one, key)) return undefined;
    one = Reflect.get(one, key);
  }
  return typeof one === "object" ? undefined : String(one);
}
