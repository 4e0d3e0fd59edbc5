/** The doors of heartbeats: `/ping/…` as healthchecks.io has it, and `/api/push/<token>` as Uptime Kuma has it. */
import type { Context } from "koa";
import { notSaved } from "../../commands/say.ts";
import type { Ping } from "../../monitors/heartbeat/beat.ts";
import type { Heartbeats } from "../../monitors/heartbeat/heartbeats.ts";
import { UUID } from "../../monitors/heartbeat/options.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { NotSaved } from "../../storage/store.ts";
import { readBeginning } from "./body.ts";
import { DoorError } from "./door-error.ts";
import type { AddDoors } from "./doors.ts";
import { sameSecret } from "./same-secret.ts";

export interface PingDeps {
  readonly heartbeats: Pick<Heartbeats, "find" | "findBySlug" | "take">;
  /** The key of `/ping/<key>/<slug>`; there are no such addresses without. */
  readonly key: string | undefined;
  readonly locale: Locale;
}

/** So much of a body is kept, in bytes. */
const KEPT = 4_096;
/** A body may be as long as this; a job's whole log is fine. */
const LARGEST = 1024 * 1024;

const UNKNOWN: Text = { zh: "没有这个心跳。", en: "There is no such heartbeat." };

/** What a path under `/ping` means: whom it is about, and what it says. */
interface Asked {
  readonly uuid?: string;
  readonly key?: string;
  readonly slug?: string;
  readonly says: Pick<Ping, "says" | "exit">;
}

/** The doors, to be added to a router. */
export function pingDoors(deps: PingDeps): AddDoors {
  async function ping(ctx: Context): Promise<void> {
    const asked = readPath(ctx["params"] as Readonly<Record<string, string>>);
    const record = asked === undefined ? undefined : find(asked);
    // A stranger's body is not even read.
    if (asked === undefined || record === undefined) throw new DoorError(404, UNKNOWN);
    const rid = ridOf(ctx);
    ctx.set("ping-body-limit", String(KEPT));
    const body = ctx.method === "POST" ? decode(await readBeginning(ctx.req, KEPT, LARGEST)) : "";
    await take(record, { ...asked.says, rid, body });
    ctx.type = "text/plain";
    ctx.body = "OK";
  }

  async function push(ctx: Context): Promise<void> {
    const { token = "" } = ctx["params"] as Readonly<Record<string, string>>;
    const record = deps.heartbeats.find(token);
    if (record === undefined) {
      ctx.status = 404;
      ctx.body = { ok: false, msg: inLocale(deps.locale, UNKNOWN) };
      return;
    }
    await take(record, pushed(ctx.query));
    ctx.body = { ok: true };
  }

  function find({ uuid, key = "", slug = "" }: Asked): MonitorRecord | undefined {
    if (uuid !== undefined) return deps.heartbeats.find(uuid);
    return sameSecret(key, deps.key) ? deps.heartbeats.findBySlug(slug) : undefined;
  }

  async function take(record: MonitorRecord, said: Ping): Promise<void> {
    const taken = await deps.heartbeats.take(record, said).catch((error: unknown) => {
      if (!(error instanceof NotSaved)) throw error;
      throw new DoorError(503, notSaved, { "retry-after": "5" });
    });
    if (taken.is === "taken") return;
    throw new DoorError(
      429,
      { zh: "报到太频繁，没有记下。", en: "Too many pings; this one was not taken." },
      { "retry-after": String(Math.ceil(taken.waitMs / 1_000)) },
    );
  }

  return (router) => {
    for (const path of ["/ping/:first", "/ping/:first/:second", "/ping/:first/:second/:third"]) {
      router.get(path, ping);
      router.post(path, ping);
    }
    router.all("/api/push/:token", push);
  };
}

/** `/ping/<uuid>[/what]` or `/ping/<key>/<slug>[/what]`. Throws `DoorError` 400 for an exit code that is none. */
function readPath({ first = "", second, third }: Readonly<Record<string, string>>): Asked | undefined {
  if (!UUID.test(first)) {
    const says = readWhat(third);
    return second === undefined || says === undefined ? undefined : { key: first, slug: second, says };
  }
  const says = third === undefined ? readWhat(second) : undefined;
  return says === undefined ? undefined : { uuid: first, says };
}

function readWhat(what: string | undefined): Asked["says"] | undefined {
  if (what === undefined) return { says: "success" };
  if (what === "fail") return { says: "failure" };
  if (what === "start" || what === "log") return { says: what };
  if (!/^\d{1,20}$/.test(what)) return undefined;
  const exit = Number(what);
  if (exit > 255)
    throw new DoorError(400, {
      zh: "退出码应在 0 到 255 之间。",
      en: "An exit code must be from 0 to 255.",
    });
  return exit === 0 ? { says: "success" } : { says: "failure", exit };
}

function ridOf(ctx: Context): string {
  const rid = ctx.query["rid"] ?? "";
  if (rid === "" || (typeof rid === "string" && UUID.test(rid))) return rid.toLowerCase();
  throw new DoorError(400, { zh: "rid 应是一个 UUID。", en: "rid must be one UUID." });
}

/** What `?status=up&msg=OK&ping=12` says; `ping` are milliseconds. */
function pushed(query: Context["query"]): Ping {
  const one = (name: string): string => [query[name] ?? ""].flat()[0] ?? "";
  const took = one("ping") === "" ? Number.NaN : Number(one("ping"));
  return {
    says: one("status") === "down" ? "failure" : "success",
    rid: "",
    body: one("msg") === "OK" ? "" : one("msg").slice(0, KEPT),
    ...(Number.isFinite(took) && took >= 0 ? { durationMs: took } : {}),
  };
}

/** The text of a body that may be cut in the middle of a character, and may be of a Chinese Windows. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("gb18030").decode(bytes, { stream: true });
  }
}
