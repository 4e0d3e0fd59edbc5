/** The options of the `sql` monitor. */
import { z } from "zod";
import { wrong } from "../../storage/wrong.ts";
import { objectionTo } from "./statement.ts";

const name = z.string().trim().min(1).max(200);

/** Names of Prometheus' old kind and those that UTF-8 allows: what a person can read, in one word. */
const metricName = z
  .string()
  .trim()
  .refine(
    (text) => /^[\p{L}_][\p{L}\p{N}_:.]{0,99}$/u.test(text),
    wrong(
      "要写一个词：字母、数字和 _，例如 orders 或 订单量",
      "must be a word of letters, digits and _, such as orders or 订单量",
    ),
  )
  .refine(
    (text) => text !== "up" && text !== "monitor_duration_seconds",
    "is what every monitor writes itself",
  );

const statement = z
  .string()
  .max(20_000)
  .transform((text) => text.trim())
  .superRefine((text, context) => {
    const no = objectionTo(text);
    if (no !== undefined) context.addIssue({ code: "custom", message: no.en, params: { zh: no.zh } });
  });

const MOST_ROWS = 10_000;

export const sqlOptions = z.strictObject({
  /** The name of one of `databases:`. */
  database: z.string().trim().min(1).max(63),
  query: statement,
  /** What the numbers are called; after their columns where nothing is said. */
  metric: metricName.optional(),
  /** Columns of numbers that say which row it is. */
  label_columns: z
    .union([name, z.array(name).min(1).max(30)])
    .transform((given) =>
      (typeof given === "string" ? given.split(/[,，、]/) : given).map((one) => one.trim()),
    )
    .optional(),
  max_rows: z.int().min(1).max(MOST_ROWS).default(1_000),
});

export type SqlOptions = z.output<typeof sqlOptions>;
