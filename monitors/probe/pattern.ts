/** An option that is an expression to look for. */
import { z } from "zod";
import { compileSearch } from "../../storage/regex.ts";

/** An RE2 expression, looked for anywhere in a text. */
export const patternOption = z
  .string()
  .min(1)
  .max(1000)
  .superRefine((text, context) => {
    try {
      compileSearch(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `must be an RE2 expression: ${(error as Error).message}` });
    }
  });
