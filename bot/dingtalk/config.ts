/** `dingtalk:` in `gengfu.yml`: the template of cards, and the month's calls. */
import { z } from "zod";
import { named } from "../../alerts/config-parts.ts";
import { FREE_LIMITS } from "./api/quota-use.ts";
import { CARD_PARTS, type CardTemplate, PUBLIC_TEMPLATE } from "./card-data.ts";

/** A template of one's own has the variables of the one in `docs/dingtalk/`, unless it is told which it has. */
const OWN_VARIABLES: CardTemplate["variables"] = {
  title: "title",
  markdown: "text",
  tips: "tips",
  ack: "ack",
  unack: "unack",
  silence: "silence",
  unsilence: "unsilence",
  show: "show",
};

const calls = z.union([z.int().nonnegative(), z.literal("unlimited").transform(() => null)]);

export const dingTalkSchema = z.strictObject({
  card: z
    .strictObject({
      template: named.optional(),
      variables: z.record(z.string(), z.enum(CARD_PARTS)).optional(),
      max_bytes: z.int().min(200).max(100_000).default(PUBLIC_TEMPLATE.maxBytes),
    })
    .prefault({}),
  quota: z
    .strictObject({
      api_calls: calls.default(FREE_LIMITS.api),
      stream_calls: calls.default(FREE_LIMITS.stream),
      /** From so many percent on, only what is critical is told by calls of the API. */
      critical_only_from: z.number().positive().max(100).default(95),
    })
    .prefault({}),
});

export type DingTalkConfig = z.output<typeof dingTalkSchema>;

/** The template in force: that of the environment goes before that of the file, and either before the public one. */
export function templateOf({ card }: DingTalkConfig, ofEnvironment: string | undefined): CardTemplate {
  const id = ofEnvironment ?? card.template ?? PUBLIC_TEMPLATE.id;
  const usual = id === PUBLIC_TEMPLATE.id ? PUBLIC_TEMPLATE.variables : OWN_VARIABLES;
  return { id, variables: card.variables ?? usual, maxBytes: card.max_bytes };
}
