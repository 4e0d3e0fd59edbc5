/** The doors that other systems post to with a token of their own: `/api/v1/hooks/*` and those of the group robots. */
import type { Context } from "koa";
import type { Intake } from "../../alerts/intake/intake.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import type { Arrivals } from "../hooks/arrivals.ts";
import type { Hook, HookKind, Outcome, Why } from "../hooks/hook.ts";
import { hookKinds } from "../hooks/index.ts";
import { findHook, take, unknownSender } from "../hooks/take.ts";
import { readText } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";

export interface HookDeps {
  /** Those of the file in force; asked each time. */
  hooks(): readonly Hook[];
  readonly intake: Pick<Intake, "accept">;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly locale: Locale;
  readonly zone: string;
}

/** Room for a picture of 2 MB in base64, the largest that a robot takes; in bytes. */
const LARGEST = 4 * 1024 * 1024;

/** What a refusal of the body means to a sender, by its status. */
const WHY: Readonly<Record<number, Why>> = { 413: "too-large", 415: "unknown-encoding" };

/** The doors, to be added to a router: one for each kind of hook. */
export function hookDoors(deps: HookDeps): AddDoors {
  return (router) => {
    for (const kind of Object.values<HookKind<unknown>>(hookKinds))
      router.post(kind.path, (ctx: Context) => answer(ctx, kind, deps));
  };
}

async function answer(ctx: Context, kind: HookKind<unknown>, deps: HookDeps): Promise<void> {
  const { hooks, arrivals, clock, locale } = deps;
  const token = tokenOf(ctx, kind);
  const hook = findHook(hooks(), kind.kind, token);
  const at = clock.now();
  let body = "";
  let outcome: Outcome;
  try {
    // A stranger's body is not even read.
    if (hook !== undefined) body = await readText(ctx.req, LARGEST);
    outcome =
      hook === undefined
        ? unknownSender(token)
        : await take(hook, { query: ctx.query, body }, { ...deps, at }, deps.intake);
  } catch (error) {
    if (!(error instanceof DoorError)) throw error;
    ctx.set({ ...error.headers });
    outcome = { is: "refused", why: WHY[error.status] ?? "not-json", text: error.text };
  }
  const { status, body: said } = kind.answer(outcome, locale);
  if (hook !== undefined) {
    const { accepted, refused } = outcome.is === "taken" ? outcome : { accepted: 0, refused: [] };
    const error = outcome.is === "refused" ? inLocale(locale, outcome.text) : "";
    arrivals.note(
      hook.name,
      {
        at,
        status,
        size: Buffer.byteLength(body),
        accepted,
        refused: refused.map(({ index, why }) => ({ index, error: inLocale(locale, why) })),
        error,
      },
      body,
    );
  }
  if (status === 401) ctx.set("www-authenticate", "Bearer");
  ctx.status = status;
  ctx.body = said;
}

/** The token of a request; "" where there is none, or more than one. */
export function tokenOf(
  ctx: Context,
  { tokenIn, bearer }: Pick<HookKind<unknown>, "tokenIn" | "bearer">,
): string {
  const inHeader = bearer ? /^Bearer +(\S+)$/i.exec(ctx.get("authorization"))?.[1] : undefined;
  const inQuery = ctx.query[tokenIn];
  return inHeader ?? (typeof inQuery === "string" ? inQuery : "");
}
