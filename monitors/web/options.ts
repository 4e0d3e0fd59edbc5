/** The options that every monitor of a web address has, and the one way in which a URL is written. */
import { z } from "zod";
import { issue, wrong } from "../../storage/wrong.ts";
import { ipVersionOption } from "../probe/place.ts";
import { tlsConfigOption } from "../probe/tls-options.ts";

/** Headers that say where the message ends or how the connection goes on; they are not the user's to set. */
const NOT_YOURS =
  /^(connection|content-length|expect|keep-alive|proxy-authorization|te|trailer|transfer-encoding|upgrade)$/i;

/** Writes a URL as it is stored and compared: scheme and host in lower case, no fragment, no default port. */
export function normaliseUrl(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  url.hash = "";
  return url.href;
}

/** An option that is a web address, as it is stored. */
const urlOption = z.string().transform((text, context) => {
  const normal = normaliseUrl(text);
  if (normal === undefined) {
    context.addIssue(issue("要写 http:// 或 https:// 开头的网址", "must be an http:// or https:// URL"));
    return z.NEVER;
  }
  const { username, password } = new URL(normal);
  // The URL becomes the label `instance`, which everybody sees.
  if (username !== "" || password !== "") {
    context.addIssue(
      issue(
        "网址里不能带用户名和密码，请用 basic_auth 或 headers",
        "must not carry a user name or password; use basic_auth or headers",
      ),
    );
    return z.NEVER;
  }
  return normal;
});

/** A header's value, which an HTTP message must be able to carry. */
const headerText = z
  .string()
  .refine(
    (text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
    wrong("要写请求头的值：一行 Latin-1 字符", "must be a header value: one line of Latin-1"),
  );

const proxyUrl = z.string().refine(
  (text) => {
    try {
      return new URL(text).protocol === "http:";
    } catch {
      return false;
    }
  },
  wrong("要写 http:// 开头的网址", "must be an http:// URL"),
);

/** What an address needs, how the connection is made, and who asks. */
export const webOptions = {
  url: urlOption,
  headers: z
    .record(
      z
        .string()
        .refine(
          (text) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text),
          wrong("要写请求头的名字", "must be a header name"),
        )
        .refine(
          (name) => !NOT_YOURS.test(name),
          wrong("这个请求头由连接自己写，不能改", "is a header that the connection sets itself"),
        ),
      headerText,
    )
    .optional(),
  basic_auth: z.strictObject({ username: z.string(), password: z.string().default("") }).optional(),
  bearer_token: headerText.min(1).optional(),
  follow_redirects: z.boolean().default(true),
  max_redirects: z.int().min(0).max(20).optional(),
  /** 4 or 6: only addresses of that kind. */
  ip_version: ipVersionOption,
  proxy_url: proxyUrl.optional(),
  tls_config: tlsConfigOption.optional(),
};

export type WebOptions = z.output<z.ZodObject<typeof webOptions>>;

/** Those of them that only `gengfu.yml` may set: they hold secrets, or lead around the guard of the network. */
export const webFileOnly: readonly string[] = ["basic_auth", "bearer_token", "proxy_url", "tls_config"];

/** Those that chat may set, too, and in which a secret may stand. */
export const webSecrets: readonly string[] = ["headers"];
