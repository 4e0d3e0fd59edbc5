/** The reference in `docs/rules.md` is what the tables say. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { aggregations } from "../../../rules/promql/aggregations.ts";
import { signature } from "../../../rules/promql/build-call.ts";
import { functions } from "../../../rules/promql/functions/index.ts";

const path = fileURLToPath(new URL("../../../docs/rules.md", import.meta.url));
const BEGIN = "test/unit/rules/reference.test.ts` writes it -->\n";
const END = "<!-- end of what is generated -->";

function reference(): string {
  const ofAggregations = [...aggregations].map(([name, { param, doc }]) => {
    const args = param === undefined ? "vector" : `${param}, vector`;
    return `| \`${name}(${args})\` | ${doc.en} | ${doc.zh} |`;
  });
  const ofFunctions = [...functions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, row]) => `| \`${signature(name, row)}\` | ${row.doc.en} | ${row.doc.zh} |`);
  const head = (what: string): string[] => [`| ${what} | gives | 含义 |`, "|---|---|---|"];
  return (
    ["", ...head("aggregation"), ...ofAggregations, "", ...head("function"), ...ofFunctions, ""].join("\n") +
    "\n"
  );
}

it("docs/rules.md lists every function and aggregation", () => {
  const page = readFileSync(path, "utf8");
  const from = page.indexOf(BEGIN) + BEGIN.length;
  const to = page.indexOf(END);
  const wanted = page.slice(0, from) + reference() + page.slice(to);
  if (process.env["GENGFU_WRITE_DOCS"] === "1") writeFileSync(path, wanted);
  else expect(page).toBe(wanted);
});
