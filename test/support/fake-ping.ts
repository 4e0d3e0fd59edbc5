/** Programs that stand in for `ping`: each prints what a test wants, and one hangs, floods or is missing. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PingTool } from "../../monitors/icmp/ping.ts";

/** Runs `use` with a `ping` whose body is this shell script. */
export async function withPing<T>(
  script: string,
  use: (tool: PingTool) => Promise<T>,
  platform = "linux",
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-ping-"));
  const path = join(folder, "ping");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  try {
    return await use({ paths: [join(folder, "nowhere"), path], platform });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
