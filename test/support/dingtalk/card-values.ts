/** A card's values: what they may be, and how an update changes them. */
import { isObject } from "./http.ts";
import type { World } from "./world.ts";

type Values = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;

export interface Card {
  readonly outTrackId: string;
  /** The app that made it: clicks go only there. */
  readonly clientId: string;
  readonly templateId: string;
  readonly callbackType: string | undefined;
  /** How it looks in each kind of space: said when it is made, not when it is delivered. */
  readonly spaces: Body;
  readonly createdAt: number;
  /** What everybody sees. */
  values: Values;
  /** What one person sees instead, by user id. */
  readonly privateValues: Map<string, Values>;
  readonly changes: CardChange[];
  /** Clicks that wait for their answer. */
  pending: number;
}

export interface CardChange {
  readonly at: number;
  readonly by: "create" | "put" | "callback";
  /** Everybody's values after it. */
  readonly values: Values;
}

const MOST_KEY_BYTES = 100;
const MOST_VALUE_BYTES = 1024;

/** What is wrong with a `cardParamMap`: every value is a string; sizes are noted or refused, as set. */
export function wrongValues(world: World, map: unknown): string | undefined {
  if (!isObject(map)) return "cardParamMap is not an object";
  for (const [key, value] of Object.entries(map)) {
    if (typeof value !== "string") return `cardParamMap.${key} is not a string`;
    const long =
      Buffer.byteLength(key) > MOST_KEY_BYTES
        ? `the key ${key} has more than ${MOST_KEY_BYTES} bytes`
        : Buffer.byteLength(value) > MOST_VALUE_BYTES
          ? `cardParamMap.${key} has ${Buffer.byteLength(value)} bytes, more than ${MOST_VALUE_BYTES}`
          : undefined;
    if (long === undefined) continue;
    if (world.settings.cardValues === "strict") return long;
    world.warn(long);
  }
  return undefined;
}

/** Changes a card as the body says. Without `update…ByKey` the new map takes the place of the old one. */
export function applyUpdate(world: World, card: Card, body: Body, by: CardChange["by"]): void {
  const { cardData, privateData, cardUpdateOptions } = body;
  const options = isObject(cardUpdateOptions) ? cardUpdateOptions : {};
  const map = mapOf(cardData);
  if (map !== undefined)
    card.values = options["updateCardDataByKey"] === true ? { ...card.values, ...map } : { ...map };
  for (const [user, data] of Object.entries(isObject(privateData) ? privateData : {})) {
    const old = card.privateValues.get(user) ?? {};
    const own = mapOf(data) ?? {};
    card.privateValues.set(
      user,
      options["updatePrivateDataByKey"] === true ? { ...old, ...own } : { ...own },
    );
  }
  card.changes.push({ at: world.clock.now(), by, values: card.values });
}

function mapOf(data: unknown): Values | undefined {
  const map = isObject(data) ? data["cardParamMap"] : undefined;
  return isObject(map) ? (map as Values) : undefined;
}

/**
 * Changes a card as the answer to a click says: `userPrivateData` is the clicker's, and not keyed by user. Gives back
 * what is wrong with the answer.
 */
export function applyCallback(
  world: World,
  card: Card,
  userId: string,
  response: unknown,
): string | undefined {
  if (response === null || response === undefined) return undefined;
  if (!isObject(response)) return "response is not an object";
  const { cardData, userPrivateData, privateData } = response;
  if (privateData !== undefined) return "the answer to a click has userPrivateData, not privateData";
  for (const [name, data] of Object.entries({ cardData, userPrivateData })) {
    if (data === undefined) continue;
    const map = isObject(data) ? data["cardParamMap"] : undefined;
    const why = map === undefined ? "no cardParamMap" : wrongValues(world, map);
    if (why !== undefined) return `${name}: ${why}`;
  }
  if (cardData === undefined && userPrivateData === undefined) return undefined;
  const own = userPrivateData === undefined ? {} : { privateData: { [userId]: userPrivateData } };
  applyUpdate(world, card, { ...response, ...own }, "callback");
  return undefined;
}
