import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { counted, FollowedLog } from "../../../support/logs.ts";

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `2026-11-25 10:00:00 INFO line ${from + i}\n`).join("");

/** Root may read everything; a test that runs as root puts its rights down for this. */
async function asNobody(app: FollowedLog, act: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return act();
  chmodSync(app.folder, 0o755);
  process.seteuid?.(65_534);
  try {
    await act();
  } finally {
    process.seteuid?.(0);
  }
}

async function following(options: object = {}, path?: string | readonly string[]): Promise<FollowedLog> {
  const app = new FollowedLog();
  await app.follow({ multiline: "off", ...options }, path);
  return app;
}

describe("where it begins", () => {
  test("what is there when it is made has been before, and is not counted", async () => {
    const app = await following();
    app.write(lines(0, 5));
    expect(await app.count()).toBe(0);
    app.write(lines(5, 8));
    expect(await app.count()).toBe(3);
  });

  test("a line that had begun before it was made is not counted", async () => {
    const app = await following();
    app.write("half");
    expect(await app.count()).toBe(0);
    app.write(" of a line\nwhole\n");
    expect(await app.count()).toBe(1);
  });

  test("from the start where that is wanted", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 5));
    expect(await app.count()).toBe(5);
  });

  test("files that appear later are read from their start, in new folders too", async () => {
    const app = await following({}, "**/*.log");
    app.write(lines(0, 2), "a.log");
    expect(await app.count()).toBe(0);
    mkdirSync(app.path("deep/er"), { recursive: true });
    app.write(lines(0, 3), "deep/er/b.log");
    app.write(lines(0, 4), "b.txt");
    app.write(lines(2, 4), "a.log");
    const look = await app.look();
    expect(counted(look, "log_lines_total")).toBe(5);
    expect(counted(look, "log_files")).toBe(2);
  });

  test("a line counts when its newline has come", async () => {
    const app = await following({ from: "start" });
    app.write("one\ntw");
    expect(await app.count()).toBe(1);
    app.write("o");
    expect(await app.count()).toBe(1);
    app.write("\n");
    expect(await app.count()).toBe(2);
  });
});

describe("rotation", () => {
  test("by rename: what was written to the old file after it was looked at is read to its end", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    expect(await app.count()).toBe(3);
    app.write(lines(3, 5));
    renameSync(app.path(), app.path("app.log.1"));
    app.write(lines(5, 6));
    const look = await app.look();
    expect(counted(look, "log_lines_total")).toBe(6);
    expect(counted(look, "log_file_rotations_total")).toBe(1);
    // Whoever has it open goes on writing into it for a while.
    app.write(lines(6, 8), "app.log.1");
    expect(await app.count()).toBe(8);
    expect(await app.count()).toBe(8);
  });

  test("into another folder, and removal: an open file can be read all the same", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.write(lines(3, 4));
    mkdirSync(app.path("old"));
    renameSync(app.path(), app.path("old/app"));
    app.write(lines(4, 5));
    expect(await app.count()).toBe(5);
    app.write(lines(5, 7));
    unlinkSync(app.path());
    expect(counted(await app.look(), "log_lines_total")).toBe(7);
    app.write(lines(7, 8));
    expect(await app.count()).toBe(8);
  });

  test("by truncating", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    truncateSync(app.path(), 0);
    app.write(lines(3, 4));
    const look = await app.look();
    expect(counted(look, "log_lines_total")).toBe(4);
    expect(counted(look, "log_file_truncations_total")).toBe(1);
  });

  test("by truncating a file that has grown beyond where it was before anybody looked", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    truncateSync(app.path(), 0);
    app.write(lines(100, 120));
    expect(await app.count()).toBe(23);
  });

  test("by copying and truncating: what was not read yet is read from the copy", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.write(lines(3, 5));
    copyFileSync(app.path(), app.path("app.log.1"));
    truncateSync(app.path(), 0);
    app.write(lines(5, 6));
    expect(await app.count()).toBe(6);
    expect(await app.count()).toBe(6);
  });

  test("by copying and truncating, with copies that are followed too: nothing counts twice", async () => {
    const app = await following({ from: "start" }, "app.log*");
    app.write(lines(0, 3));
    await app.look();
    app.write(lines(3, 5));
    copyFileSync(app.path(), app.path("app.log.1"));
    // Between the copy and the truncation one content stands in two files.
    expect(await app.count()).toBe(5);
    app.write(lines(5, 6));
    truncateSync(app.path(), 0);
    app.write(lines(6, 8));
    expect(await app.count()).toBe(7);
    copyFileSync(app.path(), app.path("app.log.2"));
    truncateSync(app.path(), 0);
    app.write(lines(8, 9));
    expect(await app.count()).toBe(8);
  });

  test("by renaming, with old ones that are followed too", async () => {
    const app = await following({ from: "start" }, "app.log*");
    for (let i = 0; i < 5; i++) {
      app.write(lines(10 * i, 10 * i + 3));
      if (i > 1) expect(await app.count()).toBe(3 * (i + 1));
      for (let n = i; n > 0; n--) renameSync(app.path(`app.log.${n}`), app.path(`app.log.${n + 1}`));
      renameSync(app.path(), app.path("app.log.1"));
    }
    writeFileSync(app.path("app.log.9.gz"), "packed\n");
    expect(await app.count()).toBe(15);
  });
});

