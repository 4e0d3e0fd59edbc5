import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Files, type OpenFile, systemFiles } from "../../storage/files.ts";

/** One step that changes the disk, before it is made. */
export interface Step {
  readonly op: "create" | "write" | "truncate" | "datasync" | "rename" | "remove" | "syncFolder";
  readonly path: string;
}

/** What a test wants of a step: let it be, or fail with this code, a write after so many bytes of it. */
export type Verdict = { readonly code: string; readonly afterBytes?: number } | undefined;

/** The real file system, with a hand on every step that changes something. */
export function testFiles(before: (step: Step) => Verdict | Promise<Verdict>): Files {
  const ask = async (
    op: Step["op"],
    path: string,
    partial?: (bytes: number) => Promise<void>,
  ): Promise<void> => {
    const verdict = await before({ op, path });
    if (verdict === undefined) return;
    if (verdict.afterBytes !== undefined) await partial?.(verdict.afterBytes);
    throw Object.assign(new Error(`${verdict.code}: made to fail`), { code: verdict.code });
  };
  return {
    ...systemFiles,
    async open(path, how) {
      if (how === "create") await ask("create", path);
      const file = await systemFiles.open(path, how);
      const wrapped: OpenFile = {
        ...file,
        async write(data, position) {
          await ask("write", path, (bytes) => file.write(data.subarray(0, bytes), position));
          await file.write(data, position);
        },
        async truncate(length) {
          await ask("truncate", path);
          await file.truncate(length);
        },
        async datasync() {
          await ask("datasync", path);
          await file.datasync();
        },
      };
      return wrapped;
    },
    async rename(from, to) {
      await ask("rename", to);
      await systemFiles.rename(from, to);
    },
    async remove(path) {
      await ask("remove", path);
      await systemFiles.remove(path);
    },
    async syncFolder(path) {
      await ask("syncFolder", path);
      await systemFiles.syncFolder(path);
    },
  };
}

/** A new folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gengfu-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a folder as `kill -9` would leave it at this instant; sockets are left out. */
export async function copyFolder(folder: string): Promise<string> {
  const copy = await temporaryFolder();
  await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  return copy;
}
