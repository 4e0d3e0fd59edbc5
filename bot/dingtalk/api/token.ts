/**
 * The app's access token: asked for once however many want it, kept until some minutes before its end
 * (`POST /v1.0/oauth2/accessToken`, "obtain-the-access-token-of-an-internal-app").
 */
import { z } from "zod";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { aborted, unlessAborted } from "../../aborted.ts";
import { understand } from "./answer.ts";
import { exchange } from "./request.ts";

export interface AccessToken {
  /** One that is good for some minutes at least. Rejects with a SendError. */
  get(signal: AbortSignal): Promise<string>;
  /** Forgets `token`, which DingTalk would not have; one that was asked for meanwhile stays. */
  drop(token: string): void;
}

interface Flight {
  readonly token: Promise<string>;
  readonly control: AbortController;
  waiting: number;
}

/** It is asked for anew so long before its end; of one that lives shorter, at the half of its life. */
const EARLY_MS = 10 * 60_000;

const answer = z.object({ accessToken: z.string().min(1), expireIn: z.number().positive().default(300) });

/** Opens the keeper of one app's token. Nothing is asked for before somebody needs it. */
export function keepAccessToken(
  app: { readonly apiBase: string; readonly clientId: string; readonly clientSecret: string },
  clock: Clock,
): AccessToken {
  let kept: { readonly token: string; readonly until: number } | undefined;
  let flight: Flight | undefined;

  async function ask(signal: AbortSignal): Promise<string> {
    const at = clock.now();
    const url = new URL(`${app.apiBase}/v1.0/oauth2/accessToken`);
    const body = { appKey: app.clientId, appSecret: app.clientSecret };
    const understood = understand(await exchange({ method: "POST", url, body }, clock, signal), at);
    if (understood.is === "no") {
      const { next, code, waitMs } = understood;
      const why =
        code === "invalidClientIdOrSecret" ? "its client id and client secret do not belong together" : code;
      throw new SendError(`DingTalk gives the app no token: ${why}`, { next, code, waitMs });
    }
    const read = answer.safeParse(understood.json);
    if (!read.success)
      throw new SendError("DingTalk's answer holds no token", { next: "retry", code: "unreadable" });
    const lastsMs = read.data.expireIn * 1_000;
    kept = { token: read.data.accessToken, until: at + Math.max(lastsMs - EARLY_MS, lastsMs / 2) };
    return kept.token;
  }

  function takeOff(): Flight {
    const control = new AbortController();
    const token = ask(control.signal).finally(() => {
      if (flight === started) flight = undefined;
    });
    // Whoever waits hears of it; when all have left, nobody does.
    token.catch(() => {});
    const started: Flight = { token, control, waiting: 0 };
    return started;
  }

  return {
    async get(signal) {
      if (signal.aborted) throw aborted();
      if (kept !== undefined && clock.now() < kept.until) return kept.token;
      flight ??= takeOff();
      const mine = flight;
      mine.waiting++;
      try {
        return await unlessAborted(mine.token, signal);
      } finally {
        mine.waiting--;
        // The last one to leave ends it: nobody else is there to have the token.
        if (mine.waiting === 0 && signal.aborted) {
          if (flight === mine) flight = undefined;
          mine.control.abort();
        }
      }
    },
    drop(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
