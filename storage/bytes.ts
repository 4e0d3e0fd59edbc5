/** Sizes as Prometheus writes them: `512KB`, `10MB`, `1MiB`; a KB is 1024 bytes. */
import { z } from "zod";

const UNITS = ["", "K", "M", "G", "T"];

/** Parses a size into bytes; `undefined` when the text is not one. A bare number is bytes. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  return Math.floor(Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase()));
}

/** An option that is a size, at most `largestMb` megabytes; bytes, once it is read. */
export function sizeOption(largestMb: number) {
  return z.union([z.int(), z.string()]).transform((given, context) => {
    const size = typeof given === "number" ? given : parseBytes(given);
    if (size !== undefined && size >= 1 && size <= largestMb * 1024 * 1024) return size;
    context.addIssue({
      code: "custom",
      message: `must be a size from 1 to ${largestMb}MB, such as 512KB`,
      params: { zh: `要写大小，最大 ${largestMb}MB，例如 512KB` },
    });
    return z.NEVER;
  });
}
