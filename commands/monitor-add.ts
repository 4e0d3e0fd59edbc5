import { normaliseUrl } from "../monitors/http/options.ts";
import { type MonitorSpec, monitorKinds, monitorSchema } from "../monitors/index.ts";
import { MonitorRefused } from "../monitors/monitor-book.ts";
import { formatDuration } from "../storage/duration.ts";
import { action, answer, type Command, Refusal } from "./command.ts";
import { tokenize } from "./language/tokenize.ts";
import { code } from "./markdown.ts";
import { quoted } from "./phrases.ts";
import type { World } from "./world.ts";

const EXAMPLES = {
  zh: "添加监控 https://example.com\n添加监控 商城 https://example.com/health interval=1m expected_status=200",
  en: "monitor add https://example.com\nmonitor add shop https://example.com/health interval=1m expected_status=200",
};

/** `monitor add [NAME] URL [key=value …]`: watch something. */
export const monitorAdd: Command = {
  words: ["monitor add", "add monitor", "watch"],
  twins: ["添加监控", "新建监控", "增加监控"],
  takes: { zh: "[名字] 网址 [interval=30s …]", en: "[NAME] URL [interval=30s …]" },
  summary: { zh: "添加一个监控", en: "add a monitor" },
  examples: EXAMPLES,
  needs: "operator",
  async run(rest, call, world) {
    const spec = readSpec(rest, world);
    const url = spec.options["url"];
    if (typeof url === "string") await permitUrl(url, world);
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
    const target = typeof url === "string" ? ` ${code(url)}` : "";
    return answer(
      call,
      {
        zh: `已添加监控 ${quoted(record.name)}：${record.kind}${target}，每 ${formatDuration(record.intervalMs)} 看一次。`,
        en: `Monitor ${quoted(record.name)} added: ${record.kind}${target}, every ${formatDuration(record.intervalMs)}.`,
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

/** Turns what the book refuses into a reply. */
export function refusing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof MonitorRefused ? new Refusal(error.text) : error;
  }
}

/** Refuses an address that people in chat may not reach. */
export async function permitUrl(url: string, { network }: Pick<World, "network">): Promise<void> {
  const no = await network.checkReachable(url);
  if (no !== undefined) throw new Refusal(no);
}

/** The http monitor of a URL that was named in a sentence. */
export function httpSpec(url: string, world: World): MonitorSpec {
  return readSpec(url, world);
}

/** Reads `[NAME] [KIND] URL [key=value …]`. Throws a Refusal that names every wrong key. */
export function readSpec(rest: string, world: World): MonitorSpec {
  const words: string[] = [];
  const raw: Record<string, unknown> = {};
  for (const { text } of tokenize(rest)) {
    const option = /^([a-z_]+)=(.+)$/s.exec(text);
    if (/^https?:\/\//i.test(text)) raw["url"] = text;
    else if (option !== null) raw[option[1] ?? ""] = readValue(option[2] ?? "");
    else words.push(text);
  }
  const kind = typeof raw["url"] === "string" ? "http" : undefined;
  const kindWord = words.find((word) => Object.hasOwn(monitorKinds, word.toLowerCase()));
  const named = words.filter((word) => word !== kindWord).join(" ");
  const kindName = kindWord?.toLowerCase() ?? kind;
  if (kindName === undefined) {
    throw new Refusal({
      zh: `要监控什么？例如 ${code(EXAMPLES.zh.split("\n")[0] ?? "")}。种类：${Object.keys(monitorKinds).join("、")}`,
      en: `Watch what? For example ${code(EXAMPLES.en.split("\n")[0] ?? "")}. Kinds: ${Object.keys(monitorKinds).join(", ")}`,
    });
  }
  const name = named === "" ? freeName(nameFrom(raw["url"] ?? kindName), world) : named;
  const read = monitorSchema.safeParse({ ...raw, name, kind: kindName });
  if (read.success) return read.data;
  const wrong = read.error.issues
    .map((issue) => {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : issue.path;
      return `${code(keys.map(String).join("."))}: ${quoted(issue.message)}`;
    })
    .join("; ");
  throw new Refusal({ zh: `监控的选项不对：${wrong}`, en: `The monitor's options are wrong: ${wrong}` });
}

/** `200` is a number, `true` is true, anything else is text. */
function readValue(text: string): unknown {
  if (/^\d+$/.test(text)) return Number(text);
  return text === "true" ? true : text === "false" ? false : text.replace(/^"(.*)"$/s, "$1");
}

/** `shop.example/health` for a URL. */
function nameFrom(what: unknown): string {
  const normal = normaliseUrl(String(what));
  if (normal === undefined) return String(what);
  const { host, pathname } = new URL(normal);
  return `${host}${pathname.replace(/\/$/, "")}`.slice(0, 80);
}

function freeName(wanted: string, { monitors }: World): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted} (${i})`;
    if (monitors.table.get(name) === undefined) return name;
  }
}
