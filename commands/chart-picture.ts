/** The picture that goes with `chart`: the same series in more detail, with what rules say of them. */
import type { FiredAlert } from "../alerts/alert.ts";
import type { Chart, Span } from "../alerts/charts/chart.ts";
import { measuredBy } from "../alerts/charts/measured.ts";
import { merged, trace } from "../alerts/charts/trace.ts";
import { unitOf } from "../alerts/evaluation/unit-of.ts";
import type { CompiledExpr } from "../rules/promql/compile.ts";
import type { PromqlRule } from "../rules/rule.ts";
import type { Call } from "./command.ts";
import type { World } from "./world.ts";

/** How much is looked through for rules about the same series. */
const MOST_RULES = 20_000;
const MOST_THRESHOLDS = 2;

/** Where the picture can be seen; undefined where there are none. Throws a PromqlError. */
export async function chartPicture(
  expr: CompiledExpr,
  { title, spanMs }: { readonly title: string; readonly spanMs: number },
  call: Call,
  world: World,
): Promise<string | undefined> {
  if (world.draw === undefined) return undefined;
  const span: Span = { from: call.at - spanMs, to: call.at };
  const { breathe } = world;
  const traced = await trace(expr, world.series, span, { breathe });
  if (traced.lines.length === 0) return undefined;
  const unit = unitOf(expr.text);
  const chart: Chart = {
    ...span,
    title,
    lines: traced.lines,
    more: traced.more,
    ...(traced.thresholds.length > 0
      ? { thresholds: traced.thresholds, firing: traced.beyond }
      : await ofRules(expr, span, world)),
    unit,
    zone: world.zone,
    locale: call.locale,
  };
  return world.draw(unit === "boolean" ? { ...chart, thresholds: [] } : chart);
}

/** What the rules about these very series compare them with, and when they fired. */
async function ofRules(
  expr: CompiledExpr,
  span: Span,
  world: World,
): Promise<Pick<Chart, "thresholds" | "firing">> {
  const about = rulesAbout(expr, world);
  const thresholds = new Set<number>();
  for (const rule of about) {
    const traced = await trace(world.rules.compiled(rule), world.series, { ...span, from: span.to }, world);
    for (const threshold of traced.thresholds) thresholds.add(threshold);
  }
  const ids = new Set(about.map(({ id }) => id));
  const firing = [...world.alerts.book.tables.alerts.values()]
    .filter((alert): alert is FiredAlert => alert.state !== "pending" && ids.has(alert.rule))
    .map((alert) => ({
      from: alert.firedAt,
      to: alert.state === "resolved" ? alert.resolvedAt : span.to,
    }))
    .filter(({ to }) => to >= span.from);
  return { thresholds: [...thresholds].slice(0, MOST_THRESHOLDS), firing: merged(firing) };
}

function rulesAbout({ text }: CompiledExpr, { rules }: World): readonly PromqlRule[] {
  const about: PromqlRule[] = [];
  let seen = 0;
  for (const rule of rules.all()) {
    if (seen++ >= MOST_RULES || about.length >= MOST_THRESHOLDS) break;
    if (rule.kind !== "promql" || rule.paused || !rule.expr.includes(text)) continue;
    if (measuredBy(rules.compiled(rule)).expr.text.trim() === text.trim()) about.push(rule);
  }
  return about;
}
