import { expect, test } from "vitest";
import { heartbeat } from "../../../monitors/heartbeat/heartbeat.ts";
import { http } from "../../../monitors/http/http.ts";
import { type MonitorKinds, monitorKinds } from "../../../monitors/index.ts";
import { createSystemMonitor, system } from "../../../monitors/system/system.ts";
import { describeMonitorKind, type MonitorCase } from "../../contract/monitor.ts";
import { heartbeatLife } from "../../support/heartbeats.ts";
import { loopbackNetwork } from "../../support/probe.ts";
import { quietHost } from "../../support/quiet-host.ts";
import { pending } from "../../support/watched-world.ts";
import { serveHttp } from "../../support/web-server.ts";

const elapsed = (): number => performance.now();
const never = (): Promise<never> => new Promise(() => {});

const beat = heartbeat.options.parse({ period: "1h", uuid: "6ba7b810-9dad-41d1-80b4-00c04fd430c8" });
const nowhere = { network: loopbackNetwork(), elapsed };

async function served(answer: boolean, use: Parameters<MonitorCase["looking"]>[0]): Promise<void> {
  const server = await serveHttp((_request, response) => {
    if (answer) response.end("ok");
  });
  const options = http.options.parse({ url: server.url });
  await use(http.create(options, { network: loopbackNetwork(), elapsed })).finally(() => server.close());
}

const cases: Readonly<Record<string, MonitorCase>> = {
  system: {
    options: {},
    looking: (use) => use(system.create({}, { network: loopbackNetwork(), elapsed })),
    hanging: (use) => use(createSystemMonitor({ elapsed }, { ...quietHost, disks: never })),
  },
  http: {
    options: { url: "https://shop.example/health" },
    looking: (use) => served(true, use),
    hanging: (use) => served(false, use),
  },
  heartbeat: {
    options: { period: "1h" },
    looking: async (use) => {
      const life = heartbeatLife();
      const { options } = await life.add("backup", { period: "1h" });
      await life.ping("backup");
      await use(
        heartbeat.create(heartbeat.options.parse(options), { ...nowhere, heartbeats: life.heartbeats }),
      );
    },
    hanging: (use) =>
      use(heartbeat.create(beat, { ...nowhere, heartbeats: { look: (_, signal) => pending(signal) } })),
  },
};

const kinds: MonitorKinds = monitorKinds;
for (const [key, kind] of Object.entries(kinds)) {
  const about = cases[key];
  if (about !== undefined) describeMonitorKind(key, kind, about);
}

test("every kind in the table is held to the contract", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(monitorKinds).sort());
});
