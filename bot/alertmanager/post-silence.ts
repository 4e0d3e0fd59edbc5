/** What `POST /api/v2/silences` does: a new silence, or a change of one in place where Alertmanager would keep its id. */
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Silence } from "../../alerts/muting/silence.ts";
import { isRefused, type Refused } from "../../alerts/refused.ts";
import { formatMatchers, type Matcher } from "../../storage/matchers.ts";
import type { Change } from "../../storage/store.ts";
import { ApiError } from "./api-error.ts";
import { silenceNumber } from "./silence-id.ts";
import { type PostedSilence, stateOf } from "./silences.ts";

/** Puts it in the caller's commit; gives back the silence that stands now. Throws an ApiError. */
export function postSilence(book: AlertBook, change: Change, posted: PostedSilence, at: number): Silence {
  const { matchers, createdBy, comment } = posted;
  const { startsAt, endsAt } = windowOf(posted, at);
  const former = formerOf(book, posted.id);
  const person = `api:${createdBy}`;
  if (former !== undefined && keepsItsId(former, posted, at)) {
    const start = stateOf(former, at) === "active" ? former.startsAt : startsAt;
    return done(book.changeSilence(change, former.id, { startsAt: start, endsAt, person, why: comment, at }));
  }
  if (former !== undefined && stateOf(former, at) !== "expired")
    done(book.endSilence(change, former.id, { person, at }));
  return done(
    book.addSilence(change, { matchers, startsAt, endsAt, person, conversation: "", why: comment, at }),
  );
}

/** The words under which the audit trail keeps it. */
export function lineOf({ matchers, createdBy, comment }: PostedSilence): string {
  return `POST /api/v2/silences ${formatMatchers(matchers)} ${createdBy}: ${comment}`;
}

function windowOf({ startsAt, endsAt }: PostedSilence, at: number): { startsAt: number; endsAt: number } {
  if (endsAt <= startsAt)
    throw new ApiError(400, "failed to create silence: start time must be before end time");
  if (endsAt <= at) throw new ApiError(400, "failed to create silence: end time can't be in the past");
  return { startsAt: Math.max(startsAt, at), endsAt };
}

function formerOf(book: AlertBook, uuid: string | undefined): Silence | undefined {
  if (uuid === undefined) return undefined;
  const number = silenceNumber(uuid);
  const former = number === undefined ? undefined : book.silence(number);
  if (former === undefined) throw new ApiError(404, "silence not found");
  return former;
}

/** As Alertmanager's `canUpdate`: the same matchers, not over, and a start that has passed stays where it is. */
function keepsItsId(former: Silence, posted: PostedSilence, at: number): boolean {
  const state = stateOf(former, at);
  if (state === "expired" || !sameMatchers(former.matchers, posted.matchers)) return false;
  return state === "pending" ? posted.startsAt >= at : posted.startsAt === former.startsAt;
}

function sameMatchers(one: readonly Matcher[], other: readonly Matcher[]): boolean {
  const words = (matchers: readonly Matcher[]): string =>
    matchers
      .map((matcher) => formatMatchers([matcher]))
      .sort()
      .join();
  return words(one) === words(other);
}

function done(result: Silence | Refused): Silence {
  if (isRefused(result)) throw new ApiError(400, `silence invalid: ${result.refused.en}`);
  return result;
}
