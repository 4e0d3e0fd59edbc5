/**
 * What can be refused of a statement by its words alone. The fence is elsewhere: a read-only transaction, a single
 * statement, a subquery, and a role with few rights. This catches what none of them does, and says why at once.
 */
import type { Text } from "../../storage/locale.ts";

/** Functions that act outside of the transaction: on other sessions, on the server, on its files, on other servers. */
const ACTS = [
  // PostgreSQL
  "pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile\\w*|pg_promote|pg_switch_wal",
  "pg_create_restore_point|pg_create_\\w*replication_slot|pg_drop_replication_slot|pg_replication_\\w+",
  "pg_logical_\\w+|pg_read_(?:binary_)?file|pg_ls_\\w+|pg_stat_file|pg_file_\\w+|pg_stat_reset\\w*|pg_import_\\w+",
  "pg_(?:try_)?advisory_\\w+|pg_notify|pg_wal_replay_\\w+|pg_backup_\\w+|pg_start_backup|pg_stop_backup",
  "lo_import|lo_export|dblink\\w*|set_config|setval|nextval|query_to_\\w+|cursor_to_\\w+",
  // MySQL and MariaDB
  "load_file|get_lock|release_lock|release_all_locks|benchmark|sys_exec|sys_eval",
  // SQLite
  "load_extension|readfile|writefile",
].join("|");

const ACT = new RegExp(`(?<![\\w$])(${ACTS})["\`]?\\s*\\(`, "i");

/** Why a statement is not taken; `undefined` when nothing speaks against it. */
export function objectionTo(statement: string): Text | undefined {
  const bare = withoutComments(statement).trim();
  const first = /^[(\s]*([a-z]+)/i.exec(bare)?.[1]?.toLowerCase() ?? "";
  if (!["select", "with", "values", "table"].includes(first))
    return {
      zh: "只接受一条查询语句（以 SELECT 或 WITH 开头）",
      en: "must be one query, beginning with SELECT or WITH",
    };
  for (const text of [statement, bare]) {
    const act = ACT.exec(text)?.[1];
    if (act !== undefined)
      return {
        zh: `不接受 ${act}()：它的作用不限于这次查询`,
        en: `must not call ${act}(): it does more than answer this query`,
      };
  }
  if (/\/\*M?!/i.test(statement))
    return { zh: "不接受可执行注释 /*! … */", en: "must not hold an executable comment /*! … */" };
  if (/\bU&["']/i.test(bare))
    return { zh: '不接受 U&"…" 写法', en: 'must not hold names or texts written as U&"…"' };
  return undefined;
}

/** A comment between two words must not hide that they stand together. */
function withoutComments(statement: string): string {
  return statement.replace(/\/\*[\s\S]*?\*\/|--[^\n]*/g, " ");
}

/**
 * The statement as a subquery: only what answers rows can stand there, nothing that writes to a file or a variable,
 * and no second statement. At most `most` rows come back.
 */
export function asSubquery(statement: string, most: number): string {
  // A comment at the end of the statement must not swallow what follows.
  return `select * from (\n${plain(statement)}\n) as gengfu_rows limit ${most}`;
}

/** Without the semicolons at its end. */
function plain(statement: string): string {
  return statement.trim().replace(/[;\s]+$/, "");
}
