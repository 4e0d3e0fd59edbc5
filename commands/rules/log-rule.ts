/** What a sentence about a log is about: a `log` monitor that there is, and one of its patterns, made where there is none. */
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import type { Change } from "../../storage/store.ts";
import { type Call, Refusal } from "../command.ts";
import type { ThresholdSentence } from "../language/sentence-types.ts";
import { code } from "../markdown.ts";
import { permit } from "../monitors/add.ts";
import { findMonitor } from "../monitors/list.ts";
import { refusing } from "../monitors/options.ts";
import { quoted } from "../phrases.ts";
import type { World } from "../world.ts";

export interface LogSubject {
  readonly labels: Readonly<Record<string, string>>;
  /** Adds the pattern to the monitor, where it has none of that kind. */
  make(change: Change): void;
}

/** Finds it. Refuses where there is no such log, and where its patterns stand in the file. */
export async function logSubject(
  { subject: { labels } }: ThresholdSentence,
  call: Call,
  world: World,
): Promise<LogSubject> {
  const said = labels["monitor"] ?? "";
  const record = [said, `${said}日志`, `${said} log`, said.replace(/ ?(?:日志|log)$/i, "")]
    .map((name) => findMonitor(name, world) ?? byPath(name, world))
    .find((found) => found?.kind === "log");
  if (record === undefined) {
    throw new Refusal({
      zh: `没有名为“${quoted(said, 60)}”的日志监控。管理员可以先说 ${code(`添加监控 ${said} log /var/log/app.log`)}。`,
      en: `There is no log monitor named “${quoted(said, 60)}”. An admin can say ${code(`monitor add ${said} log /var/log/app.log`)} first.`,
    });
  }
  const text = labels["pattern"];
  if (text === undefined) return { labels: { ...labels, monitor: record.name }, make() {} };
  const match = text.replace(/[\\.+*?()[\]{}^$|]/g, "\\$&");
  const patterns = record.options["patterns"] as readonly { name: string; match: string; exclude?: string }[];
  const known = patterns.find((one) => [one.name, one.match].includes(text) || one.match === match);
  const named = { monitor: record.name, pattern: known?.name ?? text };
  if (known !== undefined) return { labels: named, make() {} };
  if (record.source.kind !== "chat") {
    throw new Refusal({
      zh: `日志监控 ${quoted(record.name)} 写在 gengfu.yml 里，请在那里给它加上模式 ${code(`{ name: …, match: ${JSON.stringify(match)} }`)}。`,
      en: `The log monitor ${quoted(record.name)} is written in gengfu.yml; add the pattern ${code(`{ name: …, match: ${JSON.stringify(match)} }`)} there.`,
    });
  }
  await permit(record, call, world);
  return { labels: named, make: (change) => addPattern(change, record, { name: text, match }, world) };
}

function byPath(path: string, { monitors }: World): MonitorRecord | undefined {
  return [...monitors.table.values()].find(({ kind, options }) => kind === "log" && options["path"] === path);
}

function addPattern(
  change: Change,
  { name, source }: MonitorRecord,
  pattern: { readonly name: string; readonly match: string },
  { monitors }: World,
): void {
  refusing(() => {
    const record = monitors.remove(change, name);
    const patterns = [...(record.options["patterns"] as readonly object[]), pattern];
    const made = monitors.add(change, { ...record, options: { ...record.options, patterns } }, source);
    if (record.paused) monitors.pause(change, made.name, true);
  });
}
