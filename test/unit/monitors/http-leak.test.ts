import { setMaxListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { http } from "../../../monitors/http/http.ts";
import { loopbackNetwork } from "../../support/probe.ts";
import { serveHttp } from "../../support/web-server.ts";

const PROBES = 10_000;
const AT_ONCE = 50;

/** Bytes in use after a forced collection. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("ten thousand probes leave no socket, no listener and no memory behind", {
  timeout: 60_000,
}, async () => {
  const server = await serveHttp((request, response) => {
    // One in ten fails, by a cut or by a status.
    const number = Number(request.url?.slice(1));
    if (number % 20 === 7) request.socket.destroy();
    else response.writeHead(number % 20 === 13 ? 500 : 200).end("well");
  });
  const world = { network: loopbackNetwork({ "shop.test": "127.0.0.1" }), elapsed: () => performance.now() };
  // One signal for all: a listener left on it by each probe would add up.
  const { signal } = new AbortController();
  setMaxListeners(2 * AT_ONCE, signal);
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };

  const seen = { good: 0, reset: 0, bad_status: 0, other: 0 };
  let next = 0;
  const worker = async (until: number): Promise<void> => {
    while (next < until) {
      const url = `http://${next % 2 === 0 ? "127.0.0.1" : "shop.test"}:${server.port}/${next++}`;
      const monitor = http.create(http.options.parse({ url, body_contains: "well" }), world);
      const { failure } = await monitor.look(signal);
      const code = failure?.code ?? "good";
      if (code === "good" || code === "reset" || code === "bad_status") seen[code] += 1;
      else seen.other += 1;
    }
  };
  const run = (until: number): Promise<unknown> =>
    Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)));
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Socket/i.test(name)).length;
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 100 && server.open() > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
  };

  await run(1_000);
  await settled();
  const handlesBefore = handles();
  const heapBefore = heapUsed();
  await run(PROBES);
  await settled();

  expect(seen).toEqual({ good: 9_000, reset: 500, bad_status: 500, other: 0 });
  expect(server.open()).toBe(0);
  expect(handles()).toBe(handlesBefore);
  expect(listeners).toBe(0);
  // A leak of one socket per probe would be more than 50 MB.
  expect(heapUsed() - heapBefore).toBeLessThan(5_000_000);
  await server.close();
});
