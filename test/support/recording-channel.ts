/** A channel that keeps what it is given, and can be told to refuse or to hang. */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";

/** Something a platform was asked to do and did. */
export interface Shown {
  readonly how: "post" | "edit";
  readonly conversation: string;
  readonly card: Card;
  readonly deliveryId: string;
  /** Of the incident that it is about. */
  readonly version: number | undefined;
}

/** What to do with the next call instead of taking it. `hang` never answers; `deaf` not even when aborted. */
export type Trick = SendError | Error | "hang" | "deaf";

export class RecordingChannel implements Channel {
  readonly shown: Shown[] = [];
  /** Every call, taken or not. */
  readonly calls: { how: "post" | "edit"; conversation: string; deliveryId: string }[] = [];
  /** Played on the next calls, one each; a function decides for itself. */
  tricks: (Trick | undefined)[] = [];
  always: ((how: "post" | "edit", conversation: string) => Trick | undefined) | undefined;
  readonly edit?: NonNullable<Channel["edit"]>;
  remark?: NonNullable<Channel["remark"]>;
  #last = 0;

  constructor({ edits = true }: { edits?: boolean } = {}) {
    if (edits)
      this.edit = (receipt, card, attempt) =>
        this.#take("edit", receipt["conversation"] ?? "", card, attempt, receipt);
  }

  post(conversation: string, card: Card, attempt: Attempt): Promise<Receipt> {
    return this.#take("post", conversation, card, attempt, { conversation, message: String(++this.#last) });
  }

  async #take(
    how: "post" | "edit",
    conversation: string,
    card: Card,
    { deliveryId, signal, incident: view }: Attempt,
    receipt: Receipt,
  ): Promise<Receipt> {
    this.calls.push({ how, conversation, deliveryId });
    const trick = this.tricks.shift() ?? this.always?.(how, conversation);
    if (trick instanceof Error) throw trick;
    if (trick !== undefined)
      await new Promise((_, reject) => {
        if (trick === "hang")
          signal.addEventListener("abort", () =>
            reject(new SendError("aborted", { next: "retry", code: "aborted" })),
          );
      });
    if (signal.aborted) throw new SendError("aborted", { next: "retry", code: "aborted" });
    this.shown.push({ how, conversation, card, deliveryId, version: view?.incident.version });
    return receipt;
  }
}

export const busy = (): SendError => new SendError("busy", { next: "retry", code: "500" });
export const slowDown = (waitMs: number): SendError =>
  new SendError("slow down", { next: "wait", code: "429", waitMs });
export const never = (): SendError => new SendError("no such group", { next: "give-up", code: "404" });
