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
};

/** Something of Alertmanager's that is not understood here: better refused than passed over. */
function notSupported(what: string) {
  return z.unknown().superRefine((value, context) => {
    if (value !== undefined)
      complain(context, { zh: `还不支持 ${what}`, en: `${what} is not supported yet` });
  });
}

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

/** Of the ways to say who asks, at most one. */
export const httpSchema = z
  .strictObject({
    basic_auth: z.strictObject({ username: scalar.default(""), password: scalar.default("") }).optional(),
    authorization: z
      .strictObject({ type: named.default("Bearer"), credentials: scalar.default("") })
      .optional(),
    bearer_token: scalar.optional(),
    oauth2: notSupported("oauth2").optional(),
    proxy_url: notSupported("proxy_url").optional(),
    no_proxy: scalar.optional(),
    proxy_from_environment: z.literal(false).optional(),
    follow_redirects: z.boolean().default(true),
    enable_http2: z.boolean().optional(),
    http_headers: z
      .record(
        z.string().refine((name) => HEADER_NAME.test(name), {
          message: "is no name of a header",
          params: { zh: "不是请求头的名字" },
        }),
        header,
      )
      .default({}),
    tls_config: tlsSchema.optional(),
  })
  .superRefine((one, context) => {
    const ways = (["basic_auth", "authorization", "bearer_token"] as const).filter(
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
      headers: Object.fromEntries(
        Object.entries(one.http_headers).map(([name, { values, secrets }]) => [
          name,
          [...values, ...secrets].join(", "),
        ]),
      ),
      followRedirects: one.follow_redirects,
      tls: one.tls_config,
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
