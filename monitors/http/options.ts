/** The options of the `http` monitor, and the one way in which a URL is written. */
import { z } from "zod";

/** The longest body that is read, in bytes. */
export const LONGEST_BODY = 1024 * 1024;

/** Headers that say where the message ends or how the connection goes on; they are not the user's to set. */
const NOT_YOURS = /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

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
    context.addIssue({ code: "custom", message: "must not carry a user name or password; use headers" });
    return z.NEVER;
  }
  return normal;
});

const status = z.int().min(100).max(599);

export const httpOptions = z.strictObject({
  url,
  method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET"),
  /** Codes that count as good; 200 to 299 where none is given. */
  expected_status: z.union([status.transform((one) => [one]), z.array(status).min(1)]).optional(),
  headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "must be a header name")
        .refine((name) => !NOT_YOURS.test(name), "is a header that the connection sets itself"),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be a header value: one line of Latin-1"),
    )
    .optional(),
  /** Text that the body must contain, exactly. */
  body_contains: z.string().min(1).max(1000).optional(),
  follow_redirects: z.boolean().default(true),
});

export type HttpOptions = z.output<typeof httpOptions>;
