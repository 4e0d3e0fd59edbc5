/** Kinds of monitors that look into a machine, over one that a test makes up. */
import { z } from "zod";
import type { MonitorKinds } from "../../monitors/index.ts";
import { createSystemdKind } from "../../monitors/systemd/systemd.ts";

/** The kind `systemd` of a machine that has one, with nothing to tell, or has none. */
export function units(isThere: boolean): MonitorKinds[string] {
  const runtime = isThere ? "/" : "/nowhere";
  // A kind of the table takes what its own schema has checked.
  return createSystemdKind({ paths: ["/"], runtime }) as MonitorKinds[string];
}

/** The monitor `system` of a machine that the test makes up. */
export function reading(machine: Readonly<Record<string, number>>): MonitorKinds[string] {
  return {
    kind: "system",
    summary: { zh: "测试", en: "a test" },
    example: { zh: "测试", en: "test" },
    options: z.strictObject({}),
    intervalMs: 10_000,
    timeoutMs: 5_000,
    instance: () => "here",
    create: () => ({
      look: async () => ({ readings: Object.entries(machine).map(([name, value]) => ({ name, value })) }),
    }),
  };
}
