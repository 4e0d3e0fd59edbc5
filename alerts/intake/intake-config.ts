/** `intake: { alerts_per_sender: 100000 }`: what other systems may send. */
import { z } from "zod";

export const DEFAULT_INTAKE = { alertsPerSender: 100_000 };

export const intakeSchema = z
  .strictObject({ alerts_per_sender: z.int().positive().default(DEFAULT_INTAKE.alertsPerSender) })
  .transform(({ alerts_per_sender }) => ({ alertsPerSender: alerts_per_sender }));

export type IntakeLimits = z.output<typeof intakeSchema>;
