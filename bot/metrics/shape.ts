/** What the steps of monitors took away, changed and made. */
import { Counter, type Registry } from "prom-client";
import type { World } from "../../commands/world.ts";
import type { StepTally } from "../../monitors/shaping/shaper.ts";

const DONE = {
  dropped: "Readings that a step of a monitor's shape took away, since the monitor is on its rounds.",
  changed: "Readings that a step of a monitor's shape changed.",
  made: "Readings that a step of a monitor's shape made.",
} satisfies Partial<Record<keyof StepTally, string>>;

/** Adds them to a registry; nothing is shown of monitors without steps. */
export function addShapeMetrics(
  registry: Registry,
  { monitors, watch }: Pick<World, "monitors" | "watch">,
): void {
  for (const done of ["dropped", "changed", "made"] as const)
    new Counter({
      name: `gengfu_monitor_${done}_total`,
      help: DONE[done],
      labelNames: ["monitor", "step"],
      registers: [registry],
      collect() {
        this.reset();
        for (const { name, shape } of monitors.table.values())
          if (shape !== undefined)
            for (const tally of watch.tallies(name))
              this.inc({ monitor: name, step: tally.step.step }, tally[done]);
      },
    });
}
