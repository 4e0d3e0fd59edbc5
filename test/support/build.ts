import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Compiles the project once before the tests, because some of them start the real process from `dist/`. */
export function setup(): void {
  if (process.env["GENGFU_TEST_NO_BUILD"]) return;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync(process.execPath, ["bot/launch.js", "build"], { cwd: root, stdio: "inherit" });
}
