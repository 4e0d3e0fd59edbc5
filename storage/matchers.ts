/** A label matcher as in Prometheus: `=`, `!=`, and the fully anchored RE2 forms `=~`, `!~`. An absent label is "". */
export interface Matcher {
  readonly name: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}
