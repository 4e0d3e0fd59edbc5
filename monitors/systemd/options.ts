/** The options of the `systemd` monitor: which units, and how they should be. */
import { z } from "zod";
import { wrong } from "../../storage/wrong.ts";

/** A unit has one of these, or is no unit (systemd.unit(5)). */
const SUFFIX = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;
const MOST_UNITS = 50;

/** How `systemctl` says that a unit is (`ActiveState`). */
export const unitStates = ["active", "activating", "deactivating", "inactive", "failed"] as const;

export type UnitState = (typeof unitStates)[number];

/** A name as `systemctl` takes it, in full: `nginx` is `nginx.service`. A pattern stays as it is. */
const unitName = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine(
    (text) => /^[A-Za-z0-9:_.\\@*?[\]-]+$/.test(text),
    wrong("要写单元名，或带 * 和 ? 的模式", "must be the name of a unit, or a pattern with * and ?"),
  )
  .transform((name) => (SUFFIX.test(name) || isPattern(name) ? name : `${name}.service`));

/** Whether a name stands for any number of units. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** One, or several, also as chat writes them: `nginx,redis`. */
function oneOrMore<T extends z.ZodType<string>>(item: T, most: number) {
  return z.preprocess(
    (given) => (typeof given === "string" ? given.split(",").map((part) => part.trim()) : given),
    z.array(item).min(1).max(most),
  );
}

export const systemdOptions = z.strictObject({
  /** Names or patterns. One alone stays a text, by which people know the monitor. */
  unit: oneOrMore(unitName, MOST_UNITS).transform((names) => {
    const [first = "", ...more] = [...new Set(names)];
    return more.length === 0 ? first : [first, ...more];
  }),
  /** The states that count as well. */
  expected_state: oneOrMore(z.enum(unitStates), unitStates.length)
    .transform((states) => [...new Set(states)])
    .default(["active"]),
});

export type SystemdOptions = z.output<typeof systemdOptions>;
