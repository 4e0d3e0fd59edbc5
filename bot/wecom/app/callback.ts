/**
 * The letters that WeCom sends to an application's callback: signed with its token, sealed with its key.
 * https://developer.work.weixin.qq.com/document/path/101033. Read with `node:crypto` and not with the platform's own
 * package: that one takes any padding and any receiver, so that everything that matters would be checked here all the
 * same. Pure.
 */
import { isUtf8 } from "node:buffer";
import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import type { WeComAppConfig, WeComCallbackConfig } from "../../receivers/wecom-app-config.ts";

/** Where WeCom finds us. */
export const CALLBACK_PATH = "/wecom/callback";

/** A letter as it comes in: three parts of the address, and the sealed text. */
export interface Letter {
  /** `msg_signature`. */
  readonly signature: string;
  /** Seconds of Unix time, as text. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly sealed: string;
}

/** What an application opens its letters with. */
export type LetterSecrets = WeComCallbackConfig & Pick<WeComAppConfig, "corpId">;

/** What it says, or why it is not taken; for a log, never for whoever sent it. */
export type Opened =
  | { readonly is: "opened"; readonly text: string }
  | { readonly is: "refused"; readonly why: "signature" | "stale" | "seal" | "receiver" };

/** A letter of another time may be somebody's copy. A machine's clock may be off by less. */
export const FRESH_MS = 10 * 60_000;

/** PKCS#7 fills up to so many bytes here, and not to the sixteen of AES. */
const BLOCK = 32;
/** Before the text: so many random bytes, and its length in four. */
const RANDOM = 16;
const HEAD = RANDOM + 4;

/** Opens a letter that came at `at`. The signature is checked before anything is deciphered. */
export function openLetter(letter: Letter, secrets: LetterSecrets, at: number): Opened {
  if (!isSigned(letter, secrets.token)) return { is: "refused", why: "signature" };
  const said = /^\d{10}$/.test(letter.timestamp) ? Number(letter.timestamp) * 1_000 : Number.NaN;
  if (!(Math.abs(at - said) <= FRESH_MS)) return { is: "refused", why: "stale" };
  const plain = unseal(letter.sealed, secrets.key);
  if (plain === undefined) return { is: "refused", why: "seal" };
  return plain.receiver === secrets.corpId
    ? { is: "opened", text: plain.text }
    : { is: "refused", why: "receiver" };
}

/** Whether whoever wrote it knows the token. Takes as long whatever is wrong with it. */
function isSigned({ signature, timestamp, nonce, sealed }: Letter, token: string): boolean {
  const right = createHash("sha1").update([token, timestamp, nonce, sealed].sort().join("")).digest();
  const given = Buffer.from(/^[\da-f]{40}$/i.test(signature) ? signature : "", "hex");
  return given.length === right.length && timingSafeEqual(given, right);
}

/** The text and whom it is for; undefined when it was not sealed with this key, or not as it should be. */
function unseal(
  sealed: string,
  key: string,
): { readonly text: string; readonly receiver: string } | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(sealed)) return undefined;
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) return undefined;
  const aesKey = Buffer.from(`${key}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
  const filled = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const count = filled.at(-1) ?? 0;
  if (count < 1 || count > BLOCK || filled.subarray(-count).some((byte) => byte !== count)) return undefined;
  const plain = filled.subarray(0, -count);
  if (plain.length < HEAD) return undefined;
  const end = HEAD + plain.readUInt32BE(RANDOM);
  if (end > plain.length || !isUtf8(plain.subarray(HEAD))) return undefined;
  return { text: plain.toString("utf8", HEAD, end), receiver: plain.toString("utf8", end) };
}
