/** Sums, means, spreads and quantiles as Prometheus computes them, safe against rounding. */

/** Adds up with Neumaier's compensation, so that 1e100 + 1 - 1e100 is 1. */
export class Sum {
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const next = this.#sum + value;
    if (!Number.isFinite(next)) this.#lost = 0;
    else if (Math.abs(this.#sum) >= Math.abs(value)) this.#lost += this.#sum - next + value;
    else this.#lost += value - next + this.#sum;
    this.#sum = next;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}

/** The sum of values. */
export function sum(values: readonly number[]): number {
  const total = new Sum();
  for (const value of values) total.add(value);
  return total.value;
}

/** The arithmetic mean; exact means of huge values do not overflow. */
export function mean(values: readonly number[]): number {
  const total = sum(values);
  if (Number.isFinite(total) || values.some((value) => !Number.isFinite(value))) return total / values.length;
  return sum(values.map((value) => value / values.length));
}

/** The largest value; NaN only when there is nothing else. */
export function largest(values: readonly number[]): number {
  let found = Number.NaN;
  for (const value of values) if (value > found || Number.isNaN(found)) found = value;
  return found;
}

/** The smallest value; NaN only when there is nothing else. */
export function smallest(values: readonly number[]): number {
  let found = Number.NaN;
  for (const value of values) if (value < found || Number.isNaN(found)) found = value;
  return found;
}

/** The population variance, by Welford's method. */
export function variance(values: readonly number[]): number {
  let count = 0;
  let middle = 0;
  let spread = 0;
  for (const value of values) {
    count += 1;
    const off = value - middle;
    middle += off / count;
    spread += off * (value - middle);
  }
  return spread / count;
}

/** The φ-quantile with linear interpolation; ±Inf when φ is outside 0…1, NaN when φ is. NaN values count as smallest. */
export function quantile(phi: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort(ascending);
  const rank = phi * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  const weight = rank - below;
  return low * (1 - weight) + high * weight;
}

function ascending(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
