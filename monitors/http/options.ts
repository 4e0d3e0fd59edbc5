/** The options of the `http` monitor. */
import { z } from "zod";
import { issue, wrong } from "../../storage/wrong.ts";
import { patternOption } from "../probe/pattern.ts";
import { webOptions } from "../web/options.ts";
import { parseJsonCheck } from "./json-check.ts";

/** The longest body that is read, in bytes. */
export const LONGEST_BODY = 1024 * 1024;

const statusRange = z
  .string()
  .refine(
    (text) =>
      /^(?:[1-5](?:xx|\d\d)(?:-[1-5](?:xx|\d\d))?)(?: ?, ?[1-5](?:xx|\d\d)(?:-[1-5](?:xx|\d\d))?)*$/i.test(
        text,
      ),
    wrong(
      "要写状态码，例如 200、2xx、200-299 或 200,301",
      "must be status codes such as 200, 2xx, 200-299 or 200,301",
    ),
  );
const status = z.union([z.int().min(100).max(599), statusRange]);

/** Codes as numbers, everything else as it was written: `"200, 3xx"` is `[200, "3xx"]`. */
function apart(given: number | string): (number | string)[] {
  if (typeof given === "number") return [given];
  return given
    .split(",")
    .map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : part.trim().toLowerCase()));
}

const jsonCheck = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    try {
      parseJsonCheck(text);
    } catch (error) {
      const example = "$.data.items[0].name > 5";
      context.addIssue(issue(`路径或比较写得不对，例如 ${example}`, (error as Error).message));
    }
  });

const text = z.string().min(1).max(1000);

export const httpOptions = z.strictObject({
  ...webOptions,
  method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET"),
  /** Codes, ranges and classes that count as good; 200 to 299 where none is given. */
  expected_status: z
    .union([status, z.array(status).min(1)])
    .transform((given) => [given].flat().flatMap(apart))
    .optional(),
  /** Sent along; JSON where it looks like it and no header says otherwise. */
  body: z.string().max(65_536).optional(),
  /** Text that the body must contain, exactly. */
  body_contains: text.optional(),
  body_not_contains: text.optional(),
  /** RE2 expressions, looked for anywhere in the body. */
  body_matches: patternOption.optional(),
  body_not_matches: patternOption.optional(),
  /** Expectations of a JSON body: `$.data.count < 100`, or a path that must be there. */
  body_json: z
    .union([jsonCheck, z.array(jsonCheck).min(1).max(20)])
    .transform((given) => [given].flat())
    .optional(),
});

export type HttpOptions = z.output<typeof httpOptions>;
