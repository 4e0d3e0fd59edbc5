/** The options of the `http` monitor, and the one way in which a URL is written. */
import { z } from "zod";
import { patternOption } from "../probe/pattern.ts";
import { ipVersionOption } from "../probe/place.ts";
import { tlsConfigOption } from "../probe/tls-options.ts";
import { parseJsonCheck } from "./json-check.ts";

/** The longest body that is read, in bytes. */
export const LONGEST_BODY = 1024 * 1024;

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

const url = z.string().transform((text, context) => {
  const normal = normaliseUrl(text);
  if (normal === undefined) {
    context.addIssue({ code: "custom", message: "must be an http:// or https:// URL" });
    return z.NEVER;
  }
  const { username, password } = new URL(normal);
  // The URL becomes the label `instance`, which everybody sees.
  if (username !== "" || password !== "") {
    context.addIssue({
      code: "custom",
      message: "must not carry a user name or password; use basic_auth or headers",
    });
    return z.NEVER;
  }
  return normal;
});

const statusRange = z
  .string()
  .regex(/^(?:[1-5](?:xx|\d\d)(?:-[1-5](?:xx|\d\d))?)(?: ?, ?[1-5](?:xx|\d\d)(?:-[1-5](?:xx|\d\d))?)*$/i, {
    error: "must be status codes such as 200, 2xx, 200-299 or 200,301",
  });
const status = z.union([z.int().min(100).max(599), statusRange]);

/** Codes as numbers, everything else as it was written: `"200, 3xx"` is `[200, "3xx"]`. */
function apart(given: number | string): (number | string)[] {
  if (typeof given === "number") return [given];
  return given
    .split(",")
    .map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : part.trim().toLowerCase()));
}

const jsonCheck = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    try {
      parseJsonCheck(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });

/** A header's value, which an HTTP message must be able to carry. */
const headerText = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be a header value: one line of Latin-1");

const proxyUrl = z.string().refine((text) => {
  try {
    return new URL(text).protocol === "http:";
  } catch {
    return false;
  }
}, "must be an http:// URL");

const text = z.string().min(1).max(1000);

export const httpOptions = z.strictObject({
  url,
  method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET"),
  /** Codes, ranges and classes that count as good; 200 to 299 where none is given. */
  expected_status: z
    .union([status, z.array(status).min(1)])
    .transform((given) => [given].flat().flatMap(apart))
    .optional(),
  headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "must be a header name")
        .refine((name) => !NOT_YOURS.test(name), "is a header that the connection sets itself"),
      headerText,
    )
    .optional(),
  /** Sent along; JSON where it looks like it and no header says otherwise. */
  body: z.string().max(65_536).optional(),
  basic_auth: z.strictObject({ username: z.string(), password: z.string().default("") }).optional(),
  bearer_token: headerText.min(1).optional(),
  /** Text that the body must contain, exactly. */
  body_contains: text.optional(),
  body_not_contains: text.optional(),
  /** RE2 expressions, looked for anywhere in the body. */
  body_matches: patternOption.optional(),
  body_not_matches: patternOption.optional(),
  /** Expectations of a JSON body: `$.data.count < 100`, or a path that must be there. */
  body_json: z
    .union([jsonCheck, z.array(jsonCheck).min(1).max(20)])
    .transform((given) => [given].flat())
    .optional(),
  follow_redirects: z.boolean().default(true),
  max_redirects: z.int().min(0).max(20).optional(),
  /** 4 or 6: only addresses of that kind. */
  ip_version: ipVersionOption,
  proxy_url: proxyUrl.optional(),
  tls_config: tlsConfigOption.optional(),
});

export type HttpOptions = z.output<typeof httpOptions>;
