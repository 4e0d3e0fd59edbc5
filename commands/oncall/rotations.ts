/** What the commands about on call have in common: which rotation is meant, who it is, and how moments are said. */
import type { KnownRotation, OnCall } from "../../alerts/oncall/on-call.ts";
import type { Shift } from "../../alerts/oncall/rotation.ts";
import { escapeMarkdown, formatTime } from "../../alerts/words.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { type Call, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { whoIsMeant } from "../people/who.ts";
import { named, quoted } from "../phrases.ts";
import type { World } from "../world.ts";

/** The rotation that the first word names, and the rest; where there is but one, it needs no name. */
export function takeRotation(
  rest: string,
  onCall: OnCall,
): { readonly known: KnownRotation; readonly rest: string } {
  const all = onCall.all();
  const [first = "", ...others] = rest.split(" ");
  const meant = all.find(({ name }) => name.toLowerCase() === first.toLowerCase());
  if (meant !== undefined) return { known: meant, rest: others.join(" ") };
  const [only, second] = all;
  if (only === undefined) throw new Refusal(noRotation);
  if (second === undefined) return { known: only, rest };
  const names = all.slice(0, 10).map(({ name }) => code(name));
  throw new Refusal({
    zh: `要说明是哪个值班表：${names.join("、")}`,
    en: `Say which rotation: ${names.join(", ")}`,
  });
}

/** What is said where there is none. */
export const noRotation: Text = {
  zh: `还没有值班表。在 gengfu.yml 的 oncall 里写，或者说 ${code("值班 添加 db: 张三 李四 每周一 09:00 轮换")}`,
  en: `There is no rotation yet. Write one under oncall in gengfu.yml, or say ${code("oncall add db: zhangsan, lisi every monday 09:00")}`,
};

/** The rotation of this name. */
export function needRotation(name: string, onCall: OnCall): KnownRotation {
  const known = onCall.all().find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  throw new Refusal({
    zh: `没有叫“${quoted(name, 60)}”的值班表。说“值班”看有哪些。`,
    en: `There is no rotation called “${quoted(name, 60)}”. Say oncall to see which there are.`,
  });
}

const ME = /^(?:me|myself|我|我自己|本人)$/i;

/**
 * Whom somebody means, by the id that they go by. A slip of the pen would put the duty on nobody, so it has to be
 * somebody whom anybody has told of: the file, the book, a rotation, or the platform on which they spoke.
 */
export function whoTakesDuty(text: string, call: Call, { people, onCall }: World): string {
  const { of } = onCall.humans();
  if (ME.test(text)) return of(call.person.id).id;
  const meant = whoIsMeant(text, call, people).id;
  const { id } = of(meant);
  const listed = [...people.file(), ...people.book.all(), ...people.speakers.all()].some(
    (one) => one.id === id || one.id === meant,
  );
  const turns = onCall
    .all()
    .some(({ rotation }) => rotation.layers.some((layer) => layer.people.includes(id)));
  if (listed || turns || id === call.person.id) return id;
  throw new Refusal({
    zh: `我不认识 ${code(meant)}。请对方先对我说一句话，或者写进 gengfu.yml 的 people，或者说 ${code(`添加人员 ${meant} 操作员`)}`,
    en: `I do not know ${code(meant)}. Have them say something to me first, list them under people in gengfu.yml, or say ${code(`people add ${meant} operator`)}`,
  });
}

/** Their name, in bold; nobody is said to be nobody. */
export function bold(person: string | undefined, call: Call): string {
  if (person !== undefined) return `**${named(person, call)}**`;
  return inLocale(call.locale, { zh: "没有人", en: "nobody" });
}

/** A moment in the zone of the rotation, with the day of the week, since duties are known by it. */
export function momentOf(at: number, zone: string, call: Call): string {
  const day = new Intl.DateTimeFormat(call.locale, { timeZone: zone, weekday: "short" }).format(at);
  return escapeMarkdown(`${day} ${formatTime(at, zone, call.locale)}`);
}

/** Shifts as a list, each with its person. */
export function shiftLines(shifts: readonly Shift[], zone: string, call: Call, most = 40): string {
  const lines = shifts
    .slice(0, most)
    .map(
      ({ person, from, until }) =>
        `- ${momentOf(from, zone, call)} – ${momentOf(until, zone, call)}${call.locale === "zh-CN" ? "：" : ": "}${bold(person, call)}`,
    );
  const more = shifts.length - lines.length;
  if (more > 0)
    lines.push(`- ${inLocale(call.locale, { zh: `……还有 ${more} 班`, en: `… and ${more} more` })}`);
  return lines.join("\n");
}
