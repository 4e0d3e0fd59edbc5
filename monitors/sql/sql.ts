/** The `sql` monitor: one read-only query whose numbers become samples. */
import type { Text } from "../../storage/locale.ts";
import type { Look, MonitorKind, MonitorWorld } from "../monitor.ts";
import { LookFailed } from "../reason.ts";
import { type SqlOptions, sqlOptions } from "./options.ts";
import { readingsOf } from "./rows.ts";

export const sql: MonitorKind<SqlOptions> = {
  kind: "sql",
  summary: {
    zh: "在数据库里查一句 SQL（只读）：数值列成为样本，其他列成为标签",
    en: "asks a database one query, read-only: columns of numbers become samples, the others labels",
  },
  example: {
    zh: '订单 sql shop "select count(*) as 订单量 from orders"',
    en: 'orders sql shop "select count(*) as orders from orders"',
  },
  options: sqlOptions,
  intervalMs: 60_000,
  timeoutMs: 15_000,
  target: "database",
  needs: "admin",
  instance: ({ database }) => `sql://${encodeURIComponent(database).replaceAll("%", "").toLowerCase()}`,
  objection: ({ database }, { databases }) => {
    const names = databases?.names() ?? [];
    return names.includes(database) ? undefined : noSuchDatabase(database, names);
  },
  create: (options, world) => ({ look: (signal) => look(options, world, signal) }),
};

async function look(options: SqlOptions, { databases }: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const { database, query, max_rows } = options;
  const names = databases?.names() ?? [];
  if (databases === undefined || !names.includes(database)) {
    const text = noSuchDatabase(database, names);
    throw new LookFailed({ code: "no_such_database", detail: text.en, text });
  }
  // One more than is taken: otherwise nobody could tell that there are more.
  return { readings: readingsOf(await databases.ask(database, query, max_rows + 1, signal), options) };
}

function noSuchDatabase(name: string, names: readonly string[]): Text {
  if (names.length === 0)
    return {
      zh: `没有数据库 ${name}：gengfu.yml 里还没有 databases，请管理员写上，例如 databases: [{ name: ${name}, url: "postgres://gengfu@db.example/shop", password: "…" }]`,
      en: `there is no database ${name}: gengfu.yml has no databases yet; an administrator writes, for example, databases: [{ name: ${name}, url: "postgres://gengfu@db.example/shop", password: "…" }]`,
    };
  return {
    zh: `没有数据库 ${name}；gengfu.yml 的 databases 里有：${names.join("、")}`,
    en: `there is no database ${name}; databases in gengfu.yml has ${names.join(", ")}`,
  };
}
