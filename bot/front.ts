/** The front of the house: everything that is asked over HTTP, put together. */
import type { World } from "../commands/world.ts";
import type { Clock } from "../storage/clock.ts";
import type { Log } from "../storage/log.ts";
import { writeTime } from "../storage/rfc3339.ts";
import { boardSources } from "./board-sources.ts";
import { openBoards } from "./console/board.ts";
import type { Conversations } from "./console/conversations.ts";
import { createTalk, type TalkDeps } from "./console/talk.ts";
import { type Environment, isLoopback } from "./environment.ts";
import { openArrivals } from "./hooks/arrivals.ts";
import { ALERTS_DOOR } from "./hooks/doors.ts";
import type { Pushes } from "./hooks/push/take-push.ts";
import { alertmanagerDoors } from "./http/alertmanager-doors.ts";
import { doorPages } from "./http/door-pages.ts";
import type { AddDoors } from "./http/doors.ts";
import type { Readiness } from "./http/health.ts";
import { hookDoors } from "./http/hook-doors.ts";
import { pushDoor } from "./http/push-door.ts";
import { createHttp } from "./http/server.ts";
import type { InForce } from "./in-force.ts";
import { openMetrics } from "./metrics.ts";
import { packageVersion } from "./package-root.ts";
import { receiverNames } from "./plan-of.ts";
import { secretsOf } from "./secrets.ts";

export interface FrontDeps {
  readonly world: World;
  readonly environment: Environment;
  now(): InForce;
  /** Where this Gengfu is to be found, without a slash at the end. */
  origin(): string;
  readonly conversations: Conversations;
  readonly say: TalkDeps["say"];
  readiness(): Readiness;
  reload: Parameters<typeof createHttp>[0]["reload"];
  /** Doors of platforms and monitors. */
  readonly doors: readonly AddDoors[];
  readonly figures: Omit<Parameters<typeof openMetrics>[2] & object, "invalidAlerts" | "pushes">;
  readonly pushes: Pushes;
  readonly clock: Clock;
  readonly log: Log;
}

export function openFront(deps: FrontDeps): ReturnType<typeof createHttp> {
  const { world, environment, now, origin, conversations, say, readiness, reload, clock, log } = deps;
  const { alerts, audit, store, zone, breathe } = world;
  const { LOCALE: locale, HOST: host, API_TOKEN: token } = environment;
  const version = packageVersion();
  let invalidAlerts = 0;
  const secrets = (): readonly string[] => secretsOf(environment, now().config);
  const hooks = { hooks: () => now().config.hooks, arrivals: openArrivals(), clock, locale, zone };
  return createHttp({
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
    token,
    doors: [
      alertmanagerDoors({
        intake: alerts.intake,
        book: alerts.book,
        clock,
        resolveTimeoutMs: () => now().config.global.resolveTimeoutMs,
        receivers: () => receiverNames(now().plan),
        status: () => ({
          version,
          startedAt: writeTime(world.startedAt),
          config: now().config.text,
          secrets: secrets(),
        }),
        externalUrl: origin,
        change: (person, line, edit) =>
          store.commit((change) => {
            audit.add(change, { at: clock.now(), person, conversation: "", line });
            return edit(change);
          }),
        breathe,
        invalid: (count) => {
          invalidAlerts += count;
        },
        arrived: (arrival, body) => hooks.arrivals.note(ALERTS_DOOR, arrival, body),
      }),
      hookDoors({ ...hooks, intake: alerts.intake }),
      pushDoor({ ...hooks, pushes: deps.pushes }),
      ...deps.doors,
      doorPages({ ...hooks, apiToken: token, loopback: isLoopback(host), secrets }),
    ],
    readiness,
    reload,
    metrics: openMetrics(world, clock, {
      ...deps.figures,
      invalidAlerts: () => invalidAlerts,
      pushes: deps.pushes,
    }),
  });
}