describe("while we were down", () => {
  test("a file that grew is read on", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.live();
    app.write(lines(3, 5));
    expect(await app.count()).toBe(5);
  });

  test("a file was rotated three times: all of it is read, and in order", async () => {
    const app = await following({ from: "start", patterns: "INFO line (?P<number>\\d+)" });
    app.write(lines(0, 3));
    await app.look();
    app.live();
    app.write(lines(3, 5));
    for (const [n, from] of [5, 7, 9].entries()) {
      for (let i = n; i > 0; i--) renameSync(app.path(`app.log.${i}`), app.path(`app.log.${i + 1}`));
      renameSync(app.path(), app.path("app.log.1"));
      app.write(lines(from, from + 2));
      for (const name of ["app.log.1", "app.log"])
        utimesSync(app.path(name), from, from + (name === "app.log" ? 1 : 0));
    }
    expect(await app.count()).toBe(11);
    expect(await app.count("log_matches_total")).toBe(11);
    expect(app.logs.lastLines("app").at(-1)?.line).toContain("line 10");
  });

  test("a file was replaced by another one with its name", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.live();
    app.write(lines(50, 59), "new");
    renameSync(app.path("new"), app.path());
    expect(await app.count()).toBe(12);
  });

  test("its inode was used again, for a longer file", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    const { ino } = statSync(app.path());
    app.live();
    // The same inode for certain: emptied and written anew.
    truncateSync(app.path(), 0);
    app.write(lines(70, 90));
    expect(statSync(app.path()).ino).toBe(ino);
    expect(await app.count()).toBe(23);
  });

  test("it was copied and truncated: the rest is in the copy", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.live();
    app.write(lines(3, 6));
    copyFileSync(app.path(), app.path("app.log-20261125"));
    truncateSync(app.path(), 0);
    app.write(lines(6, 7));
    expect(await app.count()).toBe(7);
  });
});

