/** Made payloads of Stream mode, as frames. */
import { readFileSync } from "node:fs";
import type { Frame } from "../../../../../bot/dingtalk/stream/frame.ts";

const FOLDER = new URL("../../../../payloads/dingtalk/inbound/", import.meta.url);

/** The frame of one payload, with some fields changed; undefined takes a field out. */
export function frameOf(name: string, changed: Readonly<Record<string, unknown>> = {}): Frame {
  const data = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Record<string, unknown>;
  return framed(JSON.stringify({ ...data, ...changed }));
}

export function framed(data: unknown): Frame {
  return { headers: { messageId: "212b9d7c_165f_made", time: "1790000000500" }, data };
}
