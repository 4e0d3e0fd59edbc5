import type { TargetView } from "../alerts/delivery/target-view.ts";
import { isTrouble, targetStateWords, troubleWords } from "../alerts/delivery/target-words.ts";
import { shownTarget } from "../commands/monitors/option-lines.ts";
import { standingOf } from "../commands/rules/list.ts";
import { nextOf } from "../commands/rules/made.ts";
import type { World } from "../commands/world.ts";
import type { MonitorRecord } from "../monitors/monitor-book.ts";
import { explainReason } from "../monitors/reason.ts";
import { describeSchedule } from "../rules/describe-schedule.ts";
import { metricWords } from "../rules/metric-words.ts";
import type { Rule } from "../rules/rule.ts";
import type { Clock } from "../storage/clock.ts";
import { durationWords } from "../storage/duration.ts";
import { inLocale, type Locale } from "../storage/locale.ts";
import { maskedAddresses } from "../storage/mask.ts";
import type { Matcher } from "../storage/matchers.ts";
import type { BoardSources, MonitorFacts } from "./console/board.ts";
import type { RuleView, TroubleView } from "./console/board-view.ts";
import type { Readiness } from "./http/health.ts";

/** What the console's board shows of the world. */
export function boardSources(
  world: World,
  about: { readonly clock: Clock; readonly locale: Locale; readonly readiness: () => Readiness },
): BoardSources {
  const { clock, locale } = about;
  const titles = new Map(metricWords.map(({ metric, title }) => [metric, inLocale(locale, title)]));
  const matchers = new Map<string, readonly Matcher[]>();

  function matchersOf(name: string): readonly Matcher[] {
    let found = matchers.get(name);
    if (found === undefined) {
      // Kept, because the series store remembers what it found per array of matchers.
      found = [{ name: "monitor", op: "=", value: name }];
      matchers.set(name, found);
    }
    return found;
  }

  function* monitors(): Iterable<MonitorFacts> {
    for (const record of world.monitors.table.values()) yield monitorFacts(record);
  }

  function monitorFacts(record: MonitorRecord): MonitorFacts {
    const status = world.watch.status(record.name);
    const reason =
      status?.up === false && status.reason !== undefined
        ? inLocale(locale, explainReason(status.reason))
        : undefined;
    return {
      name: record.name,
      kind: record.kind,
      target: shownTarget(record) ?? record.kind,
      state: record.paused ? "paused" : status?.up === undefined ? "waiting" : status.up ? "up" : "down",
      ...(reason === undefined ? {} : { reason }),
      matchers: matchersOf(record.name),
    };
  }

  function ruleView(rule: Rule): RuleView {
    const standing = standingOf(rule, world);
    const state = standing === "waiting" ? "ok" : standing;
    if (rule.kind === "cron") {
      const nextAt = nextOf(rule, world);
      return {
        id: rule.id,
        name: rule.name,
        schedule: describeSchedule(rule.cron, locale),
        state,
        ...(nextAt === undefined ? {} : { next: new Date(nextAt).toISOString() }),
      };
    }
    return {
      id: rule.id,
      name: rule.name,
      expr: maskedAddresses(rule.expr),
      state,
      ...(rule.kind === "record" || rule.forMs === 0
        ? {}
        : { for: inLocale(locale, durationWords(rule.forMs)) }),
    };
  }

  /** What a chat platform shows to be signed in by. */
  function pictureOf(platform: string): Pick<TroubleView, "picture"> {
    const picture = world.platforms(clock.now()).find(({ name }) => name === platform)?.picture;
    return picture === undefined ? {} : { picture };
  }

  /** What was given up and never tried again since is old news after a day. */
  function isFreshTrouble(target: TargetView): boolean {
    const age = clock.now() - (target.trouble?.at ?? clock.now());
    return isTrouble(target) && (target.state !== "given-up" || age < 86_400_000);
  }

  function targetTrouble(target: TargetView): TroubleView {
    const state = inLocale(locale, targetStateWords(target, world.zone));
    const refused = troubleWords(target, world.zone);
    const text = refused === undefined ? state : `${state} — ${inLocale(locale, refused)}`;
    return { name: target.address, text };
  }

  return {
    locale,
    zone: world.zone,
    clock,
    series: world.series,
    monitors,
    *rules() {
      for (const rule of world.rules.all()) yield ruleView(rule);
    },
    incidents: () => world.alerts.book.activeIncidents(),
    card: (incident) => world.alerts.card(incident, clock.now(), locale, { withoutLines: true }),
    trouble: (): readonly TroubleView[] => [
      ...about
        .readiness()
        .checks.filter(({ ok }) => !ok)
        .map(({ name, detail }) => ({ name, text: detail, ...pictureOf(name) })),
      ...world.alerts.courier.targets(clock.now()).filter(isFreshTrouble).map(targetTrouble),
    ],
    nameOf: (metric) => titles.get(metric),
  };
}
