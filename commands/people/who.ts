/** Whom somebody means: an id in full, an id of the platform they are on, an @-mention, or a name. */
import { humansOf } from "../../alerts/oncall/humans.ts";
import { type Call, Refusal } from "../command.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import type { People } from "../world.ts";
import { isUnnamed, unnamedWords } from "./unnamed.ts";

export interface Meant {
  readonly id: string;
  /** As far as anybody told. */
  readonly name?: string | undefined;
}

/** Longer ids are none, in characters. */
const LONGEST_ID = 128;

const FULL = /^([a-z]+):(\S+)$/i;

/** What may be an id without its platform; names in other scripts are names. */
const BARE = /^[\w.@-]+$/;

/** The one person whom these words mean. Refuses when nobody is, or when it may be another. */
export function whoIsMeant(text: string, call: Call, people: People): Meant {
  const known = everyoneKnown(people);
  const humans = humansOf(people.file());
  const full = FULL.exec(text);
  if (full !== null) return checked(`${full[1]?.toLowerCase()}:${full[2]}`, known);
  const isMention = text.startsWith("@");
  const word = isMention ? text.slice(1).trim() : text;
  const here = `${call.conversation.slice(0, call.conversation.indexOf(":"))}:${word}`;
  const lower = word.toLowerCase();
  const among = new Set(
    known.filter(({ name }) => name?.toLowerCase() === lower).map(({ id }) => humans.of(id).id),
  );
  // What may be an id and is somebody's name is both: anybody may call themselves by another's id.
  const mayBeId = known.some(({ id }) => id === here) || (!isMention && BARE.test(word));
  if (mayBeId) among.add(humans.of(here).id);
  const [only, ...others] = among;
  if (only === undefined)
    throw new Refusal({
      zh: `我不认识“${quoted(word, 60)}”。请对方先对我说一句“我是谁”，再用那个编号，例如 ${code("添加人员 dingtalk:0123 操作员")}`,
      en: `I do not know “${quoted(word, 60)}”. Have them say whoami to me first, then use the id that it shows, for example ${code("people add dingtalk:0123 operator")}`,
    });
  if (others.length > 0) {
    const ids = [...among].slice(0, 10).map(code);
    throw new Refusal({
      zh: `“${quoted(word, 60)}”可能是 ${ids.join("、")}，请用完整的编号再说一遍。`,
      en: `“${quoted(word, 60)}” may be ${ids.join(", ")}; say it again with the id in full.`,
    });
  }
  return checked(only, known);
}

function checked(id: string, known: readonly Meant[]): Meant {
  if (isUnnamed(id)) throw new Refusal(unnamedWords(id));
  if (id.length > LONGEST_ID)
    throw new Refusal({
      zh: `编号太长了，最多 ${LONGEST_ID} 个字符。`,
      en: `That id is too long; ${LONGEST_ID} characters are the most.`,
    });
  return known.find((one) => one.id === id) ?? { id };
}

/** Whoever has a name here: by the file, by the book, by what the platforms told. */
function everyoneKnown({ file, book, speakers }: People): readonly Meant[] {
  return [...file(), ...book.all(), ...speakers.all()].map(({ id, name }) => ({
    id,
    name: name ?? speakers.nameOf(id),
  }));
}
