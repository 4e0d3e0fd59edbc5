/** Debian's own logrotate, with renaming and with `copytruncate`: each line counts once. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FollowedLog } from "../support/logs.ts";

const LOGROTATE = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].find((path) => existsSync(path));

/** Rotates now, whatever its conditions say. It insists on a folder that others cannot write to. */
function rotate(app: FollowedLog, options: string): void {
  const config = app.path("logrotate.conf");
  writeFileSync(config, `${app.path()} {\n rotate 5\n missingok\n ${options}\n}\n`);
  chmodSync(config, 0o600);
  chmodSync(app.folder, 0o700);
  const user = process.getuid?.() === 0 ? [] : ["--log", app.path("logrotate.log")];
  const { status, stderr } = spawnSync(LOGROTATE ?? "", ["-f", "-s", app.path("status"), ...user, config]);
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
}

describe.skipIf(LOGROTATE === undefined)("logrotate (install logrotate to run these)", () => {
  test.each([
    ["renames and creates", "create"],
    ["copies and truncates", "copytruncate"],
    ["renames and packs", "create\n compress"],
    ["renames and packs the one before", "create\n compress\n delaycompress"],
  ])("%s", async (_, options) => {
    const app = new FollowedLog();
    await app.follow({ from: "start", multiline: "off" });
    let written = 0;
    const write = (lines: number): void => {
      for (let i = 0; i < lines; i++) app.write(`2026-11-25 10:00:00 INFO line ${written++}\n`);
    };
    write(3);
    for (let round = 0; round < 4; round++) {
      await app.look();
      // Not seen before it is rotated.
      write(2 + round);
      rotate(app, options);
      write(1);
      expect(await app.count()).toBe(written);
      write(1);
    }
    expect(await app.count()).toBe(written);
    expect(await app.count()).toBe(written);
  });

  test.each([
    ["renames and creates", "create"],
    ["copies and truncates", "copytruncate"],
    ["renames, with a date", "create\n dateext"],
    ["renames, with a date before the extension", "create\n dateext\n extension .log"],
  ])("%s while nobody follows", async (_, options) => {
    const app = new FollowedLog();
    await app.follow({ from: "start", multiline: "off" });
    app.write("one\ntwo\n");
    expect(await app.count()).toBe(2);
    app.live();
    app.write("three\n");
    rotate(app, options);
    app.write("four\n");
    expect(await app.count()).toBe(4);
  });
});
