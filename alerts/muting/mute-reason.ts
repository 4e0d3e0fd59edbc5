/** What a muter answers, and what one is. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { Incident } from "../incidents/incident.ts";

/** Why somebody is not told. */
export interface MuteReason {
  /** The muter's word: `silence`, `inhibition`, `time-interval`, `acknowledgement`, `flapping`. */
  readonly by: string;
  /** `everything`: no card at all. `repeats`: the news is told, repeats and single changes are not. */
  readonly holds: "everything" | "repeats";
  readonly why: Text;
  readonly until?: number;
  readonly silence?: number;
  /** The labels of the alert that inhibits. */
  readonly source?: Labels;
  /** What a person wrote as the reason. */
  readonly note?: string;
}

/** Whether an alert with these labels, in this incident, is held back at this moment, and why. */
export type Muter = (labels: Labels, incident: Incident, at: number) => MuteReason | undefined;

/** A muter and the word that `why` lists it by. */
export interface NamedMuter {
  readonly name: string;
  readonly mutes: Muter;
}
