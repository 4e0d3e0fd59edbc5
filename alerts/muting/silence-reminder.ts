/** Shortly before a silence ends: a word in the conversation it was made in, if what it hides still fires. */
import { inLocale, type Text } from "../../storage/locale.ts";
import { formatMatchers } from "../../storage/matchers.ts";
import type { Change } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import { formatSpan, formatTime, plain } from "../words.ts";

/** Says it once, when it is due; false when it is not, or somebody has just extended or ended the silence. */
export function remindOfSilence(book: AlertBook, change: Change, id: number, at: number): boolean {
  const { tables, context } = book;
  const now = change.get(tables.silences, String(id));
  if (now?.remindAt === undefined || now.remindAt > at) return false;
  const { remindAt: _, ...silence } = now;
  change.put(tables.silences, String(id), silence);
  // While nobody was awake its end may have come; then what it hid is told, and that says more.
  if (silence.endsAt <= at) return true;
  const hidden = book.preview(silence.matchers);
  if (hidden.alerts === 0) return true;
  const { locale, zone } = context;
  const say = (text: Text): string => inLocale(locale, text);
  const left = { zh: formatSpan(silence.endsAt - at, "zh-CN"), en: formatSpan(silence.endsAt - at, "en") };
  const ends = { zh: formatTime(silence.endsAt, zone, "zh-CN"), en: formatTime(silence.endsAt, zone, "en") };
  const what = plain(formatMatchers(silence.matchers), 120);
  const fires =
    hidden.alerts === 1
      ? "1 alert that it hides still fires"
      : `${hidden.alerts} alerts that it hides still fire`;
  book.post(
    change,
    [silence.conversation],
    {
      kind: "text",
      title: say({
        zh: `静默 ${id}（${what}）还有${left.zh}结束（${ends.zh}），它挡住的 ${hidden.alerts} 条告警还没有恢复。`,
        en: `Silence ${id} (${what}) ends in ${left.en} (${ends.en}), and ${fires}.`,
      }),
      actions: [
        {
          id: "extend",
          label: say({ zh: "延长1小时", en: "Extend 1h" }),
          command: `silence extend ${id} 1h`,
        },
        { id: "unsilence", label: say({ zh: "现在解除", en: "End it now" }), command: `unsilence ${id}` },
      ],
    },
    "normal",
    at,
  );
  return true;
}
