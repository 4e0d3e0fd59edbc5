/**
 * A lot: what one request brought, written down whole before it is answered and drawn into incidents after. Writing a
 * lot costs one document, whatever is in it; a flood is answered at that price and worked off when there is time.
 */
import * as z from "zod";
import { readAlerts, writeAlert } from "./postable.ts";
import type { Posted, Sender } from "./posted.ts";

export interface Lot {
  readonly at: number;
  readonly sender: Sender;
  /** `postableAlerts`; those among them that cannot be read were refused when they came. */
  readonly alerts: readonly unknown[];
}

const lot = z.object({
  at: z.number(),
  sender: z.object({ name: z.string(), receiver: z.string().exactOptional(), resolveAfterMs: z.number() }),
  alerts: z.array(z.unknown()),
});

/** Throws an error that says what is wrong with it. */
export function decodeLot(raw: unknown): Lot {
  const result = lot.safeParse(raw);
  if (!result.success) throw new Error(z.prettifyError(result.error));
  return result.data;
}

/** A lot as it is stored, with its JSON. `raw`: the list as it came, when nothing of it was refused. */
export function makeLot(
  at: number,
  sender: Sender,
  posted: readonly Posted[],
  raw: RawList | undefined,
): { readonly lot: Lot; readonly json: string } {
  const alerts = raw?.list ?? posted.map(writeAlert);
  const head = JSON.stringify({ at, sender });
  const json = (raw && onOneLine(raw.json)) ?? JSON.stringify(alerts);
  return { lot: { at, sender, alerts }, json: `${head.slice(0, -1)},"alerts":${json}}` };
}

/** The list of alerts of a request, parsed and as it came. */
export interface RawList {
  readonly list: readonly unknown[];
  readonly json: string;
}

/** What can stand in the journal as it is: one line, without the mark that the store's own encoding knows. */
function onOneLine(json: string): string | undefined {
  const text = json.trim();
  return text.includes("\n") || text.includes("\\u0000") ? undefined : text;
}

/** The alerts of a lot. */
export function postedIn({ alerts }: Lot): readonly Posted[] {
  return readAlerts(alerts).posted;
}
