import type { Rule } from "../../rules/rule.ts";
import { NameTaken, type RuleDraft } from "../../rules/rule-book.ts";
import type { Change } from "../../storage/store.ts";
import { type Call, Refusal } from "../command.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";

/** Adds a rule made by this call, in one commit with its audit line. Refuses a name that is taken. */
export function addRule(
  draft: RuleDraft,
  call: Call,
  world: World,
  also: (change: Change) => void = () => {},
): Promise<Rule> {
  return call.change((change) => {
    also(change);
    try {
      return world.rules.add(change, draft, {
        kind: "chat",
        person: call.person.id,
        conversation: call.conversation,
        at: call.at,
        text: call.line,
      });
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      throw new Refusal({
        zh: `已经有规则叫“${quoted(draft.name)}”了（规则 ${error.rule.id}），换个名字。`,
        en: `A rule is called “${quoted(draft.name)}” already (rule ${error.rule.id}); choose another name.`,
      });
    }
  });
}
