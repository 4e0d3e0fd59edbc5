/** Units that readings come in: what they measure, and how many of its base unit one is. */

export interface Unit {
  /** What it measures: only units of one kind turn into each other. */
  readonly kind: "data" | "time" | "share" | "temperature";
  /** value in base units = value × factor + offset */
  readonly factor: number;
  readonly offset: number;
  /** How the name of a metric ends that counts in it; Prometheus' own manner for base units. */
  readonly suffix: string;
}

/** Each unit, its first name the one its suffix is made of, then whatever else it is called. Case matters not. */
const ROWS: readonly (readonly [kind: Unit["kind"], factor: number, offset: number, ...names: string[]])[] = [
  ["data", 1, 0, "bytes", "byte", "b", "字节"],
  ["data", 1e3, 0, "kilobytes", "kb"],
  ["data", 1e6, 0, "megabytes", "mb", "兆"],
  ["data", 1e9, 0, "gigabytes", "gb"],
  ["data", 1e12, 0, "terabytes", "tb"],
  ["data", 2 ** 10, 0, "kibibytes", "kib"],
  ["data", 2 ** 20, 0, "mebibytes", "mib"],
  ["data", 2 ** 30, 0, "gibibytes", "gib"],
  ["data", 2 ** 40, 0, "tebibytes", "tib"],
  ["data", 1 / 8, 0, "bits", "bit", "比特"],
  ["data", 1e3 / 8, 0, "kilobits", "kbit"],
  ["data", 1e6 / 8, 0, "megabits", "mbit"],
  ["data", 1e9 / 8, 0, "gigabits", "gbit"],
  ["time", 1, 0, "seconds", "second", "s", "sec", "秒"],
  ["time", 1e-3, 0, "milliseconds", "ms", "毫秒"],
  ["time", 1e-6, 0, "microseconds", "us", "µs", "μs", "微秒"],
  ["time", 1e-9, 0, "nanoseconds", "ns", "纳秒"],
  ["time", 60, 0, "minutes", "minute", "min", "分钟", "分"],
  ["time", 3_600, 0, "hours", "hour", "h", "小时"],
  ["time", 86_400, 0, "days", "day", "d", "天"],
  ["share", 1, 0, "ratio", "比例"],
  ["share", 1 / 100, 0, "percent", "%", "百分比"],
  ["share", 1 / 1_000, 0, "permille", "‰", "千分比"],
  ["temperature", 1, 0, "celsius", "°c", "℃", "c", "摄氏度"],
  ["temperature", 5 / 9, (-32 * 5) / 9, "fahrenheit", "°f", "℉", "f", "华氏度"],
  ["temperature", 1, -273.15, "kelvin", "k", "开尔文"],
];

const units = new Map<string, Unit>(
  ROWS.flatMap(([kind, factor, offset, ...names]) => {
    const unit: Unit = { kind, factor, offset, suffix: names[0] ?? "" };
    return names.map((name) => [name, unit] as const);
  }),
);

/** The names that people are shown, one per unit. */
export const unitNames: readonly string[] = ROWS.map(([, , , name = ""]) => name);

export function unitNamed(name: string): Unit | undefined {
  return units.get(name.trim().toLowerCase());
}

/** The name of a metric that counted in one unit and now counts in another; the same where it does not say a unit. */
export function renamedUnit(name: string, from: Unit, to: Unit): string {
  const end = /(?:_per_second)?(?:_total)?$/.exec(name)?.[0] ?? "";
  const base = name.slice(0, name.length - end.length);
  const at = base.lastIndexOf("_");
  return at > 0 && unitNamed(base.slice(at + 1)) === from ? `${base.slice(0, at)}_${to.suffix}${end}` : name;
}
