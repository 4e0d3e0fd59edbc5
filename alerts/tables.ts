/** The tables of this room. */
import type { Store, Table } from "../storage/store.ts";
import type { Alert } from "./alert.ts";
import { decode, type Watch } from "./decode.ts";
import type { Delivery } from "./delivery/delivery.ts";
import type { TargetRecord } from "./delivery/target.ts";
import type { Incident, TimelineEntry } from "./incidents/incident.ts";
import { decodeLot, type Lot } from "./intake/lot.ts";
import type { Heard, Received } from "./intake/received.ts";
import type { Silence } from "./muting/silence.ts";

export interface Tables {
  /** By alert id. */
  readonly alerts: Table<Alert>;
  /** By number. */
  readonly incidents: Table<Incident>;
  /** By a running number, so that insertion order is the order of the story. */
  readonly timeline: Table<TimelineEntry>;
  /** By number. */
  readonly silences: Table<Silence>;
  /** By delivery id. */
  readonly deliveries: Table<Delivery>;
  /** By address. */
  readonly targets: Table<TargetRecord>;
  /** What other systems sent, by fingerprint. */
  readonly received: Table<Received>;
  /** When each of these was heard of last, by fingerprint. */
  readonly heard: Table<Heard>;
  /** What was accepted and is not drawn into the two above, by a running number. */
  readonly lots: Table<Lot>;
  /** One document, `watchman`. */
  readonly watch: Table<Watch>;
}

/** Opens the tables of this room; each store may be asked once. */
export function openTables(store: Store): Tables {
  return {
    alerts: store.table("alerts", decode.alert),
    incidents: store.table("incidents", decode.incident),
    timeline: store.table("timeline", decode.timelineEntry),
    silences: store.table("silences", decode.silence),
    deliveries: store.table("deliveries", decode.delivery),
    targets: store.table("targets", decode.target),
    received: store.table("received", decode.received),
    heard: store.table("heard", decode.heard),
    lots: store.table("lots", decodeLot),
    watch: store.table("watch", decode.watch),
  };
}
