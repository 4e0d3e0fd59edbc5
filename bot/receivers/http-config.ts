/** `http_config` as `alertmanager.yml` has it, as far as it is understood here. */
import { z } from "zod";
import { complain, named, scalar } from "../../alerts/config-parts.ts";

/** How a request is made. Secrets are inside: never logged. */
export interface HttpConfig {
  /** The header `Authorization`, whole. */
  readonly authorization: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly followRedirects: boolean;
  readonly tls: TlsConfig | undefined;
  readonly proxy: ProxyConfig | undefined;
  readonly oauth2: OAuth2Config | undefined;
}

/** Through which proxy a request goes: the one that is named, or those of the environment (`HTTPS_PROXY` …). */
export interface ProxyConfig {
  readonly url: string | "environment";
  /** Hosts, domains, addresses and ranges that are reached without it. */
  readonly noProxy: readonly string[];
  /** Sent to the proxy alone. */
  readonly connectHeaders: Readonly<Record<string, string>>;
}

/** The client credentials grant of OAuth 2.0 (RFC 6749, 4.4). */
export interface OAuth2Config {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly endpointParams: Readonly<Record<string, string>>;
  readonly tls: TlsConfig | undefined;
  readonly proxy: ProxyConfig | undefined;
}

/** Texts in PEM. */
export interface TlsConfig {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
}

/** What a request is without an `http_config`. */
export const PLAIN_HTTP: HttpConfig = {
  authorization: undefined,
  headers: {},
  followRedirects: true,
  tls: undefined,
  proxy: undefined,
  oauth2: undefined,
};

export const tlsSchema = z
  .strictObject({
    ca: scalar.optional(),
    cert: scalar.optional(),
    key: scalar.optional(),
    server_name: scalar.optional(),
    insecure_skip_verify: z.boolean().default(false),
    min_version: scalar.optional(),
    max_version: scalar.optional(),
  })
  .transform(
    (one): TlsConfig => ({
      ca: one.ca,
      cert: one.cert,
      key: one.key,
      serverName: one.server_name,
      insecureSkipVerify: one.insecure_skip_verify,
    }),
  );

const header = z.strictObject({
  values: z.array(scalar).default([]),
  secrets: z.array(scalar).default([]),
});

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const headers = z
  .record(
    z.string().refine((name) => HEADER_NAME.test(name), {
      message: "is no name of a header",
      params: { zh: "不是请求头的名字" },
    }),
    header,
  )
  .default({})
  .transform(
    (all): Readonly<Record<string, string>> =>
      Object.fromEntries(
        Object.entries(all).map(([name, { values, secrets }]) => [name, [...values, ...secrets].join(", ")]),
      ),
  );

/** A list of strings in a header's place, as Alertmanager has it for proxies. */
const connectHeaders = z
  .record(z.string(), z.array(scalar))
  .default({})
  .transform(
    (all): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.join(", ")])),
  );

const proxyKeys = {
  proxy_url: scalar
    .refine((url) => /^https?:\/\/./.test(url) && URL.canParse(url), {
      message: "must be the http:// or https:// address of a proxy",
      params: { zh: "应为代理的 http:// 或 https:// 地址" },
    })
    .optional(),
  no_proxy: scalar.optional(),
  proxy_from_environment: z.boolean().default(false),
  proxy_connect_header: connectHeaders,
};

type ProxyKeys = z.output<z.ZodObject<typeof proxyKeys>>;

function proxyOf(one: ProxyKeys): ProxyConfig | undefined {
  const { proxy_url, no_proxy = "", proxy_from_environment, proxy_connect_header } = one;
  const url = proxy_from_environment ? "environment" : proxy_url;
  if (url === undefined) return undefined;
  const noProxy = no_proxy.split(",").map((part) => part.trim().toLowerCase());
  return { url, noProxy: noProxy.filter((part) => part !== ""), connectHeaders: proxy_connect_header };
}

function oneProxy(one: ProxyKeys, context: z.RefinementCtx): void {
  if (one.proxy_from_environment && one.proxy_url !== undefined)
    complain(
      context,
      { zh: "已经有 proxy_url，只能有一个", en: "proxy_url is there already; there can be only one" },
      ["proxy_from_environment"],
    );
}

const oauth2Schema = z
  .strictObject({
    client_id: named,
    client_secret: scalar.default(""),
    token_url: scalar.refine((url) => /^https?:\/\/./.test(url) && URL.canParse(url), {
      message: "must be an http:// or https:// address",
      params: { zh: "应为 http:// 或 https:// 地址" },
    }),
    scopes: z.array(scalar).default([]),
    endpoint_params: z.record(z.string(), scalar).default({}),
    tls_config: tlsSchema.optional(),
    ...proxyKeys,
  })
  .superRefine(oneProxy)
  .transform(
    (one): OAuth2Config => ({
      clientId: one.client_id,
      clientSecret: one.client_secret,
      tokenUrl: one.token_url,
      scopes: one.scopes,
      endpointParams: one.endpoint_params,
      tls: one.tls_config,
      proxy: proxyOf(one),
    }),
  );

/** Of the ways to say who asks, at most one. */
export const httpSchema = z
  .strictObject({
    basic_auth: z.strictObject({ username: scalar.default(""), password: scalar.default("") }).optional(),
    authorization: z
      .strictObject({ type: named.default("Bearer"), credentials: scalar.default("") })
      .optional(),
    bearer_token: scalar.optional(),
    oauth2: oauth2Schema.optional(),
    follow_redirects: z.boolean().default(true),
    enable_http2: z.boolean().optional(),
    http_headers: headers,
    tls_config: tlsSchema.optional(),
    ...proxyKeys,
  })
  .superRefine(oneProxy)
  .superRefine((one, context) => {
    const ways = (["basic_auth", "authorization", "bearer_token", "oauth2"] as const).filter(
      (way) => one[way] !== undefined,
    );
    const second = ways[1];
    if (second !== undefined)
      complain(
        context,
        { zh: `已经有 ${ways[0]}，只能有一个`, en: `${ways[0]} is there already; there can be only one` },
        [second],
      );
  })
  .transform(
    (one): HttpConfig => ({
      authorization: authorizationOf(one),
      headers: one.http_headers,
      followRedirects: one.follow_redirects,
      tls: one.tls_config,
      proxy: proxyOf(one),
      oauth2: one.oauth2,
    }),
  );

function authorizationOf(one: {
  readonly basic_auth?: { readonly username: string; readonly password: string } | undefined;
  readonly authorization?: { readonly type: string; readonly credentials: string } | undefined;
  readonly bearer_token?: string | undefined;
}): string | undefined {
  const { basic_auth, authorization, bearer_token } = one;
  if (basic_auth !== undefined)
    return `Basic ${Buffer.from(`${basic_auth.username}:${basic_auth.password}`).toString("base64")}`;
  if (authorization !== undefined) return `${authorization.type} ${authorization.credentials}`.trim();
  return bearer_token === undefined ? undefined : `Bearer ${bearer_token}`;
}

/** Proxy and certificates of `global` hold for robots, too; what says who we are is for the webhooks of one's own. */
export function withoutCredentials(http: HttpConfig): HttpConfig {
  return { ...http, authorization: undefined, oauth2: undefined, headers: {} };
}
