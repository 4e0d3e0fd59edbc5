import { makePlan } from "./make-plan.ts";

/** The plan of a house that no file says anything to: everything to the console, at once, and without repeats. */
export const PLAIN_PLAN = makePlan({});
