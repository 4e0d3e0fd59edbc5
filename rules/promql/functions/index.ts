/** The table of PromQL functions: a new one is one row in one of these files. Help and `docs/rules.md` come from it. */
import type { FunctionRow } from "../ast.ts";
import { calendarFunctions } from "./calendar.ts";
import { changeFunctions } from "./change.ts";
import { histogramFunctions } from "./histogram.ts";
import { labelFunctions } from "./labels.ts";
import { mathFunctions } from "./math.ts";
import { overTimeFunctions } from "./over-time.ts";
import { specialFunctions } from "./special.ts";

export const functions: ReadonlyMap<string, FunctionRow> = new Map(
  Object.entries({
    ...overTimeFunctions,
    ...changeFunctions,
    ...mathFunctions,
    ...calendarFunctions,
    ...labelFunctions,
    ...histogramFunctions,
    ...specialFunctions,
  }),
);
