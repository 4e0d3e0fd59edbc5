/** `POST /api/v1/push`: samples of scripts and programs, each source with a token of its own. */
import { isUtf8 } from "node:buffer";
import type { Context } from "koa";
import { inLocale, type Locale } from "../../storage/locale.ts";
import type { Hook } from "../hooks/hook.ts";
import type { PushOptions } from "../hooks/push/push.ts";
import { push } from "../hooks/push/push.ts";
import type { Push, Pushed, Pushes } from "../hooks/push/take-push.ts";
import { findHook, unknownSender } from "../hooks/take.ts";
import { readBeginning } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";
import type { HookDeps } from "./hook-doors.ts";
import { tokenOf } from "./hook-doors.ts";

export interface PushDeps extends Pick<HookDeps, "hooks" | "arrivals" | "clock" | "locale"> {
  readonly pushes: Pushes;
}

/** So many refused items are named in an answer. */
const NAMED = 100;

/** The door, to be added to a router. */
export function pushDoor(deps: PushDeps): AddDoors {
  return (router) => {
    router.post(push.path, (ctx: Context) => answer(ctx, deps));
  };
}

async function answer(ctx: Context, { hooks, pushes, arrivals, clock, locale }: PushDeps): Promise<void> {
  const token = tokenOf(ctx, push);
  // A hook of this kind has options of this kind: its schema made it.
  const hook = findHook(hooks(), push.kind, token) as Hook<PushOptions> | undefined;
  if (hook === undefined) {
    const unknown = unknownSender(token);
    ctx.set("www-authenticate", "Bearer");
    ctx.status = 401;
    ctx.body = { error: unknown.is === "refused" ? inLocale(locale, unknown.text) : "" };
    return;
  }
  const at = clock.now();
  let body: Buffer = Buffer.alloc(0);
  let pushed: Pushed;
  try {
    const most = hook.options.body_size_limit;
    body = await readBeginning(ctx.req, most, most);
    pushed = await taken(pushes, hook, { body, contentType: ctx.get("content-type"), at });
  } catch (error) {
    if (!(error instanceof DoorError)) throw error;
    ctx.set({ ...error.headers });
    pushed = { is: "refused", status: error.status, text: error.text };
  }
  const said = wordsOf(pushed, locale);
  if (pushed.is === "refused" && pushed.waitMs !== undefined)
    ctx.set("retry-after", String(Math.max(1, Math.ceil(pushed.waitMs / 1_000))));
  arrivals.note(hook.name, { at, size: body.length, ...said }, body.toString("utf8"));
  ctx.status = said.status;
  ctx.body =
    said.error === ""
      ? { status: "ok", accepted: said.accepted, refused: said.refused.slice(0, NAMED) }
      : { error: said.error, ...(pushed.is === "taken" ? { refused: said.refused.slice(0, NAMED) } : {}) };
}

function taken(pushes: Pushes, hook: Hook<PushOptions>, sent: Push): Promise<Pushed> {
  if (!isUtf8(sent.body))
    throw new DoorError(400, { zh: "请求体不是有效的 UTF-8", en: "The body is not valid UTF-8" });
  return pushes.take(hook, sent);
}

interface Said {
  readonly status: number;
  readonly accepted: number;
  readonly refused: readonly { readonly index: number; readonly error: string }[];
  readonly error: string;
}

/** What the sender is told. Where no item is good, `curl -f` must notice. */
function wordsOf(pushed: Pushed, locale: Locale): Said {
  if (pushed.is === "refused")
    return { status: pushed.status, accepted: 0, refused: [], error: inLocale(locale, pushed.text) };
  const refused = pushed.refused.map(({ index, why }) => ({ index, error: inLocale(locale, why) }));
  if (pushed.accepted > 0) return { status: 200, accepted: pushed.accepted, refused, error: "" };
  const error = inLocale(locale, { zh: "没有一个样本可用", en: "not one of the samples can be taken" });
  return { status: 400, accepted: 0, refused, error };
}
