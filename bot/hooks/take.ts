/** From a token to a hook, and from a body to alerts that are on disk. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Intake } from "../../alerts/intake/intake.ts";
import type { Read } from "../../alerts/intake/postable.ts";
import type { Refusal } from "../../alerts/intake/posted.ts";
import { notSaved } from "../../commands/say.ts";
import { NotSaved } from "../../storage/store.ts";
import { type Hook, type Outcome, type Query, type Reading, Unreadable } from "./hook.ts";
import { kindOf } from "./index.ts";

/** The hook of a kind that a token belongs to. How long it takes says nothing about any of the tokens. */
export function findHook(hooks: readonly Hook[], kind: string, token: string): Hook | undefined {
  const given = digest(token);
  let found: Hook | undefined;
  for (const hook of hooks)
    if (hook.kind === kind && timingSafeEqual(digest(hook.token), given)) found = hook;
  return token === "" ? undefined : found;
}

/** What a sender is told who has no token, or one that is nobody's. */
export function unknownSender(token: string): Outcome {
  return token === ""
    ? {
        is: "refused",
        why: "no-token",
        text: { zh: "缺少 hook 自己的令牌", en: "the token of the hook is missing" },
      }
    : {
        is: "refused",
        why: "wrong-token",
        text: { zh: "没有 hook 使用这个令牌", en: "no hook has this token" },
      };
}

/** Takes a body in; resolves when what was accepted is on disk. */
export async function take(
  hook: Hook,
  request: { readonly query: Query; readonly body: string },
  reading: Reading,
  intake: Pick<Intake, "accept">,
): Promise<Outcome> {
  const kind = kindOf(hook);
  const wrong = kind.check?.(request.query, hook, reading.at);
  if (wrong !== undefined) return { is: "refused", ...wrong };
  let read: Read;
  try {
    read = kind.read(request.body, hook, reading);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { is: "refused", why: error.why, text: error.text };
  }
  const { name, receiver, resolveTimeoutMs } = hook;
  const sender = {
    name,
    resolveAfterMs: resolveTimeoutMs,
    ...(receiver === undefined ? {} : { receiver }),
  };
  try {
    return outcomeOf(read, await intake.accept(sender, read.posted, reading.at));
  } catch (error) {
    if (!(error instanceof NotSaved)) throw error;
    return { is: "refused", why: "not-saved", text: notSaved };
  }
}

/** Counted as the sender counts: by the places in its list, of which the first alert is the one that matters. */
function outcomeOf({ places, refused }: Read, over: readonly Refusal[]): Outcome {
  const counts = over.flatMap(({ index, why }) => {
    const place = places[index] ?? index;
    return places.indexOf(place) === index ? [{ index: place, why }] : [];
  });
  return {
    is: "taken",
    accepted: new Set(places).size - counts.length,
    refused: [...refused, ...counts].sort((a, b) => a.index - b.index),
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
