import { ack } from "./ack.ts";
import { alerts } from "./alerts.ts";
import { auditTrail } from "./audit-trail.ts";
import { channels } from "./channels.ts";
import { chart } from "./chart.ts";
import { claim } from "./claim.ts";
import type { Command } from "./command.ts";
import { heartbeatAdd } from "./heartbeat.ts";
import { helpCommand } from "./help.ts";
import { id } from "./id.ts";
import { monitorAdd } from "./monitor-add.ts";
import { monitorPause, monitorRemove, monitorResume } from "./monitor-state.ts";
import { monitorTest } from "./monitor-test.ts";
import { monitors } from "./monitors.ts";
import { people } from "./people.ts";
import { peopleAdd } from "./people-add.ts";
import { peopleRemove } from "./people-remove.ts";
import { reload } from "./reload.ts";
import { resolve } from "./resolve.ts";
import { routes } from "./routes.ts";
import { ruleAdd } from "./rule-add.ts";
import { rules } from "./rule-list.ts";
import { rulePause, ruleRemove, ruleResume } from "./rule-state.ts";
import { ruleTest } from "./rule-test.ts";
import { show } from "./show.ts";
import { silence, silenceAnyway } from "./silence.ts";
import { silenceExtend } from "./silence-extend.ts";
import { silencePreview } from "./silence-preview.ts";
import { silences } from "./silences.ts";
import { status } from "./status.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";
import { unack } from "./unack.ts";
import { unsilence } from "./unsilence.ts";
import { whoami } from "./whoami.ts";
import { why } from "./why.ts";

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
  why,
  rules,
  ruleAdd,
  ruleTest,
  rulePause,
  ruleResume,
  ruleRemove,
  monitors,
  monitorAdd,
  heartbeatAdd,
  monitorTest,
  monitorPause,
  monitorResume,
  monitorRemove,
  routes,
  subscribe,
  unsubscribe,
  channels,
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
