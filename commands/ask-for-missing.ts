/** Asks for the other half of half a sentence. */
import type { Card } from "../alerts/card.ts";
import type { Text } from "../storage/locale.ts";
import { action, answer, type Call } from "./command.ts";
import type { HalfSentence, Missing } from "./language/sentence-types.ts";
import { code } from "./markdown.ts";
import { quoted } from "./phrases.ts";

const ASK: Readonly<Record<Missing, Text>> = {
  subject: { zh: "看什么（CPU、内存、磁盘、网址……）", en: "what to watch (cpu, memory, disk, a URL …)" },
  comparison: { zh: "怎么比（超过、低于……）", en: "how to compare (above, below …)" },
  threshold: { zh: "到多少（例如 80%、2秒、10GB）", en: "the limit (such as 80%, 2s, 10GB)" },
  when: { zh: "什么时候（例如 每天凌晨2点）", en: "when (such as every day at 02:00)" },
  text: { zh: "提醒什么", en: "what to remind of" },
  url: { zh: "哪个网址", en: "which URL" },
};

/** Asks for what half a sentence leaves open. The next line may be just that. */
export function askForMissing(half: HalfSentence, call: Call): Card {
  const zh = half.missing.map((one) => ASK[one].zh).join("、");
  const en = half.missing.map((one) => ASK[one].en).join(", ");
  const unclear =
    half.unclear === undefined
      ? { zh: "", en: "" }
      : {
          zh: `“${quoted(half.unclear, 60)}”我不认识。`,
          en: `I do not know “${quoted(half.unclear, 60)}”. `,
        };
  return answer(
    call,
    {
      zh: `${unclear.zh}还差：${zh}。直接补上就行，或者整句说，例如 ${code(half.example)}`,
      en: `${unclear.en}Still missing: ${en}. Just add it, or say it whole, for example ${code(half.example)}`,
    },
    { actions: [action(call, "help", { zh: "帮助", en: "Help" }, "help")] },
  );
}
