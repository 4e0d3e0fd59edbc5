/** What can be set on the fake while it runs, with the values that the real platform has as far as they are known. */

/** Everything here may be changed at any moment; it counts from the next request or frame on. */
export interface Settings {
  /** How long a ticket of the gateway may be used. */
  ticketMs: number;
  /** `expireIn` of an access token, in seconds. */
  tokenSeconds: number;
  /** What an unknown or expired token is answered with: both have been seen. */
  invalidTokenStatus: 400 | 401;
  /** How long a `sessionWebhook` takes messages. */
  sessionMs: number;
  /** How soon a robot message has to be acknowledged. */
  robotAckMs: number;
  /** How soon a click has to be answered for the answer to change the card. */
  cardAckMs: number;
  /** How long after a push without an acknowledgement in time the same is pushed again. */
  redeliverMs: number;
  /** How often one message is pushed at most, the first time included. */
  mostPushes: number;
  /** How long a connection that was told `disconnect` stays open, deaf. */
  disconnectMs: number;
  /** What the apps may do; without its scope an API answers 403. */
  scopes: Set<string>;
  /** Calls per second of one app to one API; undefined: unlimited. The platform has 20. */
  qps: number | undefined;
  /** OpenAPI calls per calendar month of the organisation; undefined: unlimited. The free edition has 5000. */
  apiPerMonth: number | undefined;
  /** Webhook calls and Stream pushes per calendar month; undefined: unlimited. The free edition has 3000. */
  streamPerMonth: number | undefined;
  /** Messages per minute of a custom robot; undefined: unlimited. */
  robotPerMinute: number | undefined;
  /** How long a custom robot that sent too many is refused. */
  robotThrottleMs: number;
  /** The errcode of a throttled robot: the one that is seen, or its documented twin. */
  robotThrottleCode: 130101 | 410100;
  /** What a card's value of more than 1 KB does: it is noted, or refused. */
  cardValues: "warn" | "strict";
  /** What an `outTrackId` used before does: both have been seen. */
  usedOutTrackId: "refuse" | "ignore";
  /** What stands in `actionIds` for a button of `msgButtons`: reports differ. */
  actionIds: "button" | "node";
  /** A text with one of these is refused as unsafe. */
  unsafeWords: string[];
  /** People whose one-to-one messages are held back: `flowControlledStaffIdList`. */
  flowControlled: Set<string>;
}

export const CARD_SCOPE = "Card.Instance.Write";
export const ROBOT_SCOPE = "qyapi_robot_sendmsg";

export function defaultSettings(): Settings {
  return {
    ticketMs: 90_000,
    tokenSeconds: 7_200,
    invalidTokenStatus: 401,
    sessionMs: 5_400_000,
    robotAckMs: 3_000,
    cardAckMs: 2_000,
    redeliverMs: 60_000,
    mostPushes: 4,
    disconnectMs: 10_000,
    scopes: new Set([CARD_SCOPE, ROBOT_SCOPE]),
    qps: undefined,
    apiPerMonth: undefined,
    streamPerMonth: undefined,
    robotPerMinute: 20,
    robotThrottleMs: 600_000,
    robotThrottleCode: 130101,
    cardValues: "warn",
    usedOutTrackId: "refuse",
    actionIds: "button",
    unsafeWords: [],
    flowControlled: new Set(),
  };
}
