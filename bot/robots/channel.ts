/**
 * Robots of a group as a way out. Those of one receiver take turns: one that has no room, was told to be silent or is
 * out of order is passed over. They cannot change what they said, so news is a message of its own.
 */
import { type Card, SEVERITIES, type Severity, worseThan } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import { aborted } from "../aborted.ts";
import { RobotRefusal } from "./answer.ts";
import { openGuard } from "./guard.ts";

/** A robot by what it is known by. */
export interface Robot {
  readonly token: string;
}

export interface RobotDeps<R extends Robot> {
  /** The robots of an address, in the file that is in force. */
  find(address: string): readonly R[] | undefined;
  /** Says a card by one robot; throws a RobotRefusal when the platform says no, another SendError when nobody knows. */
  say(robot: R, card: Card, attempt: Attempt): Promise<void>;
  /** Whether a robot mentions somebody with this: then it comes before those that do not. */
  pages?(robot: R, card: Card, attempt: Attempt): boolean;
  /** What the platform allows one robot. */
  readonly allowed: { readonly messages: number; readonly perMs: number };
  /** What the platform says to a message that it takes; `errcode 0` unless given. For people. */
  readonly yes?: string;
  readonly clock: Clock;
}

/** So many deliveries are remembered whose end nobody knows. */
const MOST_REMEMBERED = 1_000;

export function robotChannel<R extends Robot>({
  find,
  say,
  pages = () => false,
  allowed,
  yes = "errcode 0",
  clock,
}: RobotDeps<R>): Channel {
  const guard = openGuard(allowed);
  /** By address: whose turn it is. */
  const turns = new Map<string, number>();
  /** Robots that refused for good at their last try, until they take something again: they come last. */
  const broken = new Set<string>();
  /** By delivery: who may have said it already. Asked again, its platform may know it; another robot would not. */
  const uncertain = new Map<string, string>();

  /** The robots in the order in which they are to try. */
  function inTurn(robots: readonly R[], address: string, card: Card, attempt: Attempt): readonly R[] {
    const from = (turns.get(address) ?? 0) % robots.length;
    const round = [...robots.slice(from), ...robots.slice(0, from)];
    const first = uncertain.get(attempt.deliveryId);
    const rank = (robot: R): number => {
      if (robot.token === first) return 0;
      return broken.has(robot.token) ? 3 : pages(robot, card, attempt) ? 1 : 2;
    };
    return round.sort((a, b) => rank(a) - rank(b));
  }

  async function by(robot: R, card: Card, attempt: Attempt): Promise<void> {
    const answered = guard.begin(robot.token, clock.now());
    try {
      await say(robot, card, attempt);
      broken.delete(robot.token);
    } finally {
      answered(clock.now());
    }
  }

  /** What a no of the platform means for the robot. */
  function noted({ token }: R, { next, waitMs }: RobotRefusal): void {
    const at = clock.now();
    if (next === "wait") guard.rest(token, at, at + waitMs);
    if (next === "give-up") broken.add(token);
  }

  function doubt(deliveryId: string, token: string): void {
    // A second time in doubt: another one is to try.
    if (uncertain.delete(deliveryId)) return;
    uncertain.set(deliveryId, token);
    const [oldest] = uncertain.keys();
    if (uncertain.size > MOST_REMEMBERED && oldest !== undefined) uncertain.delete(oldest);
  }

  return {
    async post(address, card, attempt) {
      const robots = find(address) ?? [];
      if (robots.length === 0)
        throw new SendError("no receiver of the configuration has these robots", {
          next: "give-up",
          code: "no-such-robot",
        });
      const refusals: SendError[] = [];
      for (const robot of inTurn(robots, address, card, attempt)) {
        if (attempt.signal.aborted) throw aborted();
        const waits = guard.freeAt(robot.token, clock.now()) - clock.now();
        if (waits > 0) {
          refusals.push(
            new SendError("the robot has no room", { next: "wait", code: "robots-rest", waitMs: waits }),
          );
          continue;
        }
        const place = robots.indexOf(robot);
        try {
          await by(robot, card, attempt);
          uncertain.delete(attempt.deliveryId);
          turns.set(address, place + 1);
          return receiptOf(
            card,
            attempt,
            robots.length === 1 ? yes : `${yes} (robot ${place + 1} of ${robots.length})`,
          );
        } catch (error) {
          if (!(error instanceof RobotRefusal)) {
            doubt(attempt.deliveryId, robot.token);
            turns.set(address, place + 1);
            throw error;
          }
          uncertain.delete(attempt.deliveryId);
          if (error.whose !== "robot") throw error;
          noted(robot, error);
          refusals.push(error);
        }
      }
      throw mostHopeful(refusals);
    },
  };
}

/** All of them said no: what is said of the target is what gives the most hope, and of two waits the shorter. */
export function mostHopeful(refusals: readonly SendError[]): SendError {
  const hope = { retry: 0, wait: 1, "give-up": 2 };
  const [best] = [...refusals].sort((a, b) => hope[a.next] - hope[b.next] || a.waitMs - b.waitMs);
  return best ?? aborted();
}

/** The worst that people were told, with this card and before it. */
export function worstTold({ severity }: Card, before: Receipt | undefined): Severity | undefined {
  const told = severityIn(before);
  return told !== undefined && (severity === undefined || worseThan(told, severity)) ? told : severity;
}

/** `severity`: the worst that was told, so that a follow-up knows whether it got worse. */
function receiptOf(card: Card, { before }: Attempt, answer: string): Receipt {
  const worst = worstTold(card, before);
  return {
    ...(worst === undefined ? {} : { severity: worst }),
    answer,
  };
}

/**
 * Whether a message is to mention people: trouble that is new to them, or worse than they were told, and as bad as
 * `on` says. Never its end, and nothing that only goes on.
 */
export function mentions(
  { kind, status, severity }: Card,
  { before }: Attempt,
  on: readonly Severity[],
): boolean {
  if (kind !== "incident" && kind !== "digest") return false;
  if (status !== "firing" || severity === undefined || !on.includes(severity)) return false;
  const told = severityIn(before);
  return before === undefined || (told !== undefined && worseThan(severity, told));
}

function severityIn(receipt: Receipt | undefined): Severity | undefined {
  return SEVERITIES.find((one) => one === receipt?.["severity"]);
}
