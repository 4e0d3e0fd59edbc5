/** Why a sample of a new series is refused. */
import { formatLabels, type Labels } from "./labels.ts";
import type { Text } from "./locale.ts";

/** There are as many series as there may be; those that exist go on. `message` is the English. */
export class SeriesLimit extends Error {
  /** How many series there may be. */
  readonly limit: number;
  readonly text: Text;

  constructor(limit: number, labels: Labels) {
    const series = formatLabels(labels);
    const shown = series.length > 200 ? `${series.slice(0, 200)}…` : series;
    const text = {
      zh: `时间序列已达上限 ${limit}，不再接受新的序列 ${shown}`,
      en: `there are ${limit} series already, the most there may be; the new series ${shown} is refused`,
    };
    super(text.en);
    this.name = "SeriesLimit";
    this.limit = limit;
    this.text = text;
  }
}
