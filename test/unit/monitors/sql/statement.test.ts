import { describe, expect, test } from "vitest";
import { asSubquery, objectionTo } from "../../../../monitors/sql/statement.ts";

describe("a statement", () => {
  test.each([
    "select 1",
    "  SELECT count(*) FROM orders;  ",
    "with a as (select 1) select * from a",
    "(select 1) union (select 2)",
    "values (1)",
    "-- how many\nselect 1",
    "/* how many */ select 1",
    "select '订单 -- 量' as t, 1 as n",
    "select copy_count, set_config_total from figures",
    "select load_files(1)",
  ])("%j is taken", (statement) => {
    expect(objectionTo(statement)).toBeUndefined();
  });

  test.each([
    ["", "SELECT"],
    ["delete from orders", "SELECT"],
    ["copy t to program 'sh'", "SELECT"],
    ["explain analyze delete from t", "SELECT"],
    ["call drop_all()", "SELECT"],
    ["set global read_only = 0", "SELECT"],
    ["-- select\ndrop table t", "SELECT"],
    ["/* select */ drop table t", "SELECT"],
    ["attach 'x' as y", "SELECT"],
    ["select pg_terminate_backend(1)", "pg_terminate_backend"],
    ["select PG_Terminate_Backend (1)", "PG_Terminate_Backend"],
    ['select "pg_terminate_backend"(1)', "pg_terminate_backend"],
    ["select pg_terminate_backend/**/(1)", "pg_terminate_backend"],
    ["select pg_catalog.pg_read_file('/etc/passwd')", "pg_read_file"],
    ["select * from dblink('host=x', 'delete from t') as t(n int)", "dblink"],
    ["select dblink_exec('x')", "dblink_exec"],
    ["select set_config('statement_timeout', '0', false)", "set_config"],
    ["select lo_export(1, '/tmp/x')", "lo_export"],
    ["select query_to_xml('delete from t', true, true, '')", "query_to_xml"],
    ["select load_file('/etc/passwd')", "load_file"],
    ["select get_lock('a', 100)", "get_lock"],
    ["select load_extension('x.so')", "load_extension"],
    ["select 1 /*!50000 into outfile '/tmp/x' */", "/*!"],
    ["select 1 /*M!100100 into outfile '/tmp/x' */", "/*!"],
    ['select U&"pg\\005fterminate_backend"(1)', "U&"],
  ])("%j is refused", (statement, named) => {
    const no = objectionTo(statement);
    expect(no?.en).toContain(named);
    expect(no?.zh).toContain(named);
  });

  test("stands alone in brackets, without its semicolons, whatever comment it ends in", () => {
    expect(asSubquery(" select 1 -- one; \n ;; ", 5)).toBe(
      "select * from (\nselect 1 -- one\n) as gengfu_rows limit 5",
    );
    expect(asSubquery("select 1 -- one", 5)).toBe(
      "select * from (\nselect 1 -- one\n) as gengfu_rows limit 5",
    );
  });
});
