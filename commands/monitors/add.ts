import { formatSpan } from "../../alerts/words.ts";
import { hostsOf, kindNamed, type MonitorSpec, readAddress } from "../../monitors/index.ts";
import { writeShort } from "../../monitors/shaping/short.ts";
import { normaliseUrl } from "../../monitors/web/options.ts";
import type { Text } from "../../storage/locale.ts";
import { refusal } from "../allow.ts";
import { action, answer, type Call, type Command, Refusal } from "../command.ts";
import { addFlow } from "../flows/made.ts";
import { readFlow } from "../flows/spec.ts";
import { tokenize, unquoted } from "../language/tokenize.ts";
import { code } from "../markdown.ts";
import { quoted, refuse } from "../phrases.ts";
import type { World } from "../world.ts";
import { addHeartbeat } from "./heartbeat-made.ts";
import { readHeartbeat } from "./heartbeat-spec.ts";
import { exampleOf, kindCalled, kindLines } from "./kinds.ts";
import { shownTarget } from "./option-lines.ts";
import { checkedMonitor, refusing } from "./options.ts";
import { readSql } from "./sql-spec.ts";

const EXAMPLES = {
  zh: "添加监控 https://example.com\n添加监控 商城 https://example.com/health interval=1m expected_status=200\n添加监控 tcp db.example:5432",
  en: "monitor add https://example.com\nmonitor add shop https://example.com/health interval=1m expected_status=200\nmonitor add tcp db.example:5432",
};

/** `monitor add [NAME] URL [key=value …]`, `monitor add [NAME] tcp db.example:5432`: watch something. */
export const monitorAdd: Command = {
  words: ["monitor add", "add monitor", "watch"],
  twins: ["添加监控", "新建监控", "增加监控"],
  takes: { zh: "[名字] 网址 | 种类 目标 [interval=30s …]", en: "[NAME] URL | KIND TARGET [interval=30s …]" },
  summary: { zh: "添加一个监控", en: "add a monitor" },
  examples: EXAMPLES,
  needs: "operator",
  yieldsToSentence: true,
  async run(rest, call, world) {
    const spec = readSpec(rest, world);
    if (spec.kind === "heartbeat") return addHeartbeat(spec, call, world);
    if (spec.kind === "flow") return addFlow(spec, call, world);
    await permit(spec, call, world);
    const before = builtInOf(spec.kind, world);
    const record = await call.change((change) =>
      refusing(() =>
        world.monitors.add(change, spec, {
          kind: "chat",
          person: call.person.id,
          conversation: call.conversation,
          at: call.at,
        }),
      ),
    );
    const shown = shownTarget(spec);
    const target = shown === undefined ? "" : ` ${code(shown)}`;
    const steps = (record.shape ?? []).map((step, i) => `${i + 1}. ${code(writeShort(step))}`).join("\n");
    const shape = steps === "" ? "" : `\n\n${steps}`;
    const hint = before === undefined ? namedAsKind(spec) : insteadOf(before);
    return answer(
      call,
      {
        zh: `已添加监控 ${quoted(record.name)}：${record.kind}${target}，每${formatSpan(record.intervalMs, "zh-CN")}看一次。${shape}${hint.zh}`,
        en: `Monitor ${quoted(record.name)} added: ${record.kind}${target}, every ${formatSpan(record.intervalMs, "en")}.${shape}${hint.en}`,
      },
      {
        actions: [
          action(call, "test", { zh: "马上看一次", en: "Look now" }, `monitor test ${record.name}`),
          action(call, "undo", { zh: "撤销", en: "Undo" }, `monitor remove ${record.name}`),
        ],
      },
    );
  },
};

/** Refuses a monitor that looks where people in chat may not reach, or that not everybody may make. */
export async function permit(
  spec: MonitorSpec,
  { person }: Pick<Call, "person">,
  { network, watch }: Pick<World, "network" | "watch">,
): Promise<void> {
  const refused = refusal(person, kindNamed(spec.kind)?.needs ?? "operator");
  if (refused !== undefined) throw new Refusal(refused);
  const objection = watch.objection(spec);
  if (objection !== undefined) throw refuse(objection);
  for (const host of hostsOf(spec)) {
    const no = await network.checkHost(host);
    if (no !== undefined) throw refuse(no);
  }
}

/**
 * Whether a kind looks at a web address, with these options. Beside one, `dns`, `证书`, and a kind for which something
 * is missing are names that somebody gave.
 */
function looksAtUrl(word: string, typed: ReadonlyMap<string, string>): boolean {
  const kind = kindNamed(word);
  if (kind?.target !== "url") return false;
  const wrong = kind.options.safeParse(Object.fromEntries(typed)).error?.issues ?? [];
  return wrong.every(({ path: [option] }) => option === undefined || typed.has(String(option)));
}

