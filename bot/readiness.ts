import { formatTime } from "../alerts/words.ts";
import type { World } from "../commands/world.ts";
import { inLocale, type Locale } from "../storage/locale.ts";
import type { Readiness } from "./http/health.ts";

/** Rules are judged every 15 s; a round this late means the process is too busy to be relied on. */
const LATE_MS = 60_000;

/** Whether the watchman can do its work, check by check. */
export function readinessOf(world: World, locale: Locale): Readiness {
  const { trouble } = world.store;
  const { lastLagMs } = world.alerts.stats();
  const checks = [
    {
      name: "store",
      ok: trouble === undefined,
      detail:
        trouble === undefined
          ? "ok"
          : inLocale(locale, {
              zh: `从 ${formatTime(trouble.since, world.zone, "zh-CN")} 起写不进去：${trouble.reason}`,
              en: `cannot be written since ${formatTime(trouble.since, world.zone, "en")}: ${trouble.reason}`,
            }),
    },
    {
      name: "evaluation",
      ok: lastLagMs < LATE_MS,
      detail: inLocale(locale, {
        zh: `最近一轮判断晚了 ${Math.round(lastLagMs)} 毫秒`,
        en: `the last evaluation was ${Math.round(lastLagMs)} ms late`,
      }),
    },
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}
