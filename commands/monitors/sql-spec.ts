/** What somebody says of a query, as a monitor: `订单 sql shop "select count(*) as 订单量 from orders" interval=5m`. */
import { monitorKinds } from "../../monitors/index.ts";
import { Refusal } from "../command.ts";
import { type Token, tokenize, unquoted } from "../language/tokenize.ts";
import { code } from "../markdown.ts";

/** The name of the monitor, "" where none was said, and its options as they were typed. */
export interface TypedSql {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

const EXAMPLE = {
  zh: '添加监控 订单 sql shop "select count(*) as 订单量 from orders"',
  en: 'monitor add orders sql shop "select count(*) as orders from orders"',
};

/** What may stand behind an unquoted statement; anything else with `=` belongs to the statement. */
const KEYS = new Set([
  "name",
  "interval",
  "timeout",
  "shape",
  ...Object.keys(monitorKinds.sql.options.shape),
]);

/**
 * Reads `[NAME] sql DATABASE STATEMENT [key=value …]`. The statement may stand in quotes. `undefined` where the line
 * speaks of something else; throws a Refusal when it says too little.
 */
export function readSql(rest: string): TypedSql | undefined {
  const tokens = tokenize(rest);
  const at = tokens.findIndex(({ text, quoted }) => !quoted && /^(?:sql|https?:\/\/.*)$/i.test(text));
  if (at < 0 || tokens[at]?.text.toLowerCase() !== "sql") return undefined;
  const options = new Map<string, string>();
  const take = ({ text, quoted }: Token): boolean => {
    const [, key = "", value = ""] = /^([a-z_]+)=(.+)$/s.exec(quoted ? "" : text) ?? [];
    if (!KEYS.has(key)) return false;
    options.set(key, unquoted(value));
    return true;
  };
  const before = tokens.slice(0, at).filter((token) => !take(token));
  let after = tokens.slice(at + 1);
  const untakenFrom = after.findIndex((token) => !take(token));
  after = untakenFrom < 0 ? [] : after.slice(untakenFrom);
  if (!options.has("database")) options.set("database", after.shift()?.text ?? "");
  const [first, ...others] = after;
  if (first?.quoted === true) {
    options.set("query", first.text);
    // What is no option is named as such by whoever checks them.
    for (const other of others) if (!take(other)) options.set(other.text.split("=")[0] ?? "", other.text);
  } else if (first !== undefined) {
    while (after.length > 1 && take(after.at(-1) as Token)) after.pop();
    options.set("query", rest.slice(first.from, after.at(-1)?.to));
  }
  if (options.get("database") === "" || !options.has("query"))
    throw new Refusal({
      zh: `要写明查哪个数据库、查什么，例如 ${code(EXAMPLE.zh)}。`,
      en: `Say which database, and what to ask it, for example ${code(EXAMPLE.en)}.`,
    });
  return {
    name: before
      .map(({ text }) => text)
      .join(" ")
      .replace(/:$/, ""),
    options,
  };
}
