/** Inhibition rules as `alertmanager.yml` has them. */
import { z } from "zod";
import type { Matcher } from "../../storage/matchers.ts";
import { named, scalar } from "../config-parts.ts";
import { joined, matchersList, matchMap, matchRegexMap } from "../routing/matchers-config.ts";

/** While an alert that fits `source` is active, alerts that fit `target` tell nobody, where `equal` labels agree. */
export interface InhibitRule {
  readonly name: string | undefined;
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /** An absent label equals an empty one. */
  readonly equal: readonly string[];
}

const rule = z
  .strictObject({
    name: scalar.optional(),
    source_match: matchMap.default([]),
    source_match_re: matchRegexMap.default([]),
    source_matchers: matchersList.default([]),
    target_match: matchMap.default([]),
    target_match_re: matchRegexMap.default([]),
    target_matchers: matchersList.default([]),
    equal: z.array(named).default([]),
  })
  .transform(
    (one): InhibitRule => ({
      name: one.name,
      source: joined(one.source_match, one.source_match_re, one.source_matchers),
      target: joined(one.target_match, one.target_match_re, one.target_matchers),
      equal: [...new Set(one.equal)],
    }),
  );

/** `inhibit_rules:`. */
export const inhibitRulesSchema = z.array(rule);
