/**
 * The access tokens of applications: each asked for once however many want it, kept until some minutes before its end
 * (`GET /cgi-bin/gettoken`, https://developer.work.weixin.qq.com/document/path/91039). WeCom may revoke one early, and
 * stops whoever asks too often. The secret stands in the address, so none of that is in an error.
 */
import { z } from "zod";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { aborted, unlessAborted } from "../../aborted.ts";
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

interface Flight {
  readonly token: Promise<string>;
  readonly control: AbortController;
  waiting: number;
}

interface Keeper {
  kept?: { readonly token: string; readonly until: number } | undefined;
  flight?: Flight | undefined;
}

/** It is asked for anew so long before its end; of one that lives shorter, at the half of its life. */
const EARLY_MS = 10 * 60_000;
/** So many applications are kept; one whose secret was changed is another one. */
const MOST_KEPT = 100;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(300) });

/** Opens the keeper. Nothing is asked for before somebody needs it. */
export function keepAppTokens(clock: Clock): AppTokens {
  const keepers = new Map<string, Keeper>();

  function keeperOf({ base, corpId, corpSecret }: App): Keeper {
    const key = JSON.stringify([base, corpId, corpSecret]);
    const keeper = keepers.get(key) ?? {};
    keepers.delete(key);
    keepers.set(key, keeper);
    const [oldest] = keepers.keys();
    if (keepers.size > MOST_KEPT && oldest !== undefined) keepers.delete(oldest);
    return keeper;
  }

  async function ask(app: App, keeper: Keeper, signal: AbortSignal): Promise<string> {
    const at = clock.now();
    const query = new URLSearchParams({ corpid: app.corpId, corpsecret: app.corpSecret });
    const url = `${app.base}/cgi-bin/gettoken?${query.toString()}`;
    const said = await withinTime(clock, signal, (limit) =>
      send({ method: "GET", url, http: app.http, headers: {}, body: "" }, limit),
    );
    const read = answer.safeParse(understand(said, at));
    if (!read.success)
      throw new SendError("WeCom's answer holds no token", { next: "retry", code: "unreadable" });
    const lastsMs = read.data.expires_in * 1_000;
    keeper.kept = { token: read.data.access_token, until: at + Math.max(lastsMs - EARLY_MS, lastsMs / 2) };
    return keeper.kept.token;
  }

  function takeOff(app: App, keeper: Keeper): Flight {
    const control = new AbortController();
    const token = ask(app, keeper, control.signal).finally(() => {
      if (keeper.flight === started) keeper.flight = undefined;
    });
    // Whoever waits hears of it; when all have left, nobody does.
    token.catch(() => {});
    const started: Flight = { token, control, waiting: 0 };
    return started;
  }

  return {
    async get(app, signal) {
      if (signal.aborted) throw aborted();
      const keeper = keeperOf(app);
      if (keeper.kept !== undefined && clock.now() < keeper.kept.until) return keeper.kept.token;
      keeper.flight ??= takeOff(app, keeper);
      const mine = keeper.flight;
      mine.waiting++;
      try {
        return await unlessAborted(mine.token, signal);
      } finally {
        mine.waiting--;
        // The last one to leave ends it: nobody else is there to have the token.
        if (mine.waiting === 0 && signal.aborted) {
          if (keeper.flight === mine) keeper.flight = undefined;
          mine.control.abort();
        }
      }
    },
    drop(app, token) {
      const keeper = keeperOf(app);
      if (keeper.kept?.token === token) keeper.kept = undefined;
    },
  };
}
