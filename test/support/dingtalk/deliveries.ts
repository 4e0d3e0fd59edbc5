/** Pushes and what becomes of them: acknowledged, late, pushed again under a new id, given up. */
import { isObject } from "./http.ts";
import type { Quota } from "./quota.ts";
import { type Connection, frameHeaders, type Reply, type Sockets } from "./sockets.ts";
import type { App, World } from "./world.ts";

export const ROBOT_TOPIC = "/v1.0/im/bot/messages/get";
export const CARD_TOPIC = "/v1.0/card/instances/callback";

/** One push. */
export interface Push {
  /** New with every push. */
  readonly messageId: string;
  /** Undefined when no connection waited for it. */
  readonly connection: string | undefined;
  readonly at: number;
  /** How long the acknowledgement took; undefined as long as there is none. */
  tookMs?: number;
  /** It came after the deadline. */
  late?: boolean;
  /** The code of the acknowledgement. */
  code?: number;
  /** The parsed `data` of the acknowledgement. */
  reply?: Readonly<Record<string, unknown>>;
}

/**
 * `waiting` for an acknowledgement; `answered` in time; `late`: a click whose answer did not come in time, whatever
 * came later; `unanswered` after the last push; `nowhere`: nobody was to be told.
 */
export type DeliveryState = "waiting" | "answered" | "late" | "unanswered" | "nowhere";

export interface Delivery {
  readonly topic: string;
  /** A robot message's own id: the same with every push. */
  readonly msgId: string | undefined;
  /** The parsed `data`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly pushes: readonly Push[];
  readonly state: DeliveryState;
  /** Resolves once it is no longer `waiting`. */
  readonly settled: Promise<DeliveryState>;
}

export interface PushRequest {
  readonly app: App;
  readonly type: "CALLBACK" | "EVENT";
  readonly topic: string;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly msgId?: string;
  /** What it becomes when the month's pushes are used up; without it nothing is pushed then. */
  readonly overQuota?: Readonly<Record<string, unknown>>;
  /** Called with the answer to a click that came in time. Gives back what is wrong with it. */
  readonly answered?: (reply: Readonly<Record<string, unknown>>) => string | undefined;
}

export interface Deliveries {
  readonly all: readonly Delivery[];
  push(request: PushRequest): Delivery;
  /** Something that reaches no app. */
  nowhere(topic: string, data: Readonly<Record<string, unknown>>): Delivery;
  /** Pushes it so often again at once, as the platform does on a bad day. */
  again(delivery: Delivery, times: number): void;
}

interface Parcel {
  readonly request: PushRequest;
  readonly delivery: Delivery;
  readonly pushes: Push[];
  readonly deadlineMs: number;
  settle(state: DeliveryState): void;
}

export function openDeliveries(world: World, sockets: Sockets, quota: Quota): Deliveries {
  const all: Delivery[] = [];
  const parcels = new Map<Delivery, Parcel>();
  const outstanding = new Map<string, { readonly parcel: Parcel; readonly push: Push }>();

  function parcelOf(request: PushRequest): Parcel {
    let state: DeliveryState = "waiting";
    let resolve: (state: DeliveryState) => void = () => {};
    const settled = new Promise<DeliveryState>((done) => {
      resolve = done;
    });
    const pushes: Push[] = [];
    const parcel: Parcel = {
      request,
      pushes,
      deadlineMs: request.topic === CARD_TOPIC ? world.settings.cardAckMs : world.settings.robotAckMs,
      delivery: {
        topic: request.topic,
        msgId: request.msgId,
        data: request.data,
        pushes,
        get state() {
          return state;
        },
        settled,
      },
      settle(to) {
        if (state !== "waiting") return;
        state = to;
        resolve(to);
        world.changed();
      },
    };
    all.push(parcel.delivery);
    parcels.set(parcel.delivery, parcel);
    return parcel;
  }

  function pushNow(parcel: Parcel): void {
    const { request, pushes } = parcel;
    const { app, type, topic } = request;
    const isPaid = quota.take("stream");
    const connection = sockets.choose(app.clientId, type, topic);
    const data = isPaid ? request.data : request.overQuota;
    const headers = { ...frameHeaders(world, topic), ...request.headers };
    const messageId = headers["messageId"] ?? "";
    const push: Push = { messageId, connection: connection?.id, at: world.clock.now() };
    pushes.push(push);
    if (connection !== undefined && data !== undefined) {
      outstanding.set(messageId, { parcel, push });
      sockets.send(connection, {
        specVersion: "1.0",
        type,
        headers: { ...headers, appId: "765e0000-fake", connectionId: connection.id },
        data: JSON.stringify(data),
      });
    }
    world.changed();
  }

  /** A click is tried once; everything else until it is acknowledged, or often enough. */
  function keepPushing(parcel: Parcel): void {
    pushNow(parcel);
    const { delivery, pushes, request } = parcel;
    if (request.topic === CARD_TOPIC) {
      world.after(parcel.deadlineMs + 1, () => parcel.settle("late"));
      return;
    }
    world.after(world.settings.redeliverMs, () => {
      if (delivery.state !== "waiting") return;
      if (pushes.length >= world.settings.mostPushes) parcel.settle("unanswered");
      else keepPushing(parcel);
    });
  }

  function reply(connection: Connection, { messageId, code, data }: Reply): string | undefined {
    const known = outstanding.get(messageId);
    if (known === undefined) return "nothing is outstanding under this messageId";
    const { parcel, push } = known;
    if (push.connection !== connection.id) return "the acknowledgement came on another connection";
    if (push.tookMs !== undefined) return "acknowledged already";
    const isEvent = parcel.request.type === "EVENT";
    if (isEvent && data["status"] !== "SUCCESS" && data["status"] !== "LATER")
      return "data.status is neither SUCCESS nor LATER";
    if (!isEvent && !("response" in data)) return "data has no response";
    push.tookMs = world.clock.now() - push.at;
    push.late = push.tookMs > parcel.deadlineMs;
    push.code = code;
    push.reply = data;
    // Too late is as good as never: the push has timed out, and a click's answer changes nothing any more.
    if (push.late || code !== 200 || data["status"] === "LATER") return undefined;
    const { answered } = parcel.request;
    const why = parcel.delivery.state === "waiting" ? answered?.(data) : undefined;
    parcel.settle("answered");
    return why;
  }

  sockets.onReply = reply;
  return {
    all,
    push(request) {
      const parcel = parcelOf(request);
      keepPushing(parcel);
      return parcel.delivery;
    },
    nowhere(topic, data) {
      const app = { clientId: "", clientSecret: "", name: "" };
      const parcel = parcelOf({ app, type: "CALLBACK", topic, data });
      parcel.settle("nowhere");
      return parcel.delivery;
    },
    again(delivery, times) {
      const parcel = parcels.get(delivery);
      if (parcel === undefined || !isObject(delivery.data)) return;
      for (let i = 0; i < times; i++) pushNow(parcel);
    },
  };
}
