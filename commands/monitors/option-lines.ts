/** What exactly a monitor checks: its options, written as in `gengfu.yml`, without the secrets. */
import { plain } from "../../alerts/words.ts";
import { kindNamed } from "../../monitors/index.ts";
import type { MonitorKind } from "../../monitors/monitor.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { formatDuration } from "../../storage/duration.ts";
import { inLocale, type Text } from "../../storage/locale.ts";
import { masked } from "../../storage/mask.ts";
import { refusal } from "../allow.ts";
import type { Call } from "../command.ts";
import { codeBlock } from "../markdown.ts";

/** The longest value that is shown, in characters: a card is no place for a page of SQL. */
const LONGEST_VALUE = 600;
const HIDDEN = "***";
/** What is shorter is no secret worth the name, and would be struck out of every other word. */
const SHORTEST_SECRET = 4;

/** The kind, what it looks at, every option that is in force, how often and how long; as markdown. */
export function optionLines(one: MonitorRecord, call: Pick<Call, "locale" | "person">): string {
  const kind = kindNamed(one.kind);
  if (kind === undefined) return "";
  // What only an admin may make reads what not everybody should see: its options may say so.
  const maySee = kind.needs === undefined || refusal(call.person, "operator") === undefined;
  const own = Object.keys(kind.options.shape).filter((option) => one.options[option] !== undefined);
  const target = own.filter((option) => option === kind.target);
  const others = own.filter((option) => option !== kind.target);
  const show = shownBy(kind, one.options);
  const lines = [
    `kind: ${one.kind}`,
    ...[...target, ...(maySee ? others : [])].map((option) => `${option}: ${show(option)}`),
    `interval: ${formatDuration(one.intervalMs)}`,
    `timeout: ${formatDuration(one.timeoutMs)}`,
    ...(Object.keys(one.labels).length === 0 ? [] : [`labels: ${plain(written(one.labels), LONGEST_VALUE)}`]),
  ];
  const title = inLocale(call.locale, { zh: "怎么看：", en: "How it looks:" });
  const rest = maySee || others.length === 0 ? "" : `\n\n${inLocale(call.locale, FOR_OPERATORS)}`;
  return `${title}\n\n${codeBlock(lines.join("\n"))}${rest}`;
}

/** What a monitor looks at, as everybody may see it; `undefined` where its kind looks at nothing that has an address. */
export function shownTarget({
  kind: name,
  options,
}: Pick<MonitorRecord, "kind" | "options">): string | undefined {
  const kind = kindNamed(name);
  if (kind?.target === undefined || options[kind.target] === undefined) return undefined;
  return shownBy(kind, options)(kind.target);
}

const FOR_OPERATORS: Text = {
  zh: "其余选项只给操作员看。",
  en: "Its other options are for operators to see.",
};

/** How each of these options is shown. A secret is struck out wherever it stands, also in other options. */
function shownBy(kind: MonitorKind<unknown>, options: MonitorRecord["options"]): (option: string) => string {
  const secretPaths = new Set([...(kind.fileOnly ?? []), ...(kind.secrets ?? [])]);
  const found = new Set<string>();
  for (const path of secretPaths) for (const text of textsAt(options, path.split("."))) found.add(text);
  // Of `Bearer abc` the second word alone is a secret, too. The longest first: one may hold another.
  const secrets = [...found]
    .flatMap((text) => [text, text.slice(text.indexOf(" ") + 1)])
    .filter((text) => text.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  const strike = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), masked(text, LONGEST_VALUE));
  const safe = (value: unknown, path: string, isSecret: boolean): unknown => {
    const secret = isSecret || secretPaths.has(path);
    if (typeof value === "string") return secret ? HIDDEN : strike(value);
    if (Array.isArray(value)) return value.map((each) => safe(each, path, secret));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, safe(each, `${path}.${key}`, secret)]),
    );
  };
  return (option) => plain(written(safe(options[option], option, false)), LONGEST_VALUE);
}

/** Every text at a path and below it; lists are walked through. */
function textsAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => textsAt(each, path));
  if (typeof value === "string") return path.length === 0 ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const [key, ...rest] = path;
  if (key === undefined) return Object.values(value).flatMap((each) => textsAt(each, []));
  return Object.hasOwn(value, key) ? textsAt((value as Record<string, unknown>)[key], rest) : [];
}

/** `200, 3xx`; `{ X-Shop: 1 }`. */
function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, each]) => `${key}: ${written(each)}`);
  return `{ ${pairs.join(", ")} }`;
}
