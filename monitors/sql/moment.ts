/** Moments as databases write them. */
import { dayNumber } from "../../storage/civil.ts";

/**
 * Unix seconds of `2026-11-28`, `2026-11-28 23:11:22.5` or `2026-11-28 23:11:22+08`; what has no zone of its own is at
 * `offsetS` seconds east of UTC. `null` of what is no moment: `infinity`, `0000-00-00`, years before Christ.
 */
export function momentOf(text: string, offsetS: number): number | null {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d+)?)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?|Z)?$/.exec(
      text,
    );
  if (found === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "0",
    sign,
    h = "0",
    m = "0",
    s = "0",
  ] = found;
  if (month === "00" || day === "00") return null;
  const days = dayNumber(Number(year), Number(month), Number(day));
  const at = days * 86_400 + Number(hour) * 3_600 + Number(minute) * 60 + Number(second) + Number(fraction);
  const own = (Number(h) * 3_600 + Number(m) * 60 + Number(s)) * (sign === "-" ? -1 : 1);
  return at - (sign !== undefined ? own : text.endsWith("Z") ? 0 : offsetS);
}
