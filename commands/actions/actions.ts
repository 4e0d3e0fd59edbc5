/** What commands may do with the actions that `gengfu.yml` permits. */
import type { Action } from "../../alerts/actions/action.ts";
import type { Runs } from "../../alerts/actions/runs.ts";
import type { Labels } from "../../storage/labels.ts";

export interface Actions {
  /** Those of the file in force, in its order. */
  all(): readonly Action[];
  readonly runs: Runs;
  /** What would be run with these values, on one line; plain text, without secrets. */
  preview(action: string, values: Labels): string;
  /** Begins a run that is on disk; how it went is told where it was asked for. */
  start(id: string): void;
}
