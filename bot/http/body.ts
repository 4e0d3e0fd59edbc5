/** Reads a request's body, packed or not, within a limit; and its JSON against a schema. */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Context } from "koa";
import type { z } from "zod";
import { ENCODINGS, PackedError, unpackOf } from "../content-encoding.ts";
import { DoorError } from "./door-error.ts";

/** Room for a chat line of 1 MB whose every character is escaped as two, and its envelope; in bytes. */
const LARGEST = 2 * 1024 * 1024 + 64 * 1024;
/** So many times the limit is read and dropped of a body that is too large, so that the sender hears the answer. */
const DROPPED = 4;

/** The body as `schema` has it. Throws `DoorError` 400, 413 or 415 that says what is wrong with it. */
export async function readJson<T>(ctx: Context, schema: z.ZodType<T>): Promise<T> {
  // A form on another site can send text/plain without asking, but never this type.
  if (ctx.is("application/json") !== "application/json")
    throw new DoorError(415, {
      zh: "请求体必须是 JSON，并带 Content-Type: application/json。",
      en: "The body must be JSON, with Content-Type: application/json.",
    });
  const parsed = schema.safeParse(parseJson(await readText(ctx.req)));
  if (parsed.success) return parsed.data;
  const what = parsed.error.issues.map((i) => `${i.path.join(".") || "body"}: ${i.message}`).join("; ");
  throw new DoorError(400, { zh: `请求体不对：${what}`, en: `The body is not right: ${what}` });
}

/** The body, whatever JSON it is. Throws `DoorError` 400, 413 or 415. */
export async function readAnyJson(request: IncomingMessage): Promise<unknown> {
  return parseJson(await readText(request));
}

/** The body as text, at most `largest` bytes of it, packed as well as unpacked. Throws `DoorError` 400, 413 or 415. */
export async function readText(request: IncomingMessage, largest = LARGEST): Promise<string> {
  return (await readUtf8(request, largest)).toString();
}

/** The same as bytes that are valid UTF-8, without the mark that some put in front. Rejects alike. */
export function readUtf8(request: IncomingMessage, largest = LARGEST): Promise<Buffer> {
  return readBytes(request, largest).then(asUtf8);
}

/** The first `kept` bytes of a body of at most `largest`; the rest is read and dropped. Throws `DoorError` 400, 413 or 415. */
export async function readBeginning(
  request: IncomingMessage,
  kept: number,
  largest: number,
): Promise<Buffer> {
  return (await readBytes(request, largest)).subarray(0, kept);
}

/** Not async: of a body that is not packed, nothing more is waited for than its end. */
function readBytes(request: IncomingMessage, largest = LARGEST): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  return encoding === undefined ? received(request, largest) : readPacked(request, encoding, largest);
}

async function readPacked(request: IncomingMessage, encoding: string, largest: number): Promise<Buffer> {
  try {
    const unpack = unpackOf(encoding);
    const bytes = await received(request, largest);
    return unpack === undefined ? bytes : await unpack(bytes, largest);
  } catch (error) {
    throw error instanceof PackedError ? refusalOf(error, largest) : error;
  }
}

function refusalOf({ why, message }: PackedError, largest: number): DoorError {
  if (why === "too-large")
    return new DoorError(413, {
      zh: `请求体解压后太大，最多 ${largest} 字节。`,
      en: `The body is too large unpacked, at most ${largest} bytes.`,
    });
  if (why === "broken")
    return new DoorError(400, {
      zh: `请求体无法解压（${message}），或与 Content-Encoding 不符。`,
      en: `The body cannot be unpacked (${message}), or is not what Content-Encoding says.`,
    });
  const text = {
    zh: `不支持 Content-Encoding: ${message}；可以用 ${ENCODINGS} 之一，只压一层。`,
    en: `Content-Encoding: ${message} is not understood; one of ${ENCODINGS} is, applied once.`,
  };
  // As RFC 9110, 15.5.16 has it, for senders that choose by themselves.
  return new DoorError(415, text, { "accept-encoding": ENCODINGS });
}

function received(request: IncomingMessage, largest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const early = (): void =>
      reject(new DoorError(400, { zh: "请求体没有传完。", en: "The body ended early." }));
    // Not `for await`: an iterator of its own would cost as much as all the rest of a small request.
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= largest) parts.push(part);
      else parts.length = 0;
      if (length > DROPPED * largest) tooLarge();
    });
    request.once("end", () => (length > largest ? tooLarge() : resolve(whole(parts))));
    request.once("error", early);
    request.once("close", () => {
      if (!request.complete) early();
    });

    function tooLarge(): void {
      request.pause();
      const text = {
        zh: `请求体太大，最多 ${largest} 字节。`,
        en: `The body is too large, at most ${largest} bytes.`,
      };
      reject(new DoorError(413, text, { connection: "close" }));
    }
  });
}

function whole(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function asUtf8(bytes: Buffer): Buffer {
  if (!isUtf8(bytes))
    throw new DoorError(400, { zh: "请求体不是有效的 UTF-8", en: "The body is not valid UTF-8" });
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Throws a `DoorError` 400 that says what is wrong with it. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const why = error instanceof SyntaxError ? `JSON: ${error.message.slice(0, 120)}` : "JSON";
    throw new DoorError(400, { zh: `请求体不是有效的 ${why}`, en: `The body is not valid ${why}` });
  }
}
