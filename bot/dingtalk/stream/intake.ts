/**
 * What becomes of each frame. A message is acknowledged as soon as it is safe; when that takes too long or fails it is
 * not, and DingTalk sends it again. What nobody can read is acknowledged as well: it would be no better the next time.
 * What DingTalk sends twice is acknowledged twice and handed over once.
 */
import type { Clock } from "../../../storage/clock.ts";
import type { Text } from "../../../storage/locale.ts";
import type { Log } from "../../../storage/log.ts";
import { readCardClick } from "./card-click.ts";
import type { Kind } from "./client.ts";
import type { Reply } from "./connection.ts";
import { type Frame, isMalformed } from "./frame.ts";
import type { CardResponse, HeardOnDingTalk, PressedOnDingTalk } from "./messages.ts";
import { readRobotMessage } from "./robot-message.ts";
import { openSeen } from "./seen.ts";
import { OVER_QUOTA } from "./words.ts";

/** Who listens. */
export interface Listener {
  /**
   * Resolves when the message is safe; then it is acknowledged. Rejects: it is not acknowledged, and DingTalk sends it
   * again. After 2.5 seconds it is too late to be acknowledged; it comes again, and is acknowledged then.
   */
  hear(message: HeardOnDingTalk): Promise<void>;
  /**
   * `answer` says what the press changes on the card, once and within 1.8 seconds; it gives back whether that went out
   * in time over a connection that is alive. After 1.8 seconds DingTalk is told that nothing changes. When this rejects
   * before there was an answer none is given, and whoever pressed is told by DingTalk that it failed.
   */
  press(press: PressedOnDingTalk, answer: (response: CardResponse) => boolean): Promise<void>;
  /** DingTalk counts one more call against the month's quota. */
  counted?(kind: "stream"): void;
  /** Somebody spoke, but the month's quota is used up and DingTalk keeps their words from us. */
  overQuota?(reason: Text): void;
}

export interface Intake {
  take(kind: Kind, frame: Frame, reply: Reply): Promise<void>;
  /** A frame that could not be read at all. */
  unreadable(): void;
  /** When something was last heard from people; undefined: never. */
  lastHeardAt(): number | undefined;
  /** The month's quota is used up, as far as the last message tells. */
  isOverQuota(): boolean;
}

/** DingTalk waits 3 s for the answer to a message, and 2 s for the answer to a press. */
const HEAR_MS = 2_500;
const PRESS_MS = 1_800;
const PRESS_LATEST_MS = 2_000;
/** So many different complaints about frames are logged. */
const MOST_COMPLAINTS = 50;

export function openIntake(
  listener: Listener,
  { clientId, clock, log }: { readonly clientId: string; readonly clock: Clock; readonly log: Log },
): Intake {
  const seen = openSeen(clock);
  const complaints = new Set<string>();
  let heardAt: number | undefined;
  let overQuota = false;
  let failing = false;

  async function message(frame: Frame, reply: Reply): Promise<void> {
    const at = clock.now();
    const read = readRobotMessage(frame, { clientId, now: at });
    if ("overQuota" in read) {
      if (!overQuota) log.error({ reason: OVER_QUOTA }, OVER_QUOTA.en);
      overQuota = true;
      listener.overQuota?.(OVER_QUOTA);
      reply(null);
      return;
    }
    if (isMalformed(read)) {
      complain("message", read.malformed);
      reply(null);
      return;
    }
    overQuota = false;
    heardAt = at;
    const again = seen.has(read.id);
    const handing = seen.once(read.id, () => listener.hear(read));
    const isSafe = again ? await doneInTime(handing, reply.gone) : await handing.then(() => true);
    if (isSafe) failing = false;
    if (isSafe && clock.now() - at <= HEAR_MS) reply(null);
    else log.debug({ id: read.id }, "a message was not safe in time to be acknowledged; it comes again");
  }

  /** Whether it is done in time. One that hangs would keep every repetition of it waiting. */
  function doneInTime(work: Promise<void>, gone: AbortSignal): Promise<boolean> {
    return Promise.race([work.then(() => true), clock.sleep(HEAR_MS, gone).then(() => false)]);
  }

  async function click(frame: Frame, reply: Reply): Promise<void> {
    const at = clock.now();
    const read = readCardClick(frame, at);
    if (isMalformed(read)) {
      complain("click", read.malformed);
      reply({});
      return;
    }
    heardAt = at;
    const again = seen.has(read.id);
    let isOver = false;
    const give = (response: CardResponse): boolean => {
      if (isOver || clock.now() - at > PRESS_LATEST_MS) return false;
      isOver = true;
      return reply(response);
    };
    void clock.sleep(PRESS_MS, reply.gone).then(() => {
      if (!isOver) reply({});
      isOver = true;
    });
    try {
      await seen.once(read.id, () => listener.press(read, give));
      if (again) give({});
      failing = false;
    } catch (error) {
      isOver = true;
      throw error;
    }
  }

  /** Once for each kind of trouble, and without a word of what was said. */
  function complain(kind: string, why: string): void {
    const key = `${kind}\n${why}`;
    if (complaints.has(key) || complaints.size >= MOST_COMPLAINTS) return;
    complaints.add(key);
    log.warn({ kind, why }, "DingTalk sent something that cannot be read");
  }

  return {
    async take(kind, frame, reply) {
      try {
        listener.counted?.("stream");
        await (kind === "message" ? message(frame, reply) : click(frame, reply));
      } catch (err) {
        // A disk that is full fails them all; it is said once until one is safe again.
        if (!failing)
          log.error({ err, kind }, "what came from DingTalk could not be taken; it is not acknowledged");
        failing = true;
      }
    },
    unreadable: () => complain("frame", "not of Stream mode"),
    lastHeardAt: () => heardAt,
    isOverQuota: () => overQuota,
  };
}
