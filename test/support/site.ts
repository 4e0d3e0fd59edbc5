/** A web site on loopback that answers or does not, for monitors to look at. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Site {
  readonly url: string;
  up: boolean;
}

/** Opens one; it is closed with the test. */
export async function openSite(): Promise<Site> {
  const server = createServer((_request, response) => {
    response.statusCode = site.up ? 200 : 500;
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const site: Site = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, up: true };
  return site;
}
