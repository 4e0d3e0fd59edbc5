/** A label set as in Prometheus. The metric name, where there is one, is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;
