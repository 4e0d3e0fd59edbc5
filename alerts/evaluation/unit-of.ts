/** In what the value of an expression counts, where that can be told from the metrics it names. */
import { type MetricUnit, metricWords } from "../../rules/metric-words.ts";

/** Functions whose result no longer counts in the unit of what goes in. */
const OTHER_UNIT =
  /\b(?:rate|irate|increase|delta|idelta|deriv|count|count_over_time|changes|resets|stdvar|stdvar_over_time|absent|absent_over_time|timestamp|time|ln|log2|log10|exp|sgn|bool)\b/;

/**
 * The unit of an expression's value, e.g. `percent` for `avg_over_time(cpu_usage_percent[5m]) > 90`; undefined when it
 * names no known metric, several of different units, or does with one what changes its unit.
 */
export function unitOf(expression: string): MetricUnit | undefined {
  const bare = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""');
  const names = new Set(bare.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g));
  const units = new Set<MetricUnit>();
  for (const { metric, unit, around } of metricWords) {
    if (!names.has(metric)) continue;
    // `(… - time()) / 86400` is part of what makes these seconds days; without it they are not.
    const whole = around === undefined || bare.includes(`${around[0]}${metric}`) || bare.includes(around[1]);
    if (!whole) return undefined;
    if (around === undefined && (OTHER_UNIT.test(bare) || /[*/%^]/.test(bare))) return undefined;
    units.add(unit);
  }
  const [unit, ...others] = units;
  return others.length === 0 ? unit : undefined;
}
