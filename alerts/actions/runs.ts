/** All runs of actions: each is on disk before it begins, and what an occasion brings about begins once. */
import { z } from "zod";
import type { Text } from "../../storage/locale.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { FiredAlert } from "../alert.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Incident } from "../incidents/incident.ts";
import { type Action, fill, meant, momentOf } from "./action.ts";
import { decodeRun, type Ending, type Occasion, type Run, runIdOf } from "./run.ts";

/** How a run went. */
export interface Result {
  readonly ending: Ending;
  /** Plain text. */
  readonly detail: string;
  readonly output: string;
}

/** A run that is to be begun, or that never will be. */
export interface Due {
  readonly id: string;
  readonly action: Action;
  readonly run: Run;
}

export interface Runs {
  readonly table: Table<Run>;
  /**
   * Puts down what of the actions is due at `at`, and what of it will never be done. Resolves with what is to be done,
   * once that is on disk; rejects with NotSaved when the disk refuses.
   */
  begin(actions: readonly Action[], at: number): Promise<readonly Due[]>;
  /** Puts down that a person asked. `id` is given back. */
  ask(change: Change, run: Run): string;
  /** Puts down how it went; nothing when that is known. */
  end(change: Change, id: string, result: Result, at: number): Run | undefined;
  /** Those that this process has begun and another life has not ended. */
  unended(): readonly string[];
  of(incident: number): readonly Run[];
}

/** What happened longer ago is over: nobody wants a service restarted for the trouble of last night. */
const TOO_LATE_MS = 10 * 60_000;

const knownSchema = z.strictObject({ since: z.number() });

export function openRuns(store: Store, book: AlertBook): Runs {
  const table = store.table("action_runs", decodeRun);
  /** Since when each action is there by itself, by name: what happened before is none of its business. */
  const known: Table<{ readonly since: number }> = store.table("actions", (raw) => knownSchema.parse(raw));
  const { incidents } = book.tables;
  /** Incidents that something may be due for; those of a start, and whatever changes. */
  let changed = new Set([...incidents.values()].map(({ id }) => String(id)));
  let learned: readonly Action[] | undefined;
  incidents.watch((id) => changed.add(id));

  function note(change: Change, { run, at }: { run: Run; at: number }): void {
    const { incident, action, person, ending, detail, output } = run;
    const words = [detail ?? "", output ?? ""].filter((one) => one !== "").join("\n");
    book.note(change, {
      incident,
      at,
      what: "action",
      action,
      ...(person === undefined ? {} : { person }),
      ...(ending === undefined ? {} : { ending }),
      ...(words === "" ? {} : { note: words }),
    });
  }

  /** What is known of the actions that are there now. */
  function learn(change: Change, actions: readonly Action[], at: number): void {
    const automatic = new Set(actions.filter(({ on }) => on.length > 0).map(({ name }) => name));
    for (const name of automatic)
      if (change.get(known, name) === undefined) change.put(known, name, { since: at });
    for (const [name] of known.entries()) if (!automatic.has(name)) change.remove(known, name);
  }

  function dueOf(change: Change, incident: Incident, action: Action, at: number): Due[] {
    return action.on.flatMap((occasion) => {
      const id = runIdOf(incident.id, action.name, occasion);
      const moment = momentOf(incident, occasion);
      const since = change.get(known, action.name)?.since ?? at;
      if (moment === undefined || moment < since || change.get(table, id) !== undefined) return [];
      const alerts = meant(action, book.members(incident.id));
      if (alerts.length === 0) return [];
      return [{ id, action, run: runOf(incident, action, { occasion, alerts, moment, at }) }];
    });
  }

  function beginFor(change: Change, id: string, actions: readonly Action[], at: number): Due[] {
    const incident = change.get(incidents, id);
    if (incident === undefined) forget(change, Number(id));
    else {
      const due = actions.flatMap((action) => dueOf(change, incident, action, at));
      for (const one of due) {
        change.put(table, one.id, one.run);
        note(change, { run: one.run, at });
      }
      return due.filter(({ run }) => run.ending === undefined);
    }
    return [];
  }

  function forget(change: Change, incident: number): void {
    for (const [id, run] of table.entries()) if (run.incident === incident) change.remove(table, id);
  }

  return {
    table,

    async begin(actions, at) {
      const looked = changed;
      changed = new Set();
      const busy = table.size > 0 || known.size > 0 || actions.length > 0;
      if (!busy || (looked.size === 0 && learned === actions)) return [];
      try {
        const begun = await store.commit((change) => {
          learn(change, actions, at);
          return [...looked].flatMap((id) => beginFor(change, id, actions, at));
        });
        learned = actions;
        return begun;
      } catch (error) {
        for (const id of looked) changed.add(id);
        throw error;
      }
    },

    ask(change, run) {
      const id = `${run.incident}/asked-${change.next("action_runs")}/${run.action}`;
      change.put(table, id, run);
      note(change, { run, at: run.startedAt });
      return id;
    },

    end(change, id, { ending, detail, output }, at) {
      const before = change.get(table, id);
      if (before === undefined || before.endedAt !== undefined) return undefined;
      const after: Run = {
        ...before,
        endedAt: at,
        ending,
        ...(detail === "" ? {} : { detail }),
        ...(output === "" ? {} : { output }),
      };
      change.put(table, id, after);
      note(change, { run: after, at });
      return after;
    },

    unended: () => [...table.entries()].flatMap(([id, { endedAt }]) => (endedAt === undefined ? [id] : [])),

    of: (incident) => [...table.values()].filter((run) => run.incident === incident),
  };
}

function runOf(
  incident: Incident,
  action: Action,
  about: { occasion: Occasion; alerts: readonly FiredAlert[]; moment: number; at: number },
): Run {
  const { occasion, alerts, moment, at } = about;
  const never = (ending: Ending, { en }: Text): Run => ({
    incident: incident.id,
    action: action.name,
    occasion,
    values: {},
    startedAt: at,
    endedAt: at,
    ending,
    detail: en,
  });
  if (at - moment > TOO_LATE_MS)
    return never("late", { zh: "", en: `${Math.round((at - moment) / 60_000)} min` });
  const filled = fill(action, alerts);
  if ("refused" in filled) return never("refused", filled.refused);
  return { incident: incident.id, action: action.name, occasion, values: filled.values, startedAt: at };
}
