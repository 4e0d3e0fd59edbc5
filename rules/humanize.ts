/** Numbers for people, in the forms that Prometheus' templates have. */

/** Like C's `%.4g`: so many significant digits, no trailing zeros, an exponent for the very large and small. */
export function formatGeneral(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return "0";
  const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return withoutZeros(value.toFixed(Math.max(0, digits - 1 - power)));
  const sign = power < 0 ? "-" : "+";
  return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** With a metric prefix: 1234567 is `1.235M`, 0.005 is `5m`. */
export function humanize(value: number): string {
  return withPrefix(value, 1000, "kMGTPEZY", "munpfazy", "");
}

/** With a binary prefix: 1048576 is `1Mi`. */
export function humanize1024(value: number): string {
  return withPrefix(value, 1024, "KMGTPEZY", "", "i");
}

/** Seconds as days, hours, minutes and seconds: 3725 is `1h 2m 5s`; less than one second with a prefix: `5ms`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds === 0)
    return Number.isFinite(seconds) ? "0s" : formatGeneral(seconds, 4);
  if (Math.abs(seconds) < 1) return `${withPrefix(seconds, 1000, "", "munpfazy", "")}s`;
  const whole = Math.trunc(Math.abs(seconds));
  const [d, h, m, s] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const sign = seconds < 0 ? "-" : "";
  if (d > 0) return `${sign}${d}d ${h}h ${m}m ${s}s`;
  if (h > 0) return `${sign}${h}h ${m}m ${s}s`;
  return m > 0 ? `${sign}${m}m ${s}s` : `${formatGeneral(seconds, 4)}s`;
}

/** Go's `Printf` with one verb (`%f`, `%.2f`, `%d`, `%g`, `%e`, `%v`, `%s`) and `%%`; undefined for anything else. */
export function printf(format: string, operand: number | string): string | undefined {
  let used = 0;
  const out = format.replace(
    /%(?:(%)|(\d{0,2})(?:\.(\d{1,2}))?([a-zA-Z])?)/g,
    (all, percent, width, digits, verb) => {
      if (percent !== undefined) return "%";
      used += 1;
      const written = one(
        verb ?? "",
        digits === undefined ? undefined : Math.min(Number(digits), 20),
        operand,
      );
      if (written === undefined) used = Number.POSITIVE_INFINITY;
      return (written ?? all).padStart(Number(width), " ");
    },
  );
  return used === 1 ? out : undefined;
}

function one(verb: string, digits: number | undefined, operand: number | string): string | undefined {
  if (verb === "s" || verb === "v")
    return typeof operand === "string" ? operand : verb === "v" ? String(operand) : undefined;
  if (typeof operand !== "number") return undefined;
  if (!Number.isFinite(operand)) return formatGeneral(operand, 4);
  // Beyond this size JavaScript would write an exponent.
  if (verb === "f" && Math.abs(operand) < 1e21) return operand.toFixed(digits ?? 6);
  if (verb === "d" && Math.abs(operand) < 1e21) return String(Math.trunc(operand));
  if (verb === "e") return operand.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
  if (verb === "g")
    return digits === undefined ? String(operand) : formatGeneral(operand, Math.max(1, digits));
  return undefined;
}

function withPrefix(value: number, base: number, up: string, down: string, suffix: string): string {
  if (!Number.isFinite(value) || value === 0) return formatGeneral(value, 4);
  let scaled = value;
  let prefix = "";
  if (Math.abs(value) >= 1) {
    for (const letter of up) {
      if (Math.abs(scaled) < base) break;
      scaled /= base;
      prefix = letter + suffix;
    }
  } else {
    for (const letter of down) {
      if (Math.abs(scaled) >= 1) break;
      scaled *= base;
      prefix = letter + suffix;
    }
  }
  return formatGeneral(scaled, 4) + prefix;
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
