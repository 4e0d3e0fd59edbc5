/** `POST /v1.0/gateway/connections/open`: credentials in, an endpoint and a ticket for one connection out. */
import { randomUUID } from "node:crypto";
import { type Answer, type Call, isObject, objectOf, textOf } from "./http.ts";
import type { App, World } from "./world.ts";

/** What a connection may be pushed. */
export interface Subscription {
  readonly type: string;
  readonly topic: string;
}

export interface Ticket {
  readonly app: App;
  readonly subscriptions: readonly Subscription[];
  readonly until: number;
  readonly ua: string;
}

export interface Gateway {
  handle(call: Call): Answer;
  /** The ticket, which is then used up; undefined for an unknown, used or expired one. */
  redeem(id: string): Ticket | undefined;
  /** When each connection was asked for, in milliseconds, whatever was answered. */
  readonly opens: readonly number[];
}

export function openGateway(world: World, endpoint: () => string): Gateway {
  const tickets = new Map<string, Ticket>();
  const opens: number[] = [];

  function answer(call: Call): Answer {
    const body = objectOf(call.text);
    if (call.headers["content-type"]?.includes("json") !== true || body === undefined)
      return refusal(400, "invalidParameter", "请求体不是合法的JSON");
    const app = world.apps.get(String(body["clientId"]));
    if (app === undefined || app.clientSecret !== body["clientSecret"])
      return refusal(401, "authFailed", "鉴权失败");
    const subscriptions = subscriptionsOf(body["subscriptions"]);
    if (typeof subscriptions === "string") return refusal(400, "invalidParameter", subscriptions);
    const ticket = randomUUID();
    const until = world.clock.now() + world.settings.ticketMs;
    tickets.set(ticket, { app, subscriptions, until, ua: textOf(body["ua"]) ?? "" });
    return { status: 200, body: { endpoint: endpoint(), ticket } };
  }

  return {
    opens,
    handle(call) {
      opens.push(world.clock.now());
      const answered = answer(call);
      // Without the header the gateway speaks XML, which catches whoever forgot it.
      return call.headers.accept?.includes("application/json") === true ? answered : asXml(answered);
    },
    redeem(id) {
      const ticket = tickets.get(id);
      tickets.delete(id);
      return ticket !== undefined && world.clock.now() <= ticket.until ? ticket : undefined;
    },
  };
}

/** The subscriptions, or what is wrong with them. `EVENT` knows only the topic `*`. */
function subscriptionsOf(value: unknown): readonly Subscription[] | string {
  if (!Array.isArray(value) || value.length === 0) return "subscriptions不能为空";
  const read: Subscription[] = [];
  for (const one of value as unknown[]) {
    if (!isObject(one)) return "subscriptions不合法";
    const [type, topic] = [textOf(one["type"]), textOf(one["topic"])];
    if (topic === undefined || (type !== "CALLBACK" && !(type === "EVENT" && topic === "*")))
      return "subscriptions不合法";
    read.push({ type, topic });
  }
  return read;
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { requestid: randomUUID(), code, message } };
}

function asXml({ status, body }: Answer): Answer {
  const fields = Object.entries(body as Record<string, string>);
  const inner = fields.map(([name, value]) => `<${name}>${value}</${name}>`).join("");
  return {
    status,
    headers: { "content-type": "application/xml; charset=utf-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?><Result>${inner}</Result>`,
  };
}
