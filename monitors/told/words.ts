/** Moments and lengths of time as reasons say them. */
import { civil } from "../../storage/civil.ts";
import { offsetAt } from "../../storage/zone.ts";

const DAY_MS = 86_400_000;

/** `11-25 02:00` in a zone; with seconds where they are not zero. */
export function localTime(at: number, zone: string): string {
  const local = at + offsetAt(zone, at);
  const { month, day } = civil(Math.floor(local / DAY_MS));
  const inDay = ((local % DAY_MS) + DAY_MS) % DAY_MS;
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1_000].map((unit, i) =>
    two(Math.floor(inDay / unit) % (i === 0 ? 24 : 60)),
  );
  return `${two(month)}-${two(day)} ${hours}:${minutes}${seconds === "00" ? "" : `:${seconds}`}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The day in a zone: `2026-11-28`. */
export function dayOf(at: number, zone: string): string {
  const { year, month, day } = civil(Math.floor((at + offsetAt(zone, at)) / DAY_MS));
  return `${year}-${two(month)}-${two(day)}`;
}
