import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commands } from "../../../commands/index.ts";
import { commandReference } from "../../../commands/reference.ts";

const path = fileURLToPath(new URL("../../../docs/commands.md", import.meta.url));

it("docs/commands.md is what the table says", () => {
  const wanted = commandReference(commands);
  if (process.env["GENGFU_WRITE_DOCS"] === "1") writeFileSync(path, wanted);
  expect(
    readFileSync(path, "utf8"),
    "docs/commands.md is stale; write it anew with: GENGFU_WRITE_DOCS=1 npx vitest run test/unit/commands/reference.test.ts",
  ).toBe(wanted);
});
