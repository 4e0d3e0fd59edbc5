/** The app's access token (`POST /v1.0/oauth2/accessToken`, "obtain-the-access-token-of-an-internal-app"). */
import { z } from "zod";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { type GivenToken, keepToken } from "../../http-client/keep-token.ts";
import { understand } from "./answer.ts";
import { exchange } from "./request.ts";

export interface AccessToken {
  /** One that is good for some minutes at least. Rejects with a SendError. */
  get(signal: AbortSignal): Promise<string>;
  /** Forgets `token`, which DingTalk would not have; one that was asked for meanwhile stays. */
  drop(token: string): void;
}

const answer = z.object({ accessToken: z.string().min(1), expireIn: z.number().positive().default(300) });

/** Opens the keeper of one app's token. */
export function keepAccessToken(
  app: { readonly apiBase: string; readonly clientId: string; readonly clientSecret: string },
  clock: Clock,
): AccessToken {
  const keeper = keepToken(clock);

  async function ask(signal: AbortSignal): Promise<GivenToken> {
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
    return { token: read.data.accessToken, lastsMs: read.data.expireIn * 1_000 };
  }

  return { get: (signal) => keeper.get(ask, signal), drop: keeper.drop };
}
