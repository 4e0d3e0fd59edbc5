/** A watch on the fake clock, over monitor kinds that tests invent. */
import { z } from "zod";
import { createMonitorSchema, type MonitorKinds, type MonitorSpec } from "../../monitors/index.ts";
import type { Look, MonitorKind, MonitorWorld } from "../../monitors/monitor.ts";
import { createMonitorBook } from "../../monitors/monitor-book.ts";
import { createNetwork } from "../../monitors/network.ts";
import { watch } from "../../monitors/watch.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordedSeries } from "./recorded-series.ts";

export type LookFunction = (signal: AbortSignal, world: MonitorWorld) => Promise<Look>;

/** A kind whose look is the given function. */
export function invented(kind: string, look: LookFunction): MonitorKind<unknown> {
  return {
    kind,
    summary: { zh: "测试", en: "a test" },
    example: { zh: "测试", en: "test" },
    options: z.strictObject({}),
    intervalMs: 10_000,
    timeoutMs: 5_000,
    instance: () => `instance of ${kind}`,
    create: (_options, world) => ({ look: (signal) => look(signal, world) }),
  };
}

/** Everything a watch needs, not started; monitors are added with `add`, by kind and keys as in `gengfu.yml`. */
export function watchedWorld(
  looks: Readonly<Record<string, LookFunction>>,
  options: { random?: () => number; atOnce?: number } = {},
) {
  const clock = new FakeClock();
  const sink = new RecordedSeries();
  const store = memoryStore(clock);
  const kinds: MonitorKinds = Object.fromEntries(
    Object.entries(looks).map(([kind, look]) => [kind, invented(kind, look)]),
  );
  const book = createMonitorBook(store, kinds);
  const schema = createMonitorSchema(kinds);
  const watching = watch({
    book,
    sink,
    clock,
    log: silentLog,
    random: options.random ?? (() => 0),
    world: { network: createNetwork(), elapsed: () => clock.elapsed },
    kinds,
    ...(options.atOnce === undefined ? {} : { atOnce: options.atOnce }),
  });
  const spec = (keys: object): MonitorSpec => schema.parse(keys);
  const add = (keys: object): Promise<unknown> =>
    store.commit((change) =>
      book.add(change, spec(keys), {
        kind: "chat",
        person: "console:boss",
        conversation: "console:ops",
        at: 0,
      }),
    );
  return { clock, sink, store, book, watching, spec, add };
}

/** A look that ends when it is told to, or when its signal aborts. */
export function pending(signal: AbortSignal): Promise<Look> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}

export const good: Look = { readings: [{ name: "thing_value", value: 1 }] };
