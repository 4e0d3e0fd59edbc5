/** The OpenAPI's common ground: access tokens, scopes, calls per second and per month, and how it says no. */
import { randomUUID } from "node:crypto";
import { type Answer, type Call, type Handle, objectOf, textOf } from "./http.ts";
import type { Quota } from "./quota.ts";
import type { App, World } from "./world.ts";

type Body = Readonly<Record<string, unknown>>;
/** An API behind the checks: who calls, and the body. */
export type Api = (app: App, body: Body) => Answer;

export interface Tokens {
  /** `POST /v1.0/oauth2/accessToken`. */
  readonly issue: Handle;
  /** `GET /gettoken` of the old host. */
  readonly issueOld: Handle;
  /** The app whose valid token this is. */
  appOf(token: string | undefined | null): App | undefined;
  /** No token that was given out is valid any more. */
  revoke(): void;
  readonly issued: number;
}

export function openTokens(world: World): Tokens {
  const tokens = new Map<string, { readonly token: string; readonly until: number }>();
  let issued = 0;

  /** The app's token: the same one, renewed, as long as it is valid. */
  function tokenOf(app: App): string {
    issued += 1;
    const known = tokens.get(app.clientId);
    const isValid = known !== undefined && world.clock.now() < known.until;
    const token = isValid ? known.token : randomUUID().replaceAll("-", "");
    tokens.set(app.clientId, { token, until: world.clock.now() + world.settings.tokenSeconds * 1000 });
    return token;
  }

  function appWith(id: unknown, secret: unknown): App | undefined {
    const app = world.apps.get(String(id));
    return app?.clientSecret === secret ? app : undefined;
  }

  return {
    issue(call) {
      const body = objectOf(call.text);
      const app = appWith(body?.["appKey"], body?.["appSecret"]);
      if (app === undefined) return refuse(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret");
      return { status: 200, body: { accessToken: tokenOf(app), expireIn: world.settings.tokenSeconds } };
    },
    issueOld({ query }) {
      const app = appWith(query.get("appkey"), query.get("appsecret"));
      if (app === undefined)
        return { status: 200, body: { errcode: 40089, errmsg: "不合法的corpid或corpsecret" } };
      const expires = world.settings.tokenSeconds;
      return {
        status: 200,
        body: { errcode: 0, errmsg: "ok", access_token: tokenOf(app), expires_in: expires },
      };
    },
    appOf(token) {
      const known = [...tokens].find(([, one]) => one.token === token && world.clock.now() < one.until);
      return known === undefined ? undefined : world.apps.get(known[0]);
    },
    revoke: () => tokens.clear(),
    get issued() {
      return issued;
    },
  };
}

export const TOKEN_HEADER = "x-acs-dingtalk-access-token";
const DENIED = "Forbidden.AccessDenied";

/** Puts the checks that all APIs share before one. */
export function guard(world: World, tokens: Tokens, quota: Quota, scope: string, api: Api): Handle {
  return (call) => {
    const app = tokens.appOf(textOf(call.headers[TOKEN_HEADER]));
    if (app === undefined)
      return refuse(world.settings.invalidTokenStatus, "InvalidAuthentication", "不合法的access_token");
    if (!world.settings.scopes.has(scope)) return refuseScope(scope);
    if (!quota.takeSecond(app.clientId, `${call.method} ${call.path}`))
      return refuse(403, `${DENIED}.QpsLimitForAppkeyAndApi`, "请求被限流，请稍后重试");
    if (!quota.take("api")) return refuse(403, `${DENIED}.ApiCountLimitForOrg`, "企业本月API调用量已用完");
    const body = bodyOf(call);
    if (body === undefined) return refuse(400, "InvalidParameter", "请求体不是合法的JSON对象");
    return api(app, body);
  };
}

function bodyOf(call: Call): Body | undefined {
  return call.headers["content-type"]?.includes("json") === true ? objectOf(call.text) : undefined;
}

function refuseScope(scope: string): Answer {
  return {
    status: 403,
    body: {
      code: `${DENIED}.AccessTokenPermissionDenied`,
      requestid: randomUUID(),
      message: `应用尚未开通所需的权限：[${scope}]`,
      accessdenieddetail: { requiredScopes: [scope] },
    },
  };
}

/** How the OpenAPI says no. */
export function refuse(status: number, code: string, message: string): Answer {
  return { status, body: { code, requestid: randomUUID(), message } };
}

export function accept(body: object): Answer {
  return { status: 200, body };
}
