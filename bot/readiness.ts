/** Whether the watchman can do its work, check by check: for `/readyz` and the console's board. */
import { formatSpan, formatTime } from "../alerts/words.ts";
import type { PlatformView, World } from "../commands/world.ts";
import { inLocale, type Locale, type Text } from "../storage/locale.ts";
import type { StoreTrouble } from "../storage/store.ts";
import type { Readiness } from "./http/health.ts";
import type { LastReload } from "./reload.ts";

/** Rules are judged every 15 s as a rule; a round this late means the process is too busy to be relied on. */
const LATE_MS = 60_000;

/** Looks now. Of the world it needs only what can fail while the process lives. */
export function readinessOf(
  world: Pick<World, "zone"> & {
    readonly store: Pick<World["store"], "trouble">;
    readonly series: Pick<World["series"], "trouble">;
    readonly alerts: { stats(): Pick<ReturnType<World["alerts"]["stats"]>, "lastLagMs"> };
    lastReload?(): LastReload | undefined;
    platforms?(at: number): readonly PlatformView[];
  },
  locale: Locale,
  at = 0,
): Readiness {
  const { lastLagMs } = world.alerts.stats();
  const writable = (name: string, trouble: StoreTrouble | undefined): Readiness["checks"][number] => {
    const detail: Text =
      trouble === undefined
        ? { zh: "正常", en: "ok" }
        : {
            zh: `从 ${formatTime(trouble.since, world.zone, "zh-CN")} 起写不进去：${trouble.text.zh}`,
            en: `cannot be written since ${formatTime(trouble.since, world.zone, "en")}: ${trouble.text.en}`,
          };
    return { name, ok: trouble === undefined, detail: inLocale(locale, detail) };
  };
  const checks = [
    writable("store", world.store.trouble),
    writable("samples", world.series.trouble),
    {
      name: "evaluation",
      ok: lastLagMs < LATE_MS,
      detail: inLocale(locale, {
        zh: `最近一轮判断晚了 ${formatSpan(lastLagMs, "zh-CN")}`,
        en: `the last evaluation was ${formatSpan(lastLagMs, "en")} late`,
      }),
    },
  ];
  for (const { name, ok, words } of world.platforms?.(at) ?? []) {
    const said = words.map((text) => inLocale(locale, text));
    checks.push({ name, ok, detail: said.join(inLocale(locale, { zh: "；", en: "; " })) });
  }
  const ready = checks.every(({ ok }) => ok);
  // A file that was refused stops nobody from working: the old one is in force. It is shown all the same.
  const refused = refusedReload(world.lastReload?.(), world.zone);
  return {
    ready,
    checks:
      refused === undefined
        ? checks
        : [...checks, { name: "reload", ok: false, detail: inLocale(locale, refused) }],
  };
}

function refusedReload(last: LastReload | undefined, zone: string): Text | undefined {
  if (last?.error === undefined) return undefined;
  const { at, error } = last;
  return {
    zh: `${formatTime(at, zone, "zh-CN")} 重新加载被拒绝，原来的配置继续有效：${error.words("zh-CN")}`,
    en: `the reload at ${formatTime(at, zone, "en")} was refused, the old configuration stays in force: ${error.words("en")}`,
  };
}
