/** The same node_exporter, scraped by a real Prometheus and by us. */
import { afterEach, expect, test } from "vitest";
import { createOpenNetwork } from "../../monitors/network.ts";
import { scrape } from "../../monitors/scrape/scrape.ts";
import { formatLabels } from "../../storage/labels.ts";
import { hasPrometheus, query, startNodeExporter, startScraping } from "../support/prometheus.ts";
import { emptySeries } from "../support/series.ts";

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test.skipIf(!hasPrometheus)(
  "stores the series that Prometheus stores, with the values that stand still",
  { timeout: 30_000 },
  async () => {
    const exporter = await startNodeExporter(cleanUps);
    const prometheus = await startScraping(exporter, cleanUps);
    const labels = { job: "node", instance: exporter };
    const world = { network: createOpenNetwork(), elapsed: () => performance.now() };
    const monitor = scrape.create(scrape.options.parse({ url: exporter }), world, "node", labels);
    const store = emptySeries();
    const { batch, failure } = await monitor.look(AbortSignal.timeout(10_000));
    expect(failure).toBeUndefined();
    batch?.write(store, 1);

    const theirs = (await query(prometheus, '{job="node",__name__!~"up|scrape_.*"}')).map(
      ({ metric, value }) => ({ series: formatLabels(metric), value: Number(value[1]) }),
    );
    const ours = store
      .select([])
      .map((series) => ({ series: formatLabels(series.labels), value: series.value(0) }));
    const names = (all: readonly { series: string }[]): string[] => all.map(({ series }) => series).sort();
    expect(theirs.length).toBeGreaterThan(50);
    expect(names(ours)).toEqual(names(theirs));
    const still = /^(node_memory_(MemTotal|SwapTotal|Hugepagesize)_bytes|go_info|node_exporter_build_info)/;
    const fixed = (all: readonly { series: string }[]) =>
      all.filter(({ series }) => still.test(series)).length;
    expect(fixed(ours)).toBe(5);
    for (const one of ours.filter(({ series }) => still.test(series))) expect(theirs).toContainEqual(one);
  },
);
