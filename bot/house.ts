import { join } from "node:path";
import { openAlerts } from "../alerts/open-alerts.ts";
import { watchRules } from "../alerts/watch-rules.ts";
import { openAudit } from "../commands/audit.ts";
import { openRoad } from "../commands/say.ts";
import type { World } from "../commands/world.ts";
import { createMonitorBook } from "../monitors/monitor-book.ts";
import { createNetwork } from "../monitors/network.ts";
import { watch as createWatch } from "../monitors/watch.ts";
import { openRuleBook } from "../rules/rule-book.ts";
import type { Clock } from "../storage/clock.ts";
import { openStore } from "../storage/embedded-store.ts";
import type { Log } from "../storage/log.ts";
import { openSeries } from "../storage/series-store.ts";
import { boardSources } from "./board-sources.ts";
import type { FileConfig } from "./config.ts";
import { openBoards } from "./console/board.ts";
import { CONSOLE, consoleChannel } from "./console/channel.ts";
import { openConversations } from "./console/conversations.ts";
import { createTalk } from "./console/talk.ts";
import type { Environment } from "./environment.ts";
import { isLoopback } from "./environment.ts";
import { createHttp } from "./http/server.ts";
import { openMetrics } from "./metrics.ts";
import { openPeople } from "./people.ts";
import { readinessOf } from "./readiness.ts";
import { openTeardown } from "./teardown.ts";

/** What the house is built from. */
export interface HouseOptions {
  readonly environment: Environment;
  readonly config: FileConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/** A house that stands: where its console is, and how to take it down. */
export interface House {
  readonly url: string;
  stop(): Promise<void>;
}

/** Samples are kept this long when nothing is said. */
const RETENTION_MS = 3 * 86_400_000;

/** How long a stop waits for deliveries under way. */
const DRAIN_MS = 2_000;

/**
 * Builds and starts everything, from the ground floor up. One straight function on purpose: what is handed to whom
 * can be read from top to bottom, and splitting it would only hide that. Each thing that must be stopped says so at
 * once, so a start that fails half-way takes down what stood.
 */
export async function openHouse({ environment, config, clock, log }: HouseOptions): Promise<House> {
  const teardown = openTeardown(log);
  const random = Math.random;
  const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const { LOCALE: locale, TIMEZONE: zone, HOST: host } = environment;
  try {
    const store = await openStore({ dir: environment.DATA_DIR, clock, log });
    teardown.add("store", () => store.close());
    const series = await openSeries({
      dir: join(environment.DATA_DIR, "samples"),
      clock,
      log,
      retentionMs: config.retention ?? RETENTION_MS,
    });
    teardown.add("series", () => series.close());

    const monitors = createMonitorBook(store);
    const rules = openRuleBook(store);
    const conversations = openConversations(store);
    const alerts = openAlerts({
      store,
      rules: watchRules(rules, series),
      channels: { console: consoleChannel({ conversations, clock }) },
      clock,
      log,
      locale,
      zone,
      random,
    });
    const audit = openAudit(store);
    await store.commit((change) => {
      const now = clock.now();
      for (const { from, to } of monitors.syncFileMonitors(change, config.monitors)) {
        log.warn({ from, to }, "a monitor made in chat was renamed: gengfu.yml now has one of that name");
      }
      for (const id of rules.syncFileRules(change, config.groups)) {
        alerts.book.endAlertsOf(change, id, "rule-removed", now);
      }
    });

    const network = createNetwork({ allow: config.network?.allow ?? [] });
    const watch = createWatch({
      book: monitors,
      sink: series,
      clock,
      log,
      random,
      world: { network, elapsed: () => performance.now() },
    });
    const world: World = {
      store,
      rules,
      monitors,
      watch,
      alerts,
      series,
      network,
      audit,
      zone,
      startedAt: clock.now(),
      random,
      breathe,
    };
    const say = openRoad({
      world,
      locale,
      log,
      whois: openPeople(config, isLoopback(host)),
    });

    const readiness = (): ReturnType<typeof readinessOf> => readinessOf(world, locale);
    const http = createHttp({
      conversations,
      talk: createTalk({
        conversations,
        clock,
        say,
        settle: (conversation) => alerts.courier.settle(conversation),
      }),
      boards: openBoards(boardSources(world, { clock, locale, readiness })),
      clock,
      locale,
      log,
      token: environment.API_TOKEN,
      readiness,
      metrics: openMetrics(world, clock),
    });

    watch.start();
    teardown.add("watch", () => watch.stop());
    await alerts.start();
    teardown.add("alerts", () => alerts.stop(DRAIN_MS));
    const port = await http.listen(host, environment.PORT);
    teardown.add("http", () => http.close());
    const shown = host.includes(":") ? `[${host}]` : host;
    const url = `http://${shown}:${port}/`;
    log.info({ url, dataDir: environment.DATA_DIR, console: `${CONSOLE}ops` }, "listening");
    return { url, stop: () => teardown.run() };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}
