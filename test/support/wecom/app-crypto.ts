/**
 * How WeCom and the callback of an application talk: developer.work.weixin.qq.com/document/path/101033. AES-256-CBC under
 * the EncodingAESKey, its first 16 bytes as IV, over 16 random bytes, the length, the message and who it is for.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

const BLOCK = 32;

/** `random16` are 16 letters; `padding` is what PKCS#7 asks for unless it is made wrong on purpose. */
export function sealed(
  aesKey: string,
  text: string,
  receiver: string,
  random16: string,
  padding: "right" | "wrong" = "right",
): string {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([Buffer.from(random16), length, message, Buffer.from(receiver)]);
  const count = BLOCK - (plain.length % BLOCK);
  const filled = Buffer.concat([plain, Buffer.alloc(count, padding === "right" ? count : 0xee)]);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(filled), cipher.final()]).toString("base64");
}

/** What a reply says and for whom it is; throws when it was not sealed under this key. */
export function unsealed(
  aesKey: string,
  encrypted: string,
): { readonly text: string; readonly receiver: string } {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const filled = Buffer.concat([decipher.update(Buffer.from(encrypted, "base64")), decipher.final()]);
  const count = filled.at(-1) ?? 0;
  if (count < 1 || count > BLOCK || filled.subarray(-count).some((byte) => byte !== count))
    throw new Error("the padding is wrong");
  const plain = filled.subarray(0, -count);
  const length = plain.readUInt32BE(16);
  return {
    text: plain.subarray(20, 20 + length).toString(),
    receiver: plain.subarray(20 + length).toString(),
  };
}

export function signatureOf(token: string, timestamp: string, nonce: string, encrypted: string): string {
  const parts = [token, timestamp, nonce, encrypted].sort();
  return createHash("sha1").update(parts.join("")).digest("hex");
}
