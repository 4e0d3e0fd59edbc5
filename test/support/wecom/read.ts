/** Reading what came over the wire: nothing about its shape is believed. */

/** A JSON object as it came. */
export type Body = Readonly<Record<string, unknown>>;

/** A part of an object; `undefined` where there is no object or no such part. */
export function partOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Body)[name];
}

/** A text with something in it. */
export function textOf(value: unknown, name: string): string | undefined {
  const part = partOf(value, name);
  return typeof part === "string" && part !== "" ? part : undefined;
}

export function numberOf(value: unknown, name: string): number | undefined {
  const part = partOf(value, name);
  return typeof part === "number" && Number.isFinite(part) ? part : undefined;
}

/** A list; an empty one where there is none. */
export function listOf(value: unknown, name: string): readonly unknown[] {
  const part = partOf(value, name);
  return Array.isArray(part) ? part : [];
}

export function textsOf(value: unknown, name: string): readonly string[] {
  return listOf(value, name).filter((one) => typeof one === "string");
}

/** The object that a text holds, or `undefined`. */
export function objectIn(text: string): Body | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Body) : undefined;
  } catch {
    return undefined;
  }
}

/** How long a text is for WeCom: in bytes of UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
