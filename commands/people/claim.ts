import { inLocale } from "../../storage/locale.ts";
import { answer, type Call, type Command, Refusal, type Reply } from "../command.ts";
import { listed } from "../listed.ts";
import { code } from "../markdown.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";
import { peopleAction } from "./add.ts";
import { adminsOf } from "./book.ts";
import { isCode, tidyCode } from "./claims.ts";
import { readOnly } from "./guard.ts";
import { isUnnamed, unnamedWords } from "./unnamed.ts";

/** `claim ABCD2345`: become the first admin of a chat platform with the code that the log shows. */
export const claim: Command = {
  words: ["claim"],
  twins: ["认证"],
  takes: { zh: "认证码", en: "CODE" },
  summary: {
    zh: "还没有管理员时，用启动日志里的认证码成为管理员；只能私聊说",
    en: "while there is no admin, become one with the code from the log of the start; one-to-one only",
  },
  examples: { zh: "认证 ABCD2345", en: "claim ABCD2345" },
  needs: "viewer",
  yieldsToSentence: true,
  async run(rest, call, world) {
    if (/^#?\d{1,6}(?!\w)/.test(rest)) throw meantAck(rest);
    const { claims, speakers, file } = world.people;
    if (isConsole(call) && call.person.role === "admin")
      return answer(
        call,
        {
          zh: `这里不需要认证码：你在控制台上已经是管理员。给别人角色说 ${code("添加人员 dingtalk:0123 管理员")}`,
          en: `No code is needed here: on this console you are an admin already. To give others a role say ${code("people add dingtalk:0123 admin")}`,
        },
        { actions: [peopleAction(call)] },
      );
    if (claims.code() === undefined) return administered(call, world);
    if (isUnnamed(call.person.id)) throw new Refusal(unnamedWords(call.person.id));
    const said = tidyCode(rest);
    if (!isCode(said)) throw noCode();
    const written = file().find((one) => one.id === call.person.id);
    const verdict = claims.weigh(said, call.person.id, call.at);
    if (verdict === "later")
      throw new Refusal({
        zh: "试错太多次了，一小时后再试。",
        en: "Too many of your tries were wrong; try again in an hour.",
      });
    const seen = verdict === "right" && !call.isPrivate;
    if (seen || (verdict === "wrong" && claims.worn(call.at))) {
      await call.change((change) => claims.replace(change, call.at));
      claims.announce();
    }
    if (!call.isPrivate) throw notHere(seen);
    if (verdict === "wrong")
      throw new Refusal({
        zh: "认证码不对。现在的码在日志里。",
        en: "That is not the code. The one that counts now is in the log.",
      });
    if (written !== undefined) throw readOnly(written);
    const name = speakers.nameOf(call.person.id);
    await call.change((change) => {
      const isSpent = claims.spend(change, said, {
        id: call.person.id,
        ...(name === undefined ? {} : { name }),
        at: call.at,
      });
      if (!isSpent)
        throw new Refusal({ zh: "这个码刚刚被用掉了。", en: "Somebody has just used that code." });
    });
    return answer(
      call,
      {
        zh: `${quoted(call.person.name, 60)}，你现在是管理员。给别人角色说 ${code("添加人员 某人 操作员")}，例如在群里 @ 对方。这个码不能再用了。`,
        en: `${quoted(call.person.name, 60)}, you are an admin now. To give others a role say ${code("people add SOMEBODY operator")}, for example with an @-mention in a group. The code cannot be used again.`,
      },
      { actions: [peopleAction(call)] },
    );
  },
};

function isConsole({ conversation }: Call): boolean {
  return conversation.startsWith("console:");
}

/** `claim 12` is what one says elsewhere to acknowledge. */
function meantAck(rest: string): Refusal {
  return new Refusal({
    zh: `认证码是 8 个字符。想认领告警的话，说 ${code(`认领 ${rest}`)}`,
    en: `A claim code has 8 characters. To acknowledge an incident, say ${code(`ack ${rest}`)}`,
  });
}

function noCode(): Refusal {
  return new Refusal({
    zh: `认证码是启动日志里的 8 个字符，例如 ${code("认证 ABCD2345")}`,
    en: `The code is the 8 characters in the log of the start, for example ${code("claim ABCD2345")}`,
  });
}

function notHere(seen: boolean): Refusal {
  const spent = seen
    ? {
        zh: "刚才的码别人也看到了，已经作废；新的在日志里。",
        en: " Others have seen this one, so it is void; the new one is in the log.",
      }
    : { zh: "", en: "" };
  return new Refusal({
    zh: `认证码只能私聊发给我，不能发在群里。${spent.zh}`,
    en: `The code counts only when it is sent to me one-to-one, not in a group.${spent.en}`,
  });
}

/** There is nothing to claim: by whom it is administered. */
function administered(call: Call, { people: { file, book, speakers } }: World): Reply {
  const admins = adminsOf(file(), book.all());
  if (admins.length === 0)
    return answer(call, {
      zh: "现在没有认证码可用。",
      en: "There is no code to claim with at present.",
    });
  const lines = listed(admins, call, ({ id, name }) => {
    const called = name ?? speakers.nameOf(id);
    return called === undefined ? code(id) : `**${quoted(called, 60)}** ${code(id)}`;
  });
  const intro = inLocale(call.locale, {
    zh: "已经有管理员了，请找他们要角色：",
    en: "There is an admin already; ask them for a role:",
  });
  const text = `${intro}\n\n${lines}`;
  return answer(call, { zh: text, en: text });
}
