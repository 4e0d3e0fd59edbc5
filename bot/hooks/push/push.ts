/** The door that samples are pushed to, and the options of its hooks. */
import { z } from "zod";
import { sizeOption } from "../../../storage/bytes.ts";
import type { DoorKind } from "../hook.ts";

/** What one source may send; names as in Prometheus where it has them. */
const options = z.strictObject({
  /** In the long run; ten times as many may come at once. */
  samples_per_second: z.int().min(1).max(1_000_000).default(1_000),
  /** Series that it may have at a time. */
  series_limit: z.int().min(1).max(1_000_000).default(10_000),
  body_size_limit: sizeOption(64).default(1024 * 1024),
  label_limit: z.int().min(1).max(200).default(30),
  label_name_length_limit: z.int().min(1).max(1_000).default(200),
  label_value_length_limit: z.int().min(1).max(10_000).default(1_000),
});

export type PushOptions = z.output<typeof options>;

/** Ten seconds' worth may come at once: also the most that one body may have. */
export function burstOf({ samples_per_second }: PushOptions): number {
  return samples_per_second * 10;
}

export const push = {
  kind: "push",
  path: "/api/v1/push",
  tokenIn: "token",
  bearer: true,
  summary: {
    zh: "脚本和程序推送的样本：JSON 或 Prometheus 文本",
    en: "samples that scripts and programs push: JSON or Prometheus text",
  },
  options,
  sample: () => ({ body: [{ name: "push_test", labels: { shop: "example" }, value: 1 }] }),
} as const satisfies DoorKind<PushOptions>;
