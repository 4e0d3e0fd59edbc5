/** A message as the console's doors give it out; shared by the process and the page. */
import type { Card } from "../../alerts/card.ts";

/** The design's card JSON. People's messages have `kind: "text"` and plain `text`; the bot's text is markdown. */
export type WireMessage = Card & {
  /** `m<n>`; n rises in the order in which messages were first said. */
  readonly id: string;
  /** Raised by every edit; what a reader continues after. */
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** `bot`, or a person's name. */
  readonly from: string;
};
