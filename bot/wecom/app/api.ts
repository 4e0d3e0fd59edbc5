/**
 * The calls of an application: a message to people, and the change of a card.
 * https://developer.work.weixin.qq.com/document/path/90236 and /94888.
 */
import { z } from "zod";
import type { Clock } from "../../../storage/clock.ts";
import { send } from "../../webhook/request.ts";
import { AppRefusal, understand } from "./answer.ts";
import type { WeComApp } from "./apps.ts";
import { keepAppTokens } from "./token.ts";
import { withinTime } from "./within-time.ts";

/** What became of a message that was taken. */
export interface Sent {
  /** Whom it did not reach: no such member, or none that the application may see. */
  readonly users: readonly string[];
  readonly parties: readonly string[];
  readonly tags: readonly string[];
  /** Members without a licence (基础接口许可). */
  readonly unlicensed: readonly string[];
  /** By which the card may be changed once within 72 hours; of a card with buttons only. */
  readonly code: string | undefined;
}

export interface AppApi {
  /** Sends a message to whom the target tells. Rejects with a SendError. */
  send(app: WeComApp, message: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Sent>;
  /** Changes a card for all who got it; uses the code up. Rejects with a SendError. */
  update(app: WeComApp, code: string, card: object, signal: AbortSignal): Promise<void>;
}

const list = z
  .string()
  .catch("")
  .transform((text) => text.split("|").filter((one) => one !== ""));

const sent = z
  .object({
    invaliduser: list,
    invalidparty: list,
    invalidtag: list,
    unlicenseduser: list,
    response_code: z.string().min(1).optional().catch(undefined),
  })
  .transform(
    (one): Sent => ({
      users: one.invaliduser,
      parties: one.invalidparty,
      tags: one.invalidtag,
      unlicensed: one.unlicenseduser,
      code: one.response_code,
    }),
  );

export function openAppApi(clock: Clock): AppApi {
  const tokens = keepAppTokens(clock);

  async function once(
    app: WeComApp,
    path: string,
    token: string,
    body: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const url = `${app.base}${path}?${new URLSearchParams({ access_token: token }).toString()}`;
    const answer = await withinTime(clock, signal, (limit) =>
      send({ method: "POST", url, http: app.http, headers: {}, body }, limit),
    );
    try {
      return understand(answer, clock.now());
    } catch (error) {
      if (error instanceof AppRefusal && error.isStaleToken) tokens.drop(app, token);
      throw error;
    }
  }

  /** A token that was revoked is met once: the second one comes fresh from WeCom. */
  async function call(
    app: WeComApp,
    path: string,
    content: object,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const body = JSON.stringify(content);
    const token = await tokens.get(app, signal);
    try {
      return await once(app, path, token, body, signal);
    } catch (error) {
      if (!(error instanceof AppRefusal && error.isStaleToken)) throw error;
      return once(app, path, await tokens.get(app, signal), body, signal);
    }
  }

  return {
    async send(app, message, signal) {
      const { users, parties, tags, agentId: agentid } = app;
      const to = {
        ...(users.length === 0 ? {} : { touser: users.join("|") }),
        ...(parties.length === 0 ? {} : { toparty: parties.join("|") }),
        ...(tags.length === 0 ? {} : { totag: tags.join("|") }),
      };
      return sent.parse(await call(app, "/cgi-bin/message/send", { ...to, agentid, ...message }, signal));
    },
    async update(app, code, card, signal) {
      const body = { atall: 1, agentid: app.agentId, response_code: code, template_card: card };
      await call(app, "/cgi-bin/message/update_template_card", body, signal);
    },
  };
}
