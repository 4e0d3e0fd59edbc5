/** The tree as people read it, in the chat and in a terminal. */
import { expect, test } from "vitest";
import { makePlan } from "../../../../alerts/make-plan.ts";
import { drawRoutes } from "../../../../alerts/routing/draw-routes.ts";
import { parseConfig } from "../../../../bot/config.ts";
import type { Locale } from "../../../../storage/locale.ts";

/** The lines of a file's tree, or of none. */
function drawn(locale: Locale, yaml = ""): readonly string[] {
  return drawRoutes(makePlan({ route: parseConfig("t.yml", yaml, {}).route }).tree, locale);
}

const TREE = `
route:
  receiver: ops
  group_by: [alertname, cluster]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1d
  escalation: night
  routes:
    - matchers: [severity="critical"]
      receiver: pager
      continue: true
      group_by: ['...']
      group_wait: 0s
      repeat_interval: 30m
    - matchers: [team="db"]
      mute_time_intervals: [weekend]
      active_time_intervals: [day]
      escalation: none
      routes: [{ matchers: ['host=~"db[0-9]+"'], receiver: dba }]
    - { receiver: ops }
receivers: [{ name: ops }, { name: pager }, { name: dba }]
time_intervals: [{ name: weekend }, { name: day }]
escalation: [{ name: night, steps: [{ after: 5m, receiver: pager }] }]
`;

test("each route says its matchers, whom it tells, and what it does not inherit", () => {
  expect(drawn("en", TREE)).toEqual([
    "default → ops  group_by [alertname, cluster]  group_wait 10s  group_interval 1m  repeat_interval 1d  escalation night",
    '├─ {severity="critical"} → pager  continue  group_by [...]  group_wait 0s  repeat_interval 30m',
    '├─ {team="db"} → ops  mute weekend  active day  escalation none',
    '│  └─ {host=~"db[0-9]+"} → dba',
    "└─ {} → ops",
  ]);
});

test("where no file has a route, it says that nothing repeats", () => {
  expect(drawn("en")).toEqual([
    "default → console:ops  group_by [alertname]  group_wait 0s  group_interval 0s  repeat_interval never",
  ]);
  expect(drawn("zh-CN")).toEqual([
    "默认 → console:ops  group_by [alertname]  group_wait 0s  group_interval 0s  repeat_interval 不重复",
  ]);
});
