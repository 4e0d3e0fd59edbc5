/** The door of pushed samples on a real socket, over series in memory or in a folder. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import Koa from "koa";
import { onTestFinished } from "vitest";
import { type Arrivals, openArrivals } from "../../bot/hooks/arrivals.ts";
import { openPushes, type Pushes, type PushStore } from "../../bot/hooks/push/take-push.ts";
import { tellErrors } from "../../bot/http/door-error.ts";
import { pushDoor } from "../../bot/http/push-door.ts";
import { formatLabels } from "../../storage/labels.ts";
import { silentLog } from "../../storage/log.ts";
import { SeriesStore } from "../../storage/series-store.ts";
import { FakeClock } from "./fake-clock.ts";
import { hookOf, TOKEN } from "./hooks.ts";

export interface Pushing {
  readonly url: string;
  readonly clock: FakeClock;
  readonly arrivals: Arrivals;
  readonly store: SeriesStore;
  readonly pushes: Pushes;
  /** Posts a body; the answer and its JSON. */
  push(
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; headers: Headers; said: Said }>;
  /** The stored series as `series value@offset …`, offsets from the start of the clock in seconds. */
  stored(): string[];
}

export interface Said {
  readonly status?: string;
  readonly accepted?: number;
  readonly error?: string;
  readonly refused?: readonly { readonly index: number; readonly error: string }[];
}

/** Opens one with a hook named `door`; `persist` may stand in for the disk. */
export async function openPushing(options: object = {}, persist?: () => Promise<void>): Promise<Pushing> {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const arrivals = openArrivals();
  const store = new SeriesStore(silentLog, {});
  const hooks = [hookOf("push", options)];
  const disk: PushStore = {
    append: (labels, at, value) => store.append(labels, at, value),
    ref: (labels) => store.ref(labels),
    select: (matchers) => store.select(matchers),
    retentionMs: store.retentionMs,
    persist: persist ?? (() => store.persist()),
  };
  const router = new Router();
  const pushes = openPushes(disk, () => clock.elapsed);
  pushDoor({ hooks: () => hooks, arrivals, clock, locale: "en", pushes })(router, new Map());
  const app = new Koa();
  app.use(tellErrors({ locale: "en", log: silentLog }));
  app.use(router.routes()).use(router.allowedMethods());
  const server = createServer(app.callback()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/push`;
  return {
    url,
    clock,
    arrivals,
    store,
    pushes,
    async push(body, headers = {}) {
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      const response = await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        body: isRaw ? body : JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, said: (await response.json()) as Said };
    },
    stored: () =>
      store.select([]).map((series) => {
        const samples = Array.from(
          { length: series.length },
          (_, i) => `${series.value(i)}@${(series.at(i) - startedAt) / 1000}`,
        );
        return `${formatLabels(series.labels)} ${samples.join(" ")}`;
      }),
  };
}
