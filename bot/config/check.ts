/** `gengfu check FILE`: says whether a file can be used, what is worth knowing of it, and how it routes. */
import { drawRoutes } from "../../alerts/routing/draw-routes.ts";
import { compileTree } from "../../alerts/routing/route-tree.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { type FileConfig, readConfigFile } from "../config.ts";
import { doorOf } from "../hooks/index.ts";
import { addressed, isStranded } from "../plan-of.ts";
import type { ReceiverConfig } from "../receivers/receivers-config.ts";
import { lines } from "../reload.ts";
import { ConfigError } from "./error.ts";
import type { Variables } from "./fill-in.ts";
import { notesOf } from "./notes.ts";

/** What is printed, and whether the file can be used. */
export interface Checked {
  readonly ok: boolean;
  readonly text: string;
}

/** Checks a file. `channels` are those that are built. */
export function checkFile(
  path: string,
  about: { readonly variables: Variables; readonly locale: Locale; readonly channels: ReadonlySet<string> },
): Checked {
  const { variables, locale, channels } = about;
  try {
    return { ok: true, text: described(path, readConfigFile(path, true, variables), locale, channels) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, text: error.words(locale) };
    throw error;
  }
}

function described(path: string, config: FileConfig, locale: Locale, channels: ReadonlySet<string>): string {
  const say = (text: Text): string => inLocale(locale, text);
  const rules = config.groups.reduce((sum, group) => sum + group.rules.length, 0);
  const intervals = config.time_intervals.length + config.mute_time_intervals.length;
  const head = say({
    zh: `${path}：可以使用（监控 ${config.monitors.length}，规则 ${rules}，接收人 ${config.receivers.length}，抑制规则 ${config.inhibit_rules.length}，时间段 ${intervals}）`,
    en: `${path}: ok (monitors ${config.monitors.length}, rules ${rules}, receivers ${config.receivers.length}, inhibition rules ${config.inhibit_rules.length}, time intervals ${intervals})`,
  });
  const parts = [head];
  const add = (title: Text, rows: readonly string[]): void => {
    if (rows.length > 0) parts.push("", say(title), ...rows.map((row) => `  ${row}`));
  };
  add(
    { zh: "路由", en: "Routes" },
    config.route === undefined ? [] : drawRoutes(compileTree(config.route), locale),
  );
  add(
    { zh: "接收人", en: "Receivers" },
    config.receivers.map(
      (receiver) => `${receiver.name}: ${targetsOf(receiver, channels).join(", ") || say(NOBODY)}`,
    ),
  );
  add(
    { zh: "入口", en: "Hooks" },
    config.hooks.map((hook) => {
      const to = hook.receiver === undefined ? "" : ` → ${hook.receiver}`;
      return `${hook.name}: ${hook.kind}, POST ${doorOf(hook).path}${to}`;
    }),
  );
  add({ zh: "值得留意", en: "Worth knowing" }, lines(notesOf(config, channels), locale));
  return parts.join("\n");
}

const NOBODY: Text = { zh: "谁也不通知", en: "nobody" };

/** What a receiver asks for; what does not work yet in parentheses. */
function targetsOf(receiver: ReceiverConfig, channels: ReadonlySet<string>): readonly string[] {
  const targets = addressed(receiver).map(({ address, target, together }) => {
    const shown = together.length > 1 ? `${address} ×${together.length}` : address;
    return channels.has(target.channel) ? shown : `(${shown})`;
  });
  const skipped = receiver.unsupported.map((word) => `(${word})`);
  const instead = isStranded(receiver, channels) ? [`→ ${receiver.fallback ?? "console:ops"}`] : [];
  return [...targets, ...skipped, ...instead];
}
