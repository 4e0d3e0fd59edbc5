/** Sizes as Prometheus writes them: `512KB`, `10MB`, `1MiB`; a KB is 1024 bytes. */
const UNITS = ["", "K", "M", "G", "T"];

/** Parses a size into bytes; `undefined` when the text is not one. A bare number is bytes. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  return Math.floor(Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase()));
}
