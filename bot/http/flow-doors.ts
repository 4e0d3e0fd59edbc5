/** The door of flows: `POST /api/v1/flows/<flow>/runs/<run>` says how a step of a run goes. */
import type { Context } from "koa";
import { notSaved } from "../../commands/say.ts";
import { type Flows, isRunId } from "../../monitors/flow/flows.ts";
import type { FlowOptions } from "../../monitors/flow/options.ts";
import type { Clock } from "../../storage/clock.ts";
import { NotSaved } from "../../storage/store.ts";
import { parseJson, readText } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";
import { eventOf, keysOf } from "./flow-event.ts";
import { sameSecret } from "./same-secret.ts";

export interface FlowDoorDeps {
  readonly flows: Pick<Flows, "find" | "take">;
  readonly clock: Pick<Clock, "now">;
}

/** What stands before every address of a flow. */
export const FLOWS = "/api/v1/flows/";

/** The run that is under way, whatever it is called. */
const CURRENT = "current";

/** In bytes. */
const LARGEST = 64 * 1024;

/** The door, to be added to a router. */
export function flowDoors({ flows, clock }: FlowDoorDeps): AddDoors {
  async function tell(ctx: Context): Promise<void> {
    const { flow = "", run = "" } = ctx["params"] as Readonly<Record<string, string>>;
    const record = flows.find(flow);
    // A stranger's body is not even read, and he is not told which flows there are.
    if (record === undefined || !sameSecret(tokenIn(ctx), (record.options as FlowOptions).token))
      throw new DoorError(
        401,
        {
          zh: "没有这个流程，或者令牌不对；说“流程 名字”可以看到要粘贴的 curl。",
          en: "There is no such flow, or the token is not its; say flow NAME for the curl lines to paste.",
        },
        { "www-authenticate": "Bearer" },
      );
    if (!isRunId(run))
      throw new DoorError(400, {
        zh: "运行的编号应是一行文字，最多 100 个字符。",
        en: "The id of a run must be one line of at most 100 characters.",
      });
    const steps = (record.options as FlowOptions).steps.map(({ name }) => name);
    const event = eventOf(keysOf(await pairsOf(ctx)), steps, clock.now());
    const taken = await flows
      .take(record, run === CURRENT ? undefined : run, event)
      .catch((error: unknown) => {
        if (!(error instanceof NotSaved)) throw error;
        throw new DoorError(503, notSaved, { "retry-after": "5" });
      });
    if (taken.is === "too-often")
      throw new DoorError(
        429,
        { zh: "消息太频繁，没有记下。", en: "Too many events; this one was not taken." },
        { "retry-after": String(Math.ceil(taken.waitMs / 1_000)) },
      );
    ctx.body = {
      ok: true,
      flow: record.name,
      run: taken.run.id,
      ...(event.step === undefined ? {} : { step: event.step }),
      state: event.state,
      changed: taken.changed,
    };
  }

  return (router) => {
    router.post(`${FLOWS}:flow/runs/:run`, tell);
  };
}

/** `Authorization: Bearer <token>`, or `?token=`. */
function tokenIn(ctx: Context): string {
  const bearer = /^Bearer\s+(\S+)$/i.exec(ctx.get("authorization"))?.[1];
  const { token } = ctx.query;
  return bearer ?? (typeof token === "string" ? token : "");
}

/** Everything that is said, in the query and in the body. Throws `DoorError` 400, 413 or 415. */
async function pairsOf(ctx: Context): Promise<readonly (readonly [string, unknown])[]> {
  const query = new URLSearchParams(ctx.querystring);
  query.delete("token");
  const body = await readText(ctx.req, LARGEST);
  if (body.trim() === "") return [...query];
  if (ctx.is("application/json") === "application/json") {
    const said = parseJson(body);
    if (typeof said !== "object" || said === null || Array.isArray(said))
      throw new DoorError(400, {
        zh: '请求体应是一个 JSON 对象，例如 {"step": "…", "state": "done"}。',
        en: 'The body must be a JSON object such as {"step": "…", "state": "done"}.',
      });
    return [...query, ...Object.entries(said)];
  }
  if (ctx.is("application/x-www-form-urlencoded") !== "application/x-www-form-urlencoded")
    throw new DoorError(415, {
      zh: "请求体应是 JSON 或表单（curl -d）。",
      en: "The body must be JSON or a form (curl -d).",
    });
  return [...query, ...new URLSearchParams(body)];
}
