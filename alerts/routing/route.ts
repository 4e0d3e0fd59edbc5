/** What routing needs to know of a rule, and whom a rule tells that no tree is asked about. */
/** What grouping and routing need to know of the rule an alert comes from. */
export interface RuleOrigin {
  readonly id: number;
  readonly name: string;
  /** The conversations that the rule names itself. */
  readonly tells: readonly string[];
  /** The conversation in which the rule was made. */
  readonly conversation: string | undefined;
  /** The receiver that hears of it in place of the root's, when no route below the root takes the alert. */
  readonly receiver?: string;
}

/** Whom the rule tells; else the conversation it was made in; else the one everybody has. */
export const tellAsTheRuleSays = (rule: RuleOrigin): readonly string[] => {
  if (rule.tells.length > 0) return rule.tells;
  return [rule.conversation ?? DEFAULT_CONVERSATION];
};

/** Where what has no other place to go is said. */
export const DEFAULT_CONVERSATION = "console:ops";
