/** Label sets: who a series, an alert or a silence is about. */

/** A label set as in Prometheus. The metric name, where there is one, is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** The label that holds the metric name. */
export const METRIC_NAME = "__name__";

/** Whether `text` is a label name in Prometheus' classic alphabet: `[a-zA-Z_][a-zA-Z0-9_]*`. */
export function isLabelName(text: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text);
}

/** Whether `text` is a metric name in Prometheus' classic alphabet: `[a-zA-Z_:][a-zA-Z0-9_:]*`. */
export function isMetricName(text: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(text);
}

/** The value of a label; "" when there is none, as Prometheus has it. Names such as `constructor` are safe. */
export function labelValue(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? "") : "";
}

/**
 * One string per label set: equal for equal sets, whatever the order of their names, and different for
 * different ones, whatever their values contain. Meant for Map keys, not for people.
 */
export function labelsKey(labels: Labels): string {
  let key = "";
  for (const name of sortedNames(labels)) {
    const value = labels[name] ?? "";
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}

/** Writes a label set as PromQL would read it: `cpu{host="a", mode="idle"}`; `{}` when it is empty. */
export function formatLabels(labels: Labels): string {
  const pairs: string[] = [];
  let metric = "";
  for (const name of sortedNames(labels)) {
    const value = labels[name] ?? "";
    if (name === METRIC_NAME && isMetricName(value)) metric = value;
    // A name on its own in quotes is the metric's, as Prometheus 3 has it.
    else if (name === METRIC_NAME) pairs.unshift(quoteLabelValue(value));
    else pairs.push(`${isLabelName(name) ? name : quoteLabelValue(name)}=${quoteLabelValue(value)}`);
  }
  return pairs.length === 0 && metric !== "" ? metric : `${metric}{${pairs.join(", ")}}`;
}

/** Puts a value in double quotes with the three escapes of Prometheus' text format: `\\`, `\"` and `\n`. */
export function quoteLabelValue(value: string): string {
  return `"${value.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"`;
}

/**
 * The fingerprint of a label set as 16 lower-case hexadecimal digits, the same that Prometheus and
 * Alertmanager compute (`model.LabelSet.Fingerprint` in prometheus/common): FNV-1a, 64 bits, over
 * name, 0xff, value, 0xff in UTF-8, names in byte order.
 */
export function fingerprint(labels: Labels): string {
  hashHigh = 0xcbf29ce4 | 0;
  hashLow = 0x84222325 | 0;
  for (const name of sortedNames(labels)) {
    addText(name);
    addByte(0xff);
    addText(labels[name] ?? "");
    addByte(0xff);
  }
  return hex(hashHigh) + hex(hashLow);
}

// The running hash lives in two module variables because returning a pair per byte would allocate.
let hashHigh = 0;
let hashLow = 0;

/** One round of FNV-1a. The prime is 2^40 + 0x1b3, so the product needs only 32-bit pieces and one carry. */
function addByte(byte: number): void {
  const low = hashLow ^ byte;
  const bottom = (low & 0xffff) * 0x1b3;
  const top = (low >>> 16) * 0x1b3 + (bottom >>> 16);
  hashHigh = (Math.imul(hashHigh, 0x1b3) + (top >>> 16) + (low << 8)) | 0;
  hashLow = (top << 16) | (bottom & 0xffff);
}

function addText(text: string): void {
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      addByte(code);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const whole = text.codePointAt(i) ?? 0xfffd;
      if (whole > 0xffff) i++;
      // Half a surrogate pair has no UTF-8 form; encoders write the replacement character.
      code = whole > 0xffff ? whole : 0xfffd;
    }
    if (code < 0x800) addByte(0xc0 | (code >> 6));
    else {
      if (code < 0x10000) addByte(0xe0 | (code >> 12));
      else {
        addByte(0xf0 | (code >> 18));
        addByte(0x80 | ((code >> 12) & 0x3f));
      }
      addByte(0x80 | ((code >> 6) & 0x3f));
    }
    addByte(0x80 | (code & 0x3f));
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(half: number): string {
  const [a, b, c, d] = [half >>> 24, (half >>> 16) & 0xff, (half >>> 8) & 0xff, half & 0xff];
  return `${HEX[a]}${HEX[b]}${HEX[c]}${HEX[d]}`;
}

function sortedNames(labels: Labels): string[] {
  const names = Object.keys(labels);
  if (names.length < 2) return names;
  names.sort();
  // UTF-16 order and byte order part only from the surrogates upwards.
  return names.some((name) => /[\ud800-\uffff]/.test(name)) ? names.sort(byCodePoint) : names;
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
