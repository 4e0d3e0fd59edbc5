import { type Action, fill, meant } from "../../alerts/actions/action.ts";
import type { Incident } from "../../alerts/incidents/incident.ts";
import { formatTime } from "../../alerts/words.ts";
import type { Labels } from "../../storage/labels.ts";
import { refusal } from "../allow.ts";
import { takeNumber } from "../arguments.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { tokenize } from "../language/tokenize.ts";
import { code, codeBlock } from "../markdown.ts";
import { named, noIncident, quoted, refuse } from "../phrases.ts";
import type { World } from "../world.ts";

const EXAMPLES = { zh: "执行 重启nginx 12", en: "run restart-nginx 12" };

/** So much of what would be run is shown, in characters. */
const SHOWN = 1_500;

/** What somebody wants run. */
interface Wanted {
  readonly action: Action;
  readonly incident: Incident;
  readonly values: Labels;
  /** The words after the command, as they would be typed again. */
  readonly words: string;
}

/** `run NAME 12`: shows what would be run, and asks. */
export const run: Command = {
  words: ["run"],
  twins: ["执行"],
  takes: { zh: "动作 编号 [标签=值]", en: "ACTION N [label=value]" },
  summary: {
    zh: "为一个告警执行 gengfu.yml 里的动作；先给看要执行什么，再确认",
    en: "run an action of gengfu.yml for an incident; shows what will be run, and asks first",
  },
  examples: EXAMPLES,
  needs: "viewer",
  yieldsToSentence: true,
  run(rest, call, world) {
    const wanted = read(rest, world);
    const { action: wants, incident, values, words } = wanted;
    const said = codeBlock(world.actions.preview(wants.name, values).slice(0, SHOWN));
    const before = lastRun(wanted, call, world);
    const summary = wants.summary === undefined ? "" : `${quoted(wants.summary)}\n\n`;
    return answer(
      call,
      {
        zh: `${summary}要为 #${incident.id} 执行 **${quoted(wants.name)}** 吗？\n\n${said}${before.zh}`,
        en: `${summary}Run **${quoted(wants.name)}** for #${incident.id}?\n\n${said}${before.en}`,
      },
      {
        incident: incident.id,
        actions: [action(call, "run", { zh: "确认执行", en: "Run it" }, `run now ${words}`)],
      },
    );
  },
};

/** `run now NAME 12`: runs it. Its button stands under that question. */
export const runNow: Command = {
  words: ["run now"],
  twins: ["确认执行", "立即执行"],
  takes: run.takes,
  summary: { zh: "执行一个动作，不再确认", en: "run an action without being asked again" },
  examples: { zh: "确认执行 重启nginx 12", en: "run now restart-nginx 12" },
  needs: "operator",
  async run(rest, call, world) {
    const { action: wants, incident, values } = read(rest, world);
    const no = refusal(call.person, wants.needs);
    if (no !== undefined) throw new Refusal(no);
    const id = await call.change((change) =>
      world.actions.runs.ask(change, {
        incident: incident.id,
        action: wants.name,
        person: call.person.id,
        conversation: call.conversation,
        values,
        startedAt: call.at,
      }),
    );
    world.actions.start(id);
    return answer(
      call,
      {
        zh: `开始为 #${incident.id} 执行 ${quoted(wants.name)}，结果会发到这里，也记在 #${incident.id} 的经过里。`,
        en: `Running ${quoted(wants.name)} for #${incident.id}; how it goes is told here and stands in the story of #${incident.id}.`,
      },
      { incident: incident.id },
    );
  },
};

/** Reads `NAME 12 host=web1`. Throws a Refusal that says what is missing or not allowed. */
function read(rest: string, world: World): Wanted {
  const [name, ...others] = tokenize(rest).map(({ text }) => text);
  const wants = needAction(name, world);
  const chosen: Record<string, string> = {};
  let number: number | undefined;
  for (const word of others) {
    const [, label = "", value = ""] = /^([a-zA-Z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (label !== "") chosen[label] = value.replace(/^"(.*)"$/s, "$1");
    else number ??= takeNumber(word)?.value;
  }
  if (number === undefined)
    throw new Refusal({
      zh: `要说明为哪个告警执行，例如 ${code(EXAMPLES.zh)}`,
      en: `Say for which incident, for example ${code(EXAMPLES.en)}`,
    });
  const incident = world.alerts.book.incident(number);
  if (incident === undefined) throw noIncident(number);
  const alerts = meant(wants, world.alerts.book.members(incident.id));
  if (alerts.length === 0)
    throw refuse({
      zh: `动作 ${wants.name} 不适用于 #${incident.id}：没有告警符合它的 matchers`,
      en: `the action ${wants.name} is not for #${incident.id}: none of its alerts matches`,
    });
  const filled = fill(wants, alerts, chosen);
  if ("refused" in filled) throw refuse(filled.refused);
  const picked = Object.entries(chosen).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const words = [wants.name, String(incident.id), ...picked].join(" ");
  return { action: wants, incident, values: filled.values, words };
}

function needAction(name: string | undefined, { actions }: World): Action {
  const all = actions.all();
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  if (all.length === 0)
    throw new Refusal({
      zh: `没有可以执行的动作：动作写在 gengfu.yml 的 ${code("actions:")} 里，聊天里不能添加。`,
      en: `There is nothing to run: actions stand in gengfu.yml under ${code("actions:")}; they cannot be made in chat.`,
    });
  const names = all.map((one) => code(one.name)).join(" ");
  throw new Refusal(
    name === undefined
      ? { zh: `执行哪个动作？有：${names}`, en: `Run what? There are: ${names}` }
      : {
          zh: `没有动作“${quoted(name, 60)}”。有：${names}`,
          en: `There is no action “${quoted(name, 60)}”. There are: ${names}`,
        },
  );
}

/** That it has been run for this incident already. */
function lastRun({ action: wants, incident }: Wanted, call: Call, world: World): { zh: string; en: string } {
  const last = world.actions.runs.of(incident.id).findLast((one) => one.action === wants.name);
  if (last === undefined) return { zh: "", en: "" };
  const at = (locale: Call["locale"]): string => formatTime(last.startedAt, world.zone, locale);
  const who = last.person === undefined ? undefined : named(last.person, call);
  return {
    zh: `\n\n⚠️ ${at("zh-CN")} 已经${who === undefined ? "自动" : `由 ${who} `}执行过。`,
    en: `\n\n⚠️ It was run at ${at("en")} already${who === undefined ? " by itself" : `, by ${who}`}.`,
  };
}
