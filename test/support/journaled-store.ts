/** A store whose every commit is kept as text, so that a test can open what a crash after any of them would leave. */
import type { JsonPieces } from "../../storage/json-pieces.ts";
import { LiveStore } from "../../storage/live-store.ts";
import { silentLog } from "../../storage/log.ts";
import { apply, emptyState, type Operation } from "../../storage/state.ts";
import { NotSaved, type Store } from "../../storage/store.ts";
import type { FakeClock } from "./fake-clock.ts";

export class Journal {
  /** The JSON of the operations of each commit, in order. */
  readonly commits: string[];
  /** When each of those of this life was written. */
  readonly times: number[] = [];
  /** While set, the disk refuses for this reason. */
  refuse: string | undefined;

  constructor(commits: readonly string[] = []) {
    this.commits = [...commits];
  }

  /** Opens a store on what is kept so far; a crash is simply not using the old one any more. */
  open(clock: FakeClock): Store {
    const state = emptyState();
    for (const text of this.commits)
      for (const operation of JSON.parse(text) as Operation[]) apply(state, operation);
    let alive = true;
    const write = async (all: readonly JsonPieces[]): Promise<void> => {
      if (!alive || this.refuse !== undefined)
        throw new NotSaved(this.refuse ?? "another store has taken over");
      this.commits.push(...all.map((json) => json.join("")));
      for (const _ of all) this.times.push(clock.now());
    };
    this.#retire?.();
    this.#retire = () => {
      alive = false;
    };
    return new LiveStore(state, { write, close: async () => {} }, clock, silentLog);
  }

  #retire: (() => void) | undefined;
}
