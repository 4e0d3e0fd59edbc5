/**
 * Mails that are being handed over, and who has taken which already. A server may take longer over a mail than an
 * attempt may last, and may lose its connection before it says yes: a mail that is tried again waits for the session
 * that is still under way, and goes to nobody who has it. In memory; after a restart its `Message-ID` is the same.
 */
import { unlessAborted } from "../aborted.ts";
import { isTemporary, type Reply, refusalOf, replyWords } from "./answer.ts";
import type { Ledger } from "./smtp.ts";

/** Runs a session that writes to these recipients. */
export type Session = (left: readonly string[], ledger: Ledger) => Promise<void>;

export interface UnderWay {
  /**
   * Resolves with what was answered once everybody has it who takes it; rejects with a SendError. A refusal for good of
   * some is none of all, and one for now is waited out for some tries only: the others must not wait for their sake.
   */
  deliver(messageId: string, to: readonly string[], signal: AbortSignal, session: Session): Promise<string>;
}

interface Going {
  running: Promise<void> | undefined;
  readonly took: Map<string, number>;
  readonly refused: Map<string, Reply>;
  tries: number;
}

/** So many mails are remembered. */
const MOST_REMEMBERED = 1_000;
/** Whoever does not take a mail by then that others took is not told of it. */
const MOST_TRIES = 4;

export function openUnderWay(): UnderWay {
  const all = new Map<string, Going>();

  function of(messageId: string): Going {
    const going = all.get(messageId) ?? {
      running: undefined,
      took: new Map<string, number>(),
      refused: new Map<string, Reply>(),
      tries: 0,
    };
    all.delete(messageId);
    all.set(messageId, going);
    for (const [id, { running }] of all) {
      if (all.size <= MOST_REMEMBERED) break;
      if (running === undefined) all.delete(id);
    }
    return going;
  }

  async function run(going: Going, to: readonly string[], session: Session): Promise<void> {
    const left = to.filter((address) => {
      const refused = going.refused.get(address);
      return !going.took.has(address) && (refused === undefined || isTemporary(refused));
    });
    for (const address of left) going.refused.delete(address);
    if (left.length === 0) return;
    going.tries++;
    await session(left, {
      took: (address, code) => going.took.set(address, code),
      refused: (address, reply) => going.refused.set(address, reply),
    });
  }

  return {
    async deliver(messageId, to, signal, session) {
      const going = of(messageId);
      going.running ??= run(going, to, session).finally(() => {
        going.running = undefined;
      });
      await unlessAborted(going.running, signal);
      const { took, refused, tries } = going;
      const waiting = [...refused.values()].find(isTemporary);
      const first = [...refused.values()][0];
      if (took.size === 0 && first !== undefined) {
        const error = refusalOf(waiting ?? first);
        // One that is sent again later is asked of the server anew.
        if (waiting === undefined) all.delete(messageId);
        throw error;
      }
      if (waiting !== undefined && tries < MOST_TRIES) throw refusalOf(waiting);
      return answerOf(took, refused);
    },
  };
}

/** `250`, or who has it and who has not. */
function answerOf(took: ReadonlyMap<string, number>, refused: ReadonlyMap<string, Reply>): string {
  const code = [...took.values()][0] ?? 250;
  if (refused.size === 0) return `SMTP ${code}`;
  const others = [...refused].map(([address, reply]) => `${address}: ${replyWords(reply)}`).join(", ");
  return `SMTP ${code} for ${took.size} of ${took.size + refused.size} (${others})`;
}
