/** Flows on a fake clock, over a store whose every commit is kept, so that a test can end a life and begin another. */
import { type Flows, openFlows, type TakenEvent } from "../../monitors/flow/flows.ts";
import type { State } from "../../monitors/flow/options.ts";
import type { FlowEvent } from "../../monitors/flow/run.ts";
import type { Look } from "../../monitors/monitor.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { FakeClock } from "./fake-clock.ts";
import { Journal } from "./journaled-store.ts";
import { toldLife } from "./told.ts";

/** One life on what `journal` holds. */
export function flowLife(journal = new Journal(), clock = new FakeClock()) {
  const life = toldLife(journal, clock);
  const flows: Flows = openFlows(life.deps);
  const look = async (name: string): Promise<Look> =>
    flows.look(life.record(name).options, new AbortController().signal);
  return {
    ...life,
    flows,
    look,
    /** Adds one, by keys as in `gengfu.yml`. */
    add: (name: string, options: object): Promise<MonitorRecord> =>
      life.add(name, { kind: "flow", ...options }),
    tell: (
      name: string,
      run: string | undefined,
      step: string,
      state: State,
      more: Partial<FlowEvent> = {},
    ): Promise<TakenEvent> =>
      flows.take(life.record(name), run, { ...(step === "" ? {} : { step }), state, note: "", ...more }),
    /** How it stands: the code of what a look says, or `up`. */
    async state(name: string): Promise<string> {
      const { failure, remark } = await look(name);
      return failure?.code ?? remark?.code ?? "up";
    },
    /** What is wrong, as `reason step`. */
    problems: (name: string): string[] =>
      flows.view(life.record(name)).problems.map(({ reason, step }) => `${reason} ${step}`.trim()),
  };
}
