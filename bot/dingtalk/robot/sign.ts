/**
 * The signature of what goes to a custom robot: the time and an HMAC of it, both in the address.
 * https://open.dingtalk.com/document/robots/customize-robot-security-settings
 */
import { createHmac } from "node:crypto";

/** The address of a robot, signed for `at` (ms; it is good for an hour) where the robot has a secret. */
export function signed(address: string, secret: string | undefined, at: number): string {
  if (secret === undefined) return address;
  const url = new URL(address);
  url.searchParams.set("timestamp", String(at));
  url.searchParams.set("sign", signatureOf(secret, at));
  return url.href;
}

/** The secret is the key, and part of the message as well. */
export function signatureOf(secret: string, at: number): string {
  return createHmac("sha256", secret).update(`${at}\n${secret}`).digest("base64");
}
