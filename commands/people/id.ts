import { needNothing } from "../arguments.ts";
import { answer, type Call, type Command } from "../command.ts";
import { code, codeBlock } from "../markdown.ts";
import { isUnnamed, unnamedWords } from "./unnamed.ts";

/** `id`: the address of this conversation and who I am, with the lines that `gengfu.yml` takes. */
export const id: Command = {
  words: ["id"],
  twins: ["编号", "会话编号"],
  takes: { zh: "", en: "" },
  summary: {
    zh: "这个会话的地址和我的编号，连同 gengfu.yml 里的写法",
    en: "the address of this conversation and my id, with the lines for gengfu.yml",
  },
  examples: { zh: "编号", en: "id" },
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call) {
    needNothing(rest);
    const { conversation, person } = call;
    const here = code(conversation);
    if (isUnnamed(person.id)) {
      const why = unnamedWords(person.id);
      const lines = codeBlock(receiverLines(conversation));
      return answer(call, {
        zh: `这个会话是 ${here}。写在 gengfu.yml 里是：\n\n${lines}\n\n${why.zh}`,
        en: `This conversation is ${here}. In gengfu.yml that is:\n\n${lines}\n\n${why.en}`,
      });
    }
    const own = conversation.startsWith(OWN) ? "" : `${receiverLines(conversation)}\n`;
    const lines = codeBlock(`${own}${personLines(call)}`);
    return answer(call, {
      zh: `这个会话是 ${here}，你是 ${code(person.id)}。写在 gengfu.yml 里是：\n\n${lines}`,
      en: `This conversation is ${here}, and you are ${code(person.id)}. In gengfu.yml that is:\n\n${lines}`,
    });
  },
};

/** What a WeCom application tells is no conversation that a receiver could name; it always knows who speaks. */
const OWN = "wecom_app:";

/**
 * `dingtalk:cid…` is a `conversation` of `dingtalk_configs`. On one line, since a platform without blocks of code takes
 * indentation away. JSON's way to write a text is YAML's too.
 */
function receiverLines(address: string): string {
  const colon = address.indexOf(":");
  const conversation = JSON.stringify(address.slice(colon + 1));
  const channel = address.slice(0, colon);
  // Alertmanager's own word for WeChat means an application of WeCom.
  const word = channel === "wechat" ? "wechaty" : channel;
  return `receivers: [{ name: ops, ${word}_configs: [{ conversation: ${conversation} }] }]`;
}

/** With the role of an operator, so that writing it down gives one; whoever has more keeps it. */
function personLines({ person: { id: person, name, role } }: Call): string {
  const words = [
    `id: ${JSON.stringify(person)}`,
    ...(person.endsWith(`:${name}`) ? [] : [`name: ${JSON.stringify(name)}`]),
    `role: ${role === "viewer" ? "operator" : role}`,
  ];
  return `people: [{ ${words.join(", ")} }]`;
}