describe("what stands in the way", () => {
  test("a file that is not there says so, and is read from its start when it comes", async () => {
    const app = await following();
    expect((await app.look()).failure?.code).toBe("no_file");
    app.write(lines(0, 2));
    expect(await app.count()).toBe(2);
  });

  test("a pattern that finds nothing waits: nobody can know", async () => {
    const app = await following({}, "*.log");
    expect(await app.look()).toMatchObject({ unknown: true, remark: { code: "no_file" } });
  });

  test("a folder is not a log", async () => {
    const app = await following();
    mkdirSync(app.path());
    expect((await app.look()).failure?.code).toBe("unreadable");
  });

  test("permission denied has a reason of its own, and loses nothing", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 2));
    await app.look();
    app.live();
    chmodSync(app.path(), 0o000);
    await asNobody(app, async () => {
      expect((await app.look()).failure).toMatchObject({ code: "no_permission" });
    });
    chmodSync(app.path(), 0o644);
    app.write(lines(2, 3));
    expect(await app.count()).toBe(3);
  });

  test("a folder that vanishes and comes back is read on, not again", async () => {
    const app = await following({ from: "start" }, "logs/app.log");
    mkdirSync(app.path("logs"));
    app.write(lines(0, 3), "logs/app.log");
    await app.look();
    renameSync(app.path("logs"), app.path("elsewhere"));
    app.live();
    expect((await app.look()).failure?.code).toBe("no_file");
    renameSync(app.path("elsewhere"), app.path("logs"));
    app.write(lines(3, 5), "logs/app.log");
    expect(await app.count()).toBe(5);
  });

  test("symbolic links are followed; two names of one file are one", async () => {
    const app = await following({ from: "start" }, ["app.log", "link.log"]);
    app.write(lines(0, 3));
    symlinkSync(app.path(), app.path("link.log"));
    expect(await app.count()).toBe(3);
    // Turned to another file, as `current.log` is every day.
    app.write(lines(3, 5), "next.log");
    rmSync(app.path("link.log"));
    symlinkSync(app.path("next.log"), app.path("link.log"));
    expect(await app.count()).toBe(5);
  });

  test("a link to itself is an error of its own", async () => {
    const app = await following();
    symlinkSync(app.path(), app.path());
    expect((await app.look()).failure).toMatchObject({
      code: "unreadable",
      detail: expect.stringContaining("ELOOP"),
    });
  });

  test("a disk that is full moves nothing: what was read is read again", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 3));
    await app.look();
    app.journal.refuse = "ENOSPC";
    app.write(lines(3, 6));
    await expect(app.look()).rejects.toThrow("ENOSPC");
    await expect(app.look()).rejects.toThrow("ENOSPC");
    app.journal.refuse = undefined;
    expect(await app.count()).toBe(6);
    app.live();
    expect(await app.count()).toBe(6);
  });

  test("a clock that jumps changes no count", async () => {
    const app = await following({ from: "start", learn: "10m" });
    app.write(lines(0, 3));
    await app.look();
    app.clock.set(0);
    app.write(lines(3, 5));
    expect(await app.count()).toBe(5);
    app.clock.set(Date.UTC(2099, 0));
    app.write(lines(5, 6));
    expect(await app.count()).toBe(6);
  });

  test("a line without an end costs no memory, counts once, and what follows it is read", async () => {
    const app = await following({ from: "start" });
    app.write(`ERROR ${"x".repeat(100)}`);
    const gigabyte = 1_073_741_824;
    truncateSync(app.path(), gigabyte);
    const before = process.memoryUsage().rss;
    let look = await app.look();
    for (let i = 0; i < 6 && counted(look, "log_lag_bytes") > 0; i++) look = await app.look();
    expect(counted(look, "log_lag_bytes")).toBe(0);
    expect(counted(look, "log_lines_total", { level: "error" })).toBe(1);
    app.write(`\n${lines(0, 2)}`);
    look = await app.look();
    expect(counted(look, "log_lines_total")).toBe(3);
    expect(counted(look, "log_cut_lines_total")).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });

  test("a look that is ended half-way has counted what it has read, once", async () => {
    const app = await following({ from: "start" });
    const fd = openSync(app.path(), "a");
    writeFileSync(fd, lines(0, 50_000));
    closeSync(fd);
    const end = new AbortController();
    setImmediate(() => end.abort());
    await expect(app.look(end.signal)).rejects.toThrow();
    expect(await app.count()).toBe(50_000);
    app.live();
    expect(await app.count()).toBe(50_000);
  });

  test("a monitor that is removed while it looks leaves nothing behind", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 10));
    const looking = app.look();
    await app.store.commit((change) => app.book.remove(change, "app"));
    await expect(looking).rejects.toThrow("removed");
    expect(app.logs.lastLines("app")).toEqual([]);
    await app.follow({ from: "start", multiline: "off" });
    expect(await app.count()).toBe(10);
  });

  test("one that is made anew under the same name counts from nothing", async () => {
    const app = await following({ from: "start" });
    app.write(lines(0, 10));
    expect(await app.count()).toBe(10);
    await app.store.commit((change) => app.book.remove(change, "app"));
    await app.follow({ multiline: "off" });
    expect(await app.count()).toBe(0);
  });
});
