/** One look of a monitor, for tests. */
import { http } from "../../monitors/http/http.ts";
import type { Look, MonitorKind } from "../../monitors/monitor.ts";
import { createNetwork, type Network } from "../../monitors/network.ts";

/** A network in which the loopback servers of tests may be reached, and every name is one of them. */
export function loopbackNetwork(addresses: Readonly<Record<string, string>> = {}): Network {
  return createNetwork({
    allow: ["127.0.0.0/8", "::1"],
    resolve: async (hostname) => {
      const address = addresses[hostname];
      if (address === undefined) throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
      return [{ address, family: address.includes(":") ? 6 : 4 }];
    },
  });
}

export interface Probed extends Look {
  /** The value of a metric, of the series with this `phase` where that is given. */
  value(name: string, phase?: string): number | undefined;
  /** The labels of a metric's first series. */
  labels(name: string): Readonly<Record<string, string>> | undefined;
}

export interface ProbeWorld {
  readonly network?: Network;
  readonly certificates?: string;
  /** After so long the time is up. */
  readonly timeoutMs?: number;
}

/** Looks once, with options as in `gengfu.yml`. */
export async function lookOnce<Options>(
  kind: MonitorKind<Options>,
  options: object,
  world: ProbeWorld = {},
): Promise<Probed> {
  const monitor = kind.create(kind.options.parse(options), {
    network: world.network ?? loopbackNetwork(),
    elapsed: () => performance.now(),
    ...(world.certificates === undefined ? {} : { certificates: world.certificates }),
  });
  const look = await monitor.look(AbortSignal.timeout(world.timeoutMs ?? 5_000));
  const value = (name: string, phase?: string): number | undefined =>
    look.readings.find((one) => one.name === name && one.labels?.["phase"] === phase)?.value;
  return { ...look, value, labels: (name) => look.readings.find((one) => one.name === name)?.labels };
}

/** One look of the `http` monitor. */
export function probe(options: object, world: ProbeWorld = {}): Promise<Probed> {
  return lookOnce(http, options, world);
}
