/** An option that is an expression to look for. */
import { z } from "zod";
import { compileSearch } from "../../storage/regex.ts";
import { issue } from "../../storage/wrong.ts";

/** An RE2 expression, looked for anywhere in a text. */
export const patternOption = z
  .string()
  .min(1)
  .max(1000)
  .superRefine((text, context) => {
    try {
      compileSearch(text);
    } catch (error) {
      const why = (error as Error).message;
      context.addIssue(issue(`不是 RE2 表达式：${why}`, `must be an RE2 expression: ${why}`));
    }
  });
