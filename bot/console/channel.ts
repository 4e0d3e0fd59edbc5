/** The console as a way out: a card is shown by storing it in its conversation. */

import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import { NotSaved } from "../../storage/store.ts";
import type { Conversations } from "./conversations.ts";
import type { Message } from "./message.ts";

/** What comes before the console's conversations and people: `console:ops`, `console:alice`. */
export const CONSOLE = "console:";

const NAME = /^[a-z0-9_-]{1,64}$/;

/** Whether `name` may name a console conversation. */
export function isConversation(name: string): boolean {
  return NAME.test(name);
}

/** Makes the channel. Its receipt is the message's id; the same delivery is never shown twice. */
export function consoleChannel(deps: { conversations: Conversations; clock: Clock }): Channel {
  const { conversations, clock } = deps;
  const show = async (
    conversation: string,
    card: Card,
    { deliveryId, signal }: Attempt,
  ): Promise<Receipt> => {
    const name = conversation.startsWith(CONSOLE) ? conversation.slice(CONSOLE.length) : "";
    if (!isConversation(name))
      throw new SendError(`the console has no conversation ${JSON.stringify(conversation)}`, {
        next: "give-up",
        code: "no-such-conversation",
      });
    const { id } = await saved(signal, () => conversations.deliver(name, card, clock.now(), deliveryId));
    return { conversation: name, id, answer: `message ${id}` };
  };
  return {
    post: show,
    async edit(receipt, card, attempt) {
      const id = receipt["id"] ?? "";
      const edited = await saved(attempt.signal, () => conversations.edit(id, card));
      // Too old to be kept: people should still see the news, so it becomes a new message.
      return edited === undefined
        ? show(`${CONSOLE}${receipt["conversation"] ?? ""}`, card, attempt)
        : { conversation: edited.conversation, id, answer: `message ${id}` };
    },
  };
}

/** Writes, or gives up waiting when told to: a write that lands all the same is known by its delivery next time. */
async function saved<T extends Message | undefined>(
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  const stopped = new SendError("stopped before it was stored", { next: "retry", code: "aborted" });
  if (signal.aborted) throw stopped;
  const writing = write().catch((error: unknown) => {
    if (!(error instanceof NotSaved)) throw error;
    throw new SendError(`not stored: ${error.message}`, { next: "retry", code: "not-saved", cause: error });
  });
  let stop = (): void => {};
  const stopping = new Promise<never>((_resolve, reject) => {
    stop = () => reject(stopped);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([writing, stopping]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
