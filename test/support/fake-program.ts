/** A program that stands in for one of the system's: it does what a test's shell script says. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `use` with the path of a program called `name` whose body is this script, and a path where there is none. */
export async function withProgram<T>(
  name: string,
  script: string,
  use: (path: string, nowhere: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `gengfu-${name}-`));
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  try {
    return await use(path, join(folder, "nowhere"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
