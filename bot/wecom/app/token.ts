/**
 * The access tokens of applications (`GET /cgi-bin/gettoken`, https://developer.work.weixin.qq.com/document/path/91039).
 * WeCom may revoke one early, and stops whoever asks too often. The secret stands in the address, so none of that is in
 * an error.
 */
import { z } from "zod";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { type GivenToken, keepToken, type TokenKeeper } from "../../http-client/keep-token.ts";
import { send } from "../../webhook/request.ts";
import { understand } from "./answer.ts";
import type { WeComApp } from "./apps.ts";
import { withinTime } from "./within-time.ts";

type App = Pick<WeComApp, "base" | "corpId" | "corpSecret" | "http">;

export interface AppTokens {
  /** One that is good for some minutes at least. Rejects with a SendError. */
  get(app: App, signal: AbortSignal): Promise<string>;
  /** Forgets `token`, which WeCom would not have; one that was asked for meanwhile stays. */
  drop(app: App, token: string): void;
}

/** So many applications are kept; one whose secret was changed is another one. */
const MOST_KEPT = 100;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(300) });

/** Opens the keepers, one for each application. */
export function keepAppTokens(clock: Clock): AppTokens {
  const keepers = new Map<string, TokenKeeper>();

  function keeperOf({ base, corpId, corpSecret }: App): TokenKeeper {
    const key = JSON.stringify([base, corpId, corpSecret]);
    const keeper = keepers.get(key) ?? keepToken(clock);
    keepers.delete(key);
    keepers.set(key, keeper);
    const [oldest] = keepers.keys();
    if (keepers.size > MOST_KEPT && oldest !== undefined) keepers.delete(oldest);
    return keeper;
  }

  async function ask(app: App, signal: AbortSignal): Promise<GivenToken> {
    const at = clock.now();
    const query = new URLSearchParams({ corpid: app.corpId, corpsecret: app.corpSecret });
    const url = `${app.base}/cgi-bin/gettoken?${query.toString()}`;
    const said = await withinTime(clock, signal, (limit) =>
      send({ method: "GET", url, http: app.http, headers: {}, body: "" }, limit),
    );
    const read = answer.safeParse(understand(said, at));
    if (!read.success)
      throw new SendError("WeCom's answer holds no token", { next: "retry", code: "unreadable" });
    return { token: read.data.access_token, lastsMs: read.data.expires_in * 1_000 };
  }

  return {
    get: (app, signal) => keeperOf(app).get((limit) => ask(app, limit), signal),
    drop: (app, token) => keeperOf(app).drop(token),
  };
}
