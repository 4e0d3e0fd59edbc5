/** What is under way on this process's own sockets: a clock that tests move must not outrun real requests. */
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

/** Requests of `fetch` and of `node:http` that have no answer yet. A socket that is upgraded has none to wait for. */
const open = new Set<object>();

function on(channel: string, act: (request: object) => void): void {
  subscribe(channel, (message) => act((message as { readonly request: object }).request));
}

on("undici:request:create", (request) => open.add(request));
on("undici:request:trailers", (request) => open.delete(request));
on("undici:request:error", (request) => open.delete(request));
on("http.client.request.start", (request) => {
  if ((request as ClientRequest).getHeader("upgrade") === undefined) open.add(request);
});
on("http.client.response.finish", (request) => open.delete(request));

/** How long a request that is never answered holds up a clock, in milliseconds of the machine's. */
const MOST_MS = 100;

function isBusy(): boolean {
  for (const request of open)
    if ((request as Partial<ClientRequest>).destroyed === true) open.delete(request);
  return open.size > 0;
}

/** Lets sockets and files take their turns until no request is under way, or one seems never to be answered. */
export async function quiet(busy: () => boolean = () => false): Promise<void> {
  const until = performance.now() + MOST_MS;
  do await new Promise((resolve) => setTimeout(resolve, 1));
  while ((isBusy() || busy()) && performance.now() < until);
}
