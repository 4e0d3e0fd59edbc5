import { createHash, timingSafeEqual } from "node:crypto";

/** Whether what was given is the secret. How long it takes says nothing about it; nothing is the same as no secret. */
export function sameSecret(given: string, wanted: string | undefined): boolean {
  return wanted !== undefined && timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
