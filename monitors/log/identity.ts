/** Whether a file is the one that was read before: by the bytes before where reading stopped. */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Followed } from "./memory.ts";

/** So many bytes are compared. */
export const LOOKED_BACK = 256;

/** The print of what stands before an offset; `bytes` end there. */
export function printOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes.subarray(-LOOKED_BACK)).digest("base64").slice(0, 16);
}

/** The print of what stands before `offset` in a file. */
export async function printAt(handle: FileHandle, offset: number): Promise<string> {
  const length = Math.min(offset, LOOKED_BACK);
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, offset - length);
  return printOf(bytes.subarray(0, bytesRead));
}

/** Whether what was read up to its offset still stands in this file, which is `size` bytes long. */
export async function continues(handle: FileHandle, size: number, before: Followed): Promise<boolean> {
  return (
    size >= before.offset && (before.offset === 0 || (await printAt(handle, before.offset)) === before.print)
  );
}
