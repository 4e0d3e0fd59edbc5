/** Short names for lines that stand side by side: only what tells them apart. */
import { formatLabels, type Labels, METRIC_NAME } from "../../storage/labels.ts";
import { maskedAddresses } from "../../storage/mask.ts";

/** `/data` and `/` for two disks of one host; "" where there is only one line. */
export function lineNames(lines: readonly Labels[]): readonly string[] {
  const [first, ...others] = lines;
  if (first === undefined || others.length === 0) return lines.map(() => "");
  const differing = [...new Set(lines.flatMap((labels) => Object.keys(labels)))]
    .filter((name) => others.some((labels) => labels[name] !== first[name]))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return lines.map((labels) => {
    const words = differing.map((name) => labels[name] ?? "").filter((word) => word !== "");
    return maskedAddresses(words.length === 0 ? formatLabels(labels) : words.join(" "));
  });
}

/** The metric's name first, as people write it. */
function rank(name: string): number {
  return name === METRIC_NAME ? 0 : 1;
}
