/** A sink that remembers what was written, for tests of those who write samples. */
import type { Labels } from "../../storage/labels.ts";
import type { SeriesRef, SeriesSink } from "../../storage/series.ts";

export interface RecordedSample {
  readonly name: string;
  readonly labels: Labels;
  readonly at: number;
  readonly value: number;
}

export class RecordedSeries implements SeriesSink {
  readonly samples: RecordedSample[] = [];

  append(labels: Labels, at: number, value: number): void {
    const { __name__: name = "", ...others } = labels;
    this.samples.push({ name, labels: others, at, value });
  }

  ref(labels: Labels): SeriesRef {
    let lastAt = Number.NEGATIVE_INFINITY;
    return {
      append: (at, value) => {
        lastAt = at;
        this.append(labels, at, value);
      },
      get lastAt() {
        return lastAt;
      },
      end: () => {},
    };
  }

  /** Samples of one metric, of one monitor if that is named. */
  of(name: string, monitor?: string): RecordedSample[] {
    return this.samples.filter(
      (sample) => sample.name === name && (monitor === undefined || sample.labels["monitor"] === monitor),
    );
  }
}
