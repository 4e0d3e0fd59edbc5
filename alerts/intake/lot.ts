/**
 * A lot: what one request brought, written down whole before it is answered and drawn into incidents after. Writing a
 * lot costs one document, whatever is in it; a flood is answered at that price and worked off when there is time.
 */
import * as z from "zod";
import { type JsonPieces, offHeap } from "../../storage/json-pieces.ts";
import { readAlerts, writeAlert } from "./postable.ts";
import type { Posted, Sender } from "./posted.ts";

export interface Lot {
  readonly at: number;
  readonly sender: Sender;
  /** Its alerts. May be costly; whoever needs them twice keeps them. */
  posted(): readonly Posted[];
  /** The document that the store keeps. */
  toJSON(): StoredLot;
}

interface StoredLot {
  readonly at: number;
  readonly sender: Sender;
  /** `postableAlerts`; those among them that cannot be read were refused when they came. */
  readonly alerts: readonly unknown[];
}

const storedLot = z.object({
  at: z.number(),
  sender: z.object({ name: z.string(), receiver: z.string().exactOptional(), resolveAfterMs: z.number() }),
  alerts: z.array(z.unknown()),
});

/** Throws an error that says what is wrong with it. */
export function decodeLot(raw: unknown): Lot {
  const result = storedLot.safeParse(raw);
  if (!result.success) throw new Error(z.prettifyError(result.error));
  const stored = result.data;
  const { at, sender, alerts } = stored;
  return { at, sender, posted: () => readAlerts(alerts).posted, toJSON: () => stored };
}

export interface MadeLot {
  readonly lot: Lot;
  readonly json: JsonPieces;
}

/** A lot with its JSON. `raw`: the list as it came, when nothing of it was refused. */
export function makeLot(
  at: number,
  sender: Sender,
  posted: readonly Posted[],
  raw: RawList | undefined,
): MadeLot {
  const list = raw === undefined ? undefined : (onOneLine(raw.json) ?? offHeap(JSON.stringify(raw.list)));
  const alerts = list ?? offHeap(JSON.stringify(posted.map(writeAlert)));
  const json = [`${JSON.stringify({ at, sender }).slice(0, -1)},"alerts":`, alerts, "}"];
  return { lot: list === undefined ? keep(at, sender, posted) : keepAsText(at, sender, list), json };
}

/** The list of alerts of a request, parsed and as it came. */
export interface RawList {
  readonly list: readonly unknown[];
  /** Never written to again by whoever gives it. */
  readonly json: string | Buffer;
}

/** What can stand in the journal as it is: one line, without the mark that the store's own encoding knows. */
function onOneLine(json: string | Buffer): string | Buffer | undefined {
  const list = typeof json === "string" ? json.trim() : trim(json);
  return list.includes("\n") || list.includes("\\u0000") ? undefined : list;
}

/** Without the white space around it. */
function trim(json: Buffer): Buffer {
  let [start, end] = [0, json.length];
  while (isSpace(json[start])) start++;
  while (isSpace(json[end - 1])) end--;
  return json.subarray(start, end);
}

/** As JSON has it (RFC 8259, 2). */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function keep(at: number, sender: Sender, posted: readonly Posted[]): Lot {
  return { at, sender, posted: () => posted, toJSON: () => ({ at, sender, alerts: posted.map(writeAlert) }) };
}

/**
 * Keeps the text alone. In a flood thousands of alerts wait, each a dozen objects, and the collector of garbage would
 * carry all of them about; to parse them again when their turn comes costs a fraction of that.
 */
function keepAsText(at: number, sender: Sender, list: string | Buffer): Lot {
  const parse = (): unknown[] => JSON.parse(list.toString()) as unknown[];
  return {
    at,
    sender,
    posted: () => readAlerts(parse()).posted,
    toJSON: () => ({ at, sender, alerts: parse() }),
  };
}
