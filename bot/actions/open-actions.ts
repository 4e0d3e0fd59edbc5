/** Carries out what `actions:` permits: by itself when incidents come to it, and when a person asks. */
import type { Run } from "../../alerts/actions/run.ts";
import { openRuns, type Result } from "../../alerts/actions/runs.ts";
import type { AlertBook } from "../../alerts/alert-book.ts";
import { keepLoop } from "../../alerts/loop.ts";
import type { Actions } from "../../commands/actions/actions.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Labels } from "../../storage/labels.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import { orEnvironment } from "../http-client/proxy.ts";
import { type HttpConfig, withoutCredentials } from "../receivers/http-config.ts";
import { cardOf } from "./card.ts";
import type { ActionConfig } from "./config.ts";
import { makeRequest } from "./make-request.ts";
import { maskSecrets } from "./output.ts";
import { filledIn } from "./placeholders.ts";
import { argvOf, runProgram } from "./run-program.ts";

export interface ActionDeps {
  readonly store: Store;
  readonly book: AlertBook;
  /** Those of the file in force, and its `http_config` for all. */
  file(): { readonly actions: readonly ActionConfig[]; readonly global: { readonly http: HttpConfig } };
  /** Secrets that no output may show. */
  secrets(): readonly string[];
  /** Whether people read along at an address. */
  hasPeople(address: string): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
}

export interface OpenActions extends Actions {
  /** Begins what is due. Rejects with NotSaved when the disk refuses. */
  due(at: number): Promise<void>;
  /** Puts down and tells that another life did not see the end of what it began. */
  endLost(): Promise<void>;
  /** The same, then watches. */
  open(): Promise<void>;
  /** The file may permit others now: what happens from here on is theirs, too. */
  reloaded(): void;
  /** Resolves when nothing is carried out any more. */
  idle(): Promise<void>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

/** So many are carried out at once; the others wait their turn. */
const AT_ONCE = 4;

const UNSEEN: Result = { ending: "unknown", detail: "", output: "" };

export function openActions(deps: ActionDeps): OpenActions {
  const { store, book, file, clock, log, locale } = deps;
  const runs = openRuns(store, book);
  const halt = new AbortController();
  const waiting: string[] = [];
  const underway = new Map<string, Promise<void>>();
  let stopped = false;

  const find = (name: string): ActionConfig | undefined => file().actions.find((one) => one.name === name);
  const mask = (text: string): string => maskSecrets(text, deps.secrets());

  function preview(name: string, values: Labels): string {
    const { program, request } = find(name)?.does ?? {};
    if (program !== undefined) {
      const read = argvOf(program, values);
      return "wrong" in read ? read.wrong : mask(read.argv.map(quotedArgument).join(" "));
    }
    if (request === undefined) return "";
    return mask(`${request.method} ${filledIn(request.url, values, encodeURIComponent)}`);
  }

  async function carryOut(id: string, run: Run): Promise<Result> {
    const action = find(run.action);
    if (action === undefined)
      return { ending: "refused", detail: "gengfu.yml has no such action any more", output: "" };
    const about = { timeoutMs: action.timeoutMs, stop: halt.signal, mask };
    const { program, request } = action.does;
    if (program !== undefined) return runProgram(program, run.values, about);
    const http = request.http ?? orEnvironment(withoutCredentials(file().global.http));
    return makeRequest({ ...request, http }, run.values, { ...about, id });
  }

  async function runOne(id: string): Promise<void> {
    const run = runs.table.get(id);
    if (run === undefined || run.endedAt !== undefined) return;
    log.info(
      { action: run.action, incident: run.incident, by: run.person ?? run.occasion },
      "an action begins",
    );
    await ended(id, await carryOut(id, run));
  }

  /** Puts down how it went and tells people; a disk that refuses leaves it for the next start. */
  async function ended(id: string, result: Result): Promise<void> {
    const at = clock.now();
    try {
      await store.commit((change) => {
        const run = runs.end(change, id, result, at);
        if (run !== undefined) book.post(change, whereTold(run), cardOf(run, locale), "normal", at);
      });
    } catch (err) {
      log.error({ err, run: id }, "how an action went could not be put down");
    }
    log.info({ run: id, ending: result.ending, detail: result.detail }, "an action has ended");
  }

  function whereTold({ conversation, incident }: Run): readonly string[] {
    if (conversation !== undefined) return [conversation];
    return (book.incident(incident)?.tells ?? []).filter(deps.hasPeople);
  }

  function pump(): void {
    while (!stopped && underway.size < AT_ONCE) {
      const id = waiting.shift();
      if (id === undefined) return;
      const running = runOne(id).finally(() => {
        underway.delete(id);
        pump();
      });
      underway.set(id, running);
    }
  }

  function start(id: string): void {
    waiting.push(id);
    pump();
  }

  /** Those that will never be run are told of as well. */
  async function due(at: number): Promise<void> {
    for (const { id } of await runs.begin(file().actions, at)) start(id);
  }

  async function endLost(): Promise<void> {
    for (const id of runs.unended()) await ended(id, UNSEEN);
  }

  async function idle(): Promise<void> {
    while (underway.size > 0) await Promise.allSettled(underway.values());
  }

  const loop = keepLoop({
    clock,
    log,
    name: "actions",
    run: due,
    nextAt: () => Number.POSITIVE_INFINITY,
  });
  const unwatch = book.tables.incidents.watch(() => {
    if (file().actions.length > 0) loop.wake();
  });

  return {
    runs,
    all: () => file().actions,
    preview,
    start,
    due,
    endLost,
    async open() {
      await endLost();
      loop.start();
    },
    reloaded: () => loop.wake(),
    idle,
    async stop() {
      stopped = true;
      unwatch();
      await loop.stop();
      halt.abort();
      await idle();
    },
  };
}

/** As one could type it. */
function quotedArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
