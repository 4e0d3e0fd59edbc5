/** The frames of Stream mode, as far as they matter here. */
import { z } from "zod";

/** What came down over the socket; `data` is a text of JSON. Nothing in it has been looked at yet. */
export interface Frame {
  readonly headers?: { readonly messageId?: unknown; readonly time?: unknown };
  readonly data?: unknown;
}

/** Something that could not be read: which part of it, in our own words and never in those of the frame. */
export interface Malformed {
  readonly malformed: string;
}

/** The id under which a frame is acknowledged; another one every time that the same message is sent again. */
export function messageIdOf({ headers }: Frame): string | undefined {
  const id = headers?.messageId;
  return typeof id === "string" && id !== "" && id.length <= LONGEST_ID ? id : undefined;
}

/** When it was sent, by DingTalk's clock; `now` where it does not say. */
export function timeOf({ headers }: Frame, now: number): number {
  const at = Number(headers?.time);
  return Number.isSafeInteger(at) && at > 0 ? at : now;
}

/** Real ids have some 20 to 80 characters. */
export const LONGEST_ID = 300;

/** An id that we cannot do without. */
export const anId = z.string().min(1).max(LONGEST_ID);
/** An id that may be missing; one that is no id is as good as missing. */
export const maybeId = anId.optional().catch(undefined);

/** Reads a text of JSON by a schema. */
export function readJson<T>(schema: z.ZodType<T>, text: unknown): T | Malformed {
  let raw: unknown;
  try {
    raw = typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return { malformed: "no JSON" };
  }
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  // Paths are names of ours; the words of zod would hold what was sent.
  const parts = read.error.issues.map(({ path, code }) => `${path.map(String).join(".") || "data"}: ${code}`);
  return { malformed: parts.slice(0, 5).join(", ") };
}

export function isMalformed(read: object): read is Malformed {
  return "malformed" in read;
}
