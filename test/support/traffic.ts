/** What is under way on this process's own sockets: a clock that tests move must not outrun real requests. */
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

/** Requests of `fetch` and of `node:http` that have no answer yet, and since when. A socket that is upgraded has none to wait for. */
const open = new Map<object, number>();

function on(channel: string, act: (request: object) => void): void {
  subscribe(channel, (message) => act((message as { readonly request: object }).request));
}

on("undici:request:create", (request) => open.set(request, performance.now()));
on("undici:request:trailers", (request) => open.delete(request));
on("undici:request:error", (request) => open.delete(request));
on("http.client.request.start", (request) => {
  if ((request as ClientRequest).getHeader("upgrade") === undefined) open.set(request, performance.now());
});
on("http.client.response.finish", (request) => open.delete(request));

/** A request without an answer after so long is one that is never answered: no clock waits for it. In ms of the machine. */
const MOST_MS = 2_000;
/** Files being written and read, names being looked up, connections being made: the machine's work, not a test's. */
const WORK = /^(FSReq|GetAddrInfo|TCPConnect|Write|Shutdown)/;
/** The longest that everything together holds up a clock. */
const LONGEST_MS = 20_000;
/** What one request leads to may take a turn or two to begin. */
const QUIET_TURNS = 3;

function isBusy(at: number): boolean {
  for (const [request, since] of open)
    if ((request as Partial<ClientRequest>).destroyed === true || at - since > MOST_MS) open.delete(request);
  return open.size > 0 || process.getActiveResourcesInfo().some((what) => WORK.test(what));
}

/** Lets sockets and files take their turns until no request is under way and nothing is being written. */
export async function quiet(): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  for (let turns = 0; turns < QUIET_TURNS && performance.now() < until; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isBusy(performance.now())) continue;
    turns = 0;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