/** Reads `[NAME] [KIND] TARGET [key=value …]`. Throws a Refusal that names every wrong key. */
export function readSpec(rest: string, world: World): MonitorSpec {
  const [, beat] = /^(?:heartbeat|心跳)(?:\s+(.*))?$/is.exec(rest) ?? [rest];
  if (beat !== undefined || /^(?:heartbeat|心跳)$/i.test(rest)) return readHeartbeat(beat ?? "");
  const asked = readSql(rest);
  if (asked !== undefined) {
    const { name, options } = asked;
    const called = name || options.get("name") || freeName(options.get("database") ?? "sql", world);
    return checkedMonitor({ ...Object.fromEntries(options), name: called, kind: "sql" });
  }
  const [, steps] = /^(?:flow|流程)\s+(.*)$/is.exec(rest) ?? [];
  if (steps !== undefined) return readFlow(steps);
  const words: string[] = [];
  const options = new Map<string, string>();
  for (const { text } of tokenize(rest)) {
    const [, key, value = ""] = /^([a-z_]+)=(.+)$/s.exec(text) ?? [];
    const address = readAddress(text);
    if (/^https?:\/\//i.test(text)) options.set("url", text);
    else if (address !== undefined) words.push(address.kind, address.value);
    else if (key !== undefined) options.set(key, unquoted(value));
    else words.push(text);
  }
  const url = options.get("url");
  const no = url === undefined ? undefined : world.network.checkUrl(url);
  if (no !== undefined) throw refuse(no);
  const isKind = (word: string): boolean => {
    const kind = kindCalled(word);
    return kind !== undefined && (url === undefined || looksAtUrl(kind, options));
  };
  const first = words.findIndex(isKind);
  // `端口 tcp db.example:5432`: what stands before a kind is a name, though it could be one of its other words.
  const kindAt = (i: number): string | undefined => kindCalled(words[i] ?? "");
  const at = first >= 0 && kindAt(first) === kindAt(first + 1) ? first + 1 : first;
  const kindName = kindCalled(words[at] ?? "") ?? (url === undefined ? undefined : "http");
  if (kindName === undefined) {
    const said = words.join(" ");
    throw new Refusal({
      zh: `${said === "" ? "要监控什么？" : `“${quoted(said, 60)}”里没有网址，也没有监控的种类。`}每个种类一个例子：\n\n${kindLines("zh")}\n\n${code("帮助 tcp")} 有一个种类的全部选项。`,
      en: `${said === "" ? "Watch what?" : `There is no web address and no kind of monitor in “${quoted(said, 60)}”.`} One example of each kind:\n\n${kindLines("en")}\n\n${code("help tcp")} has all options of a kind.`,
    });
  }
  const kind = kindNamed(kindName);
  const before = at < 0 ? words : words.slice(0, at);
  const after = at < 0 ? [] : words.slice(at + 1);
  if (kind?.target !== undefined && !options.has(kind.target) && after[0] !== undefined)
    options.set(kind.target, after.shift() ?? "");
  for (const key of kind?.fileOnly ?? []) if (options.has(key)) throw onlyInFile(key);
  const named = [...before, ...after].join(" ");
  const called = named.replace(/:$/, "") || options.get("name");
  const target = kind?.target === undefined ? undefined : options.get(kind.target);
  const name = called ?? freeName(nameFrom(target ?? kindName), world, kindName);
  return checkedMonitor({ ...Object.fromEntries(options), name, kind: kindName });
}

/** The monitor that is there from the start, if it is of this kind: it makes way. */
function builtInOf(kind: string, { monitors }: World): string | undefined {
  for (const { name, kind: other, source } of monitors.table.values())
    if (source.kind === "built-in" && other === kind) return name;
  return undefined;
}

function insteadOf(name: string): Text {
  return {
    zh: `\n\n它代替了自带的监控 ${quoted(name)}；删除它，自带的就回来。`,
    en: `\n\nIt takes the place of the built-in monitor ${quoted(name)}, which is back when this one is removed.`,
  };
}

/** A web address beside `prometheus` and nothing to ask: a name, as it seems. Whoever meant the kind is told how. */
function namedAsKind({ name, kind }: MonitorSpec): Text {
  const other = kind === "http" ? kindNamed(kindCalled(name) ?? "") : undefined;
  if (other === undefined || other.kind === "http" || other.target !== "url") return { zh: "", en: "" };
  return {
    zh: `\n\n“${quoted(name)}”当作了名字；要的是这个种类的话，例如 ${code(exampleOf(other.kind).zh)}`,
    en: `\n\n“${quoted(name)}” was taken for a name; if you meant the kind, for example ${code(exampleOf(other.kind).en)}`,
  };
}

function onlyInFile(key: string): Refusal {
  return new Refusal({
    zh: `${code(key)} 只能写在 gengfu.yml 里：它带有密码，或者会绕过网络限制。`,
    en: `${code(key)} can only stand in gengfu.yml: it holds a secret, or leads around the guard of the network.`,
  });
}

/** `shop.example/health` for a URL, `app.log` for a path. */
function nameFrom(what: unknown): string {
  if (String(what).startsWith("/")) return String(what).split("/").at(-1) || String(what);
  const normal = normaliseUrl(String(what));
  if (normal === undefined) return String(what);
  const { host, pathname } = new URL(normal);
  return `${host}${pathname.replace(/\/$/, "")}`.slice(0, 80);
}

/** The name, or the name with the first number that makes it free. What is built in gives its name to one of its kind. */
function freeName(wanted: string, { monitors }: World, kind?: string): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted} (${i})`;
    const there = monitors.table.get(name);
    if (there === undefined || (there.source.kind === "built-in" && there.kind === kind)) return name;
  }
}
