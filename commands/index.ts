import { actions } from "./actions/list.ts";
import { run, runNow } from "./actions/run.ts";
import { auditTrail } from "./audit-trail.ts";
import { chart } from "./chart.ts";
import type { Command } from "./command.ts";
import { flowAdd, flowRemove, flowRuns } from "./flows/flow.ts";
import { flows } from "./flows/show.ts";
import { helpCommand } from "./help.ts";
import { ack } from "./incidents/ack.ts";
import { alerts } from "./incidents/list.ts";
import { resolve } from "./incidents/resolve.ts";
import { show } from "./incidents/show.ts";
import { unack } from "./incidents/unack.ts";
import { why } from "./incidents/why.ts";
import { monitorAdd } from "./monitors/add.ts";
import { heartbeatAdd } from "./monitors/heartbeat.ts";
import { monitors } from "./monitors/list.ts";
import { monitorShape } from "./monitors/shape.ts";
import { monitorPause, monitorRemove, monitorResume } from "./monitors/state.ts";
import { monitorTest } from "./monitors/test-look.ts";
import { oncallAdd } from "./oncall/add.ts";
import { oncallCalendar } from "./oncall/calendar.ts";
import { oncallRemove } from "./oncall/remove.ts";
import { oncall } from "./oncall/show.ts";
import { oncallSwap } from "./oncall/swap.ts";
import { oncallUnswap } from "./oncall/unswap.ts";
import { peopleAdd } from "./people/add.ts";
import { claim } from "./people/claim.ts";
import { id } from "./people/id.ts";
import { people } from "./people/list.ts";
import { peopleRemove } from "./people/remove.ts";
import { whoami } from "./people/whoami.ts";
import { reload } from "./reload.ts";
import { channels } from "./routing/channels.ts";
import { routes } from "./routing/routes.ts";
import { subscribe, unsubscribe } from "./routing/subscribe.ts";
import { ruleAdd } from "./rules/add.ts";
import { rules } from "./rules/list.ts";
import { ruleRecord } from "./rules/record.ts";
import { rulePause, ruleRemove, ruleResume } from "./rules/state.ts";
import { ruleTest } from "./rules/try-out.ts";
import { silenceExtend } from "./silences/extend.ts";
import { silences } from "./silences/list.ts";
import { silencePreview } from "./silences/preview.ts";
import { silence, silenceAnyway } from "./silences/silence.ts";
import { unsilence } from "./silences/unsilence.ts";
import { status } from "./status.ts";

/** The table of everything that can be said besides sentences, in the order in which help shows it. */
export const commands: readonly Command[] = [
  alerts,
  show,
  ack,
  unack,
  silence,
  silenceAnyway,
  silencePreview,
  silenceExtend,
  unsilence,
  silences,
  resolve,
  actions,
  run,
  runNow,
  why,
  rules,
  ruleAdd,
  ruleRecord,
  ruleTest,
  rulePause,
  ruleResume,
  ruleRemove,
  monitors,
  monitorAdd,
  heartbeatAdd,
  flows,
  flowAdd,
  flowRuns,
  flowRemove,
  monitorTest,
  monitorShape,
  monitorPause,
  monitorResume,
  monitorRemove,
  routes,
  subscribe,
  unsubscribe,
  channels,
  oncall,
  oncallSwap,
  oncallUnswap,
  oncallAdd,
  oncallRemove,
  oncallCalendar,
  chart,
  status,
  whoami,
  id,
  people,
  peopleAdd,
  peopleRemove,
  claim,
  auditTrail,
  reload,
  helpCommand(() => commands),
];
