/** One entry of a console conversation: what is stored, and the JSON that goes over the wire. */
import { z } from "zod";
import type { Card } from "../../alerts/card.ts";
import { cardSchema } from "../../alerts/card-schema.ts";
import type { WireMessage } from "./wire.ts";

/** How the bot signs; no person may use the name. */
export const BOT = "bot";

/** One thing said in a console conversation. */
export interface Message {
  /** `m<n>`, where n is the `seq` the message was born with: sorting by it gives the order of the conversation. */
  readonly id: string;
  /** Raised whenever the message changes; strictly rising over all conversations, with gaps within one. */
  readonly seq: number;
  /** When it was said, in milliseconds; an edit does not move it. */
  readonly at: number;
  /** Without the platform's prefix: `ops`. */
  readonly conversation: string;
  /** A person's bare name, or `bot`. */
  readonly from: string;
  readonly card: Card;
  /** The delivery it was posted for, so that the same delivery is not shown twice. */
  readonly delivery?: string;
}

const message = z.strictObject({
  id: z.string(),
  seq: z.number(),
  at: z.number(),
  conversation: z.string(),
  from: z.string(),
  card: cardSchema,
  delivery: z.string().exactOptional(),
}) satisfies z.ZodType<Message>;

/** Reads a stored message; throws a `ZodError` that names what is wrong. */
export function decodeMessage(raw: unknown): Message {
  return message.parse(raw);
}

/** Puts a message into its JSON shape. */
export function toWire({ id, seq, at, from, card }: Message): WireMessage {
  return { id, seq, at: new Date(at).toISOString(), from, ...card };
}

/** A longer text is cut before it is stored, so that one chatter cannot fill the disk; in UTF-16 units. */
const LONGEST_TEXT = 20_000;

/** The card as it is stored: the known parts only, always in the same order, and no longer than the limit. */
export function storable(card: Card): Card {
  return {
    kind: card.kind,
    ...(card.title !== undefined && { title: card.title }),
    ...(card.text !== undefined && { text: clip(card.text) }),
    ...(card.severity !== undefined && { severity: card.severity }),
    ...(card.status !== undefined && { status: card.status }),
    ...(card.incident !== undefined && { incident: card.incident }),
    ...(card.fields !== undefined && { fields: card.fields.map(({ name, value }) => ({ name, value })) }),
    ...(card.links !== undefined && { links: card.links.map(({ label, url }) => ({ label, url })) }),
    ...(card.image !== undefined && { image: card.image }),
    ...(card.actions !== undefined && {
      actions: card.actions.map(({ id, label, command }) => ({ id, label, command })),
    }),
  };
}

function clip(text: string): string {
  const whole = text.replace(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    "\uFFFD",
  );
  if (whole.length <= LONGEST_TEXT) return whole;
  const head = whole.slice(0, LONGEST_TEXT);
  // A pair of surrogates is one character: half of it would come back as a replacement mark.
  const kept = /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head;
  return `${kept}… (${LONGEST_TEXT}/${whole.length})`;
}
