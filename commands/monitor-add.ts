import { formatSpan } from "../alerts/words.ts";
import { normaliseUrl } from "../monitors/http/options.ts";
import { type MonitorSpec, monitorKinds } from "../monitors/index.ts";
import { action, answer, type Command, Refusal } from "./command.ts";
import { addHeartbeat } from "./heartbeat-made.ts";
import { readHeartbeat } from "./heartbeat-spec.ts";
import { tokenize } from "./language/tokenize.ts";
import { code } from "./markdown.ts";
import { checkedMonitor, refusing } from "./monitor-options.ts";
import { quoted, refuse } from "./phrases.ts";
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
  yieldsToSentence: true,
  async run(rest, call, world) {
    const spec = readSpec(rest, world);
    if (spec.kind === "heartbeat") return addHeartbeat(spec, call, world);
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
        zh: `已添加监控 ${quoted(record.name)}：${record.kind}${target}，每${formatSpan(record.intervalMs, "zh-CN")}看一次。`,
        en: `Monitor ${quoted(record.name)} added: ${record.kind}${target}, every ${formatSpan(record.intervalMs, "en")}.`,
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

/** Refuses an address that people in chat may not reach. */
export async function permitUrl(url: string, { network }: Pick<World, "network">): Promise<void> {
  const no = await network.checkReachable(url);
  if (no !== undefined) throw refuse(no);
}

/** Reads `[NAME] [KIND] URL [key=value …]`. Throws a Refusal that names every wrong key. */
export function readSpec(rest: string, world: World): MonitorSpec {
  const [, beat] = /^(?:heartbeat|心跳)(?:\s+(.*))?$/is.exec(rest) ?? [rest];
  if (beat !== undefined || /^(?:heartbeat|心跳)$/i.test(rest)) return readHeartbeat(beat ?? "");
  const words: string[] = [];
  const options = new Map<string, string>();
  for (const { text } of tokenize(rest)) {
    const [, key, value = ""] = /^([a-z_]+)=(.+)$/s.exec(text) ?? [];
    if (/^https?:\/\//i.test(text)) options.set("url", text);
    else if (key !== undefined) options.set(key, value.replace(/^"(.*)"$/s, "$1"));
    else words.push(text);
  }
  const url = options.get("url");
  const no = url === undefined ? undefined : world.network.checkUrl(url);
  if (no !== undefined) throw refuse(no);
  const kindWord = words.find((word) => Object.hasOwn(monitorKinds, word.toLowerCase()));
  const named = words.filter((word) => word !== kindWord).join(" ");
  const kindName = kindWord?.toLowerCase() ?? (url === undefined ? undefined : "http");
  if (kindName === undefined) {
    throw new Refusal({
      zh: `要监控什么？例如 ${code(EXAMPLES.zh.split("\n")[0] ?? "")}。种类：${Object.keys(monitorKinds).join("、")}`,
      en: `Watch what? For example ${code(EXAMPLES.en.split("\n")[0] ?? "")}. Kinds: ${Object.keys(monitorKinds).join(", ")}`,
    });
  }
  const called = named.replace(/:$/, "") || options.get("name");
  const name = called ?? freeName(nameFrom(url ?? kindName), world);
  return checkedMonitor({ ...Object.fromEntries(options), name, kind: kindName });
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
