/** A console on a real loopback socket, with a store in memory and commands that a test makes up. */
import type { Card } from "../../alerts/card.ts";
import { type BoardSources, openBoards } from "../../bot/console/board.ts";
import { type Conversations, openConversations } from "../../bot/console/conversations.ts";
import { createTalk, type Spoken } from "../../bot/console/talk.ts";
import type { AddDoors } from "../../bot/http/doors.ts";
import type { Readiness } from "../../bot/http/health.ts";
import { createHttp, type HttpDeps } from "../../bot/http/server.ts";
import type { Reloaded } from "../../commands/world.ts";
import { type Clock, systemClock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { refusableStore } from "./refusing-sink.ts";

export interface ConsoleOptions {
  readonly locale?: Locale;
  readonly token?: string;
  readonly host?: string;
  readonly clock?: Clock;
  readonly say?: (spoken: Spoken, conversations: Conversations) => Promise<readonly Card[]>;
  readonly settle?: (conversation: string) => Promise<void>;
  readonly board?: Partial<BoardSources>;
  readonly readiness?: () => Readiness;
  readonly reload?: () => Promise<Reloaded>;
  readonly doors?: readonly AddDoors[];
}

export interface TestConsole {
  /** `http://127.0.0.1:<port>`. */
  readonly base: string;
  readonly port: number;
  /** From now on the disk refuses for this reason; `undefined` lets it through again. */
  refuse(reason: string | undefined): void;
  readonly conversations: Conversations;
  /** Everything logged at level error. */
  readonly errors: object[];
  /** Posts JSON as a program would; resolves with the status and the parsed answer. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json }>;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: Json }>;
  /** Stops listening and breaks every connection; what was said stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by the expectations on them.
export type Json = any;

/** Starts the console; whoever starts it closes it. */
export async function startConsole(options: ConsoleOptions = {}): Promise<TestConsole> {
  const { store, refuse } = refusableStore();
  const conversations = openConversations(store);
  const clock = options.clock ?? systemClock;
  const locale = options.locale ?? "zh-CN";
  const errors: object[] = [];
  const log: Log = { debug() {}, info() {}, warn() {}, error: (fields) => errors.push(fields) };
  const say = options.say ?? (async ({ text }) => [{ kind: "reply", text: `你说：${text}` }]);
  const deps: HttpDeps = {
    conversations,
    talk: createTalk({
      conversations,
      clock,
      say: (spoken) => say(spoken, conversations),
      settle: options.settle ?? (() => Promise.resolve()),
    }),
    boards: openBoards({
      locale,
      zone: "Asia/Shanghai",
      clock,
      series: { select: () => [] },
      monitors: () => [],
      rules: () => [],
      incidents: () => [],
      card: (incident) => ({ kind: "incident", title: incident.title, incident: incident.id }),
      trouble: () => [],
      nameOf: () => undefined,
      ...options.board,
    }),
    clock,
    doors: options.doors ?? [],
    locale,
    log,
    token: options.token,
    readiness: options.readiness ?? (() => ({ ready: true, checks: [] })),
    reload: options.reload ?? (async () => ({ ok: true, problems: [] })),
    metrics: () => "gengfu_up 1\n",
  };
  const host = options.host ?? "127.0.0.1";
  let http = createHttp(deps);
  const port = await http.listen(host, 0);
  const base = `http://127.0.0.1:${port}`;
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const answer = async (response: Response): Promise<{ status: number; body: Json }> => {
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: json ? JSON.parse(text) : text };
  };
  return {
    base,
    port,
    refuse,
    conversations,
    errors,
    post: async (path, body, headers = {}) =>
      answer(
        await fetch(base + path, {
          method: "POST",
          headers: { "content-type": "application/json", ...authorization, ...headers },
          body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
        }),
      ),
    get: async (path, headers = {}) =>
      answer(await fetch(base + path, { headers: { ...authorization, ...headers } })),
    stop: () => http.close(0),
    async restart() {
      http = createHttp(deps);
      await http.listen(host, port);
    },
    close: () => http.close(500),
  };
}
