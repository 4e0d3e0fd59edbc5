/** Escalation policies: who is told next while nobody acknowledges. */
import { z } from "zod";
import { complain, distinctNames, named, positiveDuration } from "../config-parts.ts";

/** Tells more receivers the longer an incident is not acknowledged. */
export interface EscalationPolicy {
  readonly name: string;
  /** In the order of time. `afterMs` counts from when the incident was first told, or was given back. */
  readonly steps: readonly { readonly afterMs: number; readonly receiver: string }[];
  /** After the last step, its receiver is told again this often; never when undefined. */
  readonly repeatMs: number | undefined;
}

const policy = z
  .strictObject({
    name: named.refine((name) => name !== "none", {
      message: "'none' means no escalation, and cannot name one",
      params: { zh: "'none' 表示不升级，不能作名字" },
    }),
    steps: z.array(z.strictObject({ after: positiveDuration, receiver: named })).min(1),
    repeat: positiveDuration.optional(),
  })
  .superRefine(({ steps }, context) => {
    steps.forEach(({ after }, i) => {
      const before = steps[i - 1];
      if (before !== undefined && after <= before.after)
        complain(context, { zh: "要比上一步更晚", en: "must be later than the step before it" }, [
          "steps",
          i,
          "after",
        ]);
    });
  })
  .transform(
    ({ name, steps, repeat }): EscalationPolicy => ({
      name,
      steps: steps.map(({ after, receiver }) => ({ afterMs: after, receiver })),
      repeatMs: repeat,
    }),
  );

/** `escalation:` of `gengfu.yml`. */
export const escalationSchema = z.array(policy).superRefine(distinctNames);
