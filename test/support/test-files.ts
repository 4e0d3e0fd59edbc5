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

/**
 * The real file system, with a hand on every step that changes something. With `inTurn`, no step begins before
 * the one before it has ended, its `before` included: what `before` sees is then one instant.
 */
export function testFiles(
  before: (step: Step) => Verdict | Promise<Verdict>,
  { inTurn = false }: { readonly inTurn?: boolean } = {},
): Files {
  let turn: Promise<unknown> = Promise.resolve();
  const step = <R>(op: Step["op"], path: string, act: (bytes?: number) => Promise<R>): Promise<R> => {
    const run = async (): Promise<R> => {
      const verdict = await before({ op, path });
      if (verdict === undefined) return act();
      if (verdict.afterBytes !== undefined) await act(verdict.afterBytes);
      throw Object.assign(new Error(`${verdict.code}: made to fail`), { code: verdict.code });
    };
    if (!inTurn) return run();
    const result = turn.then(run);
    turn = result.catch(() => {});
    return result;
  };
  return {
    ...systemFiles,
    async open(path, how, forced) {
      const open = (): Promise<OpenFile> => systemFiles.open(path, how, forced);
      const file = await (how === "create" ? step("create", path, open) : open());
      const write: OpenFile["write"] = (data, position) =>
        step("write", path, (bytes = data.length) => file.write(data.subarray(0, bytes), position));
      return {
        ...file,
        write,
        // Two things that may fail, whatever the system makes of them.
        async writeThrough(data, position) {
          await write(data, position);
          await step("datasync", path, () => file.datasync());
        },
        truncate: (length) => step("truncate", path, () => file.truncate(length)),
        datasync: () => step("datasync", path, () => file.datasync()),
      };
    },
    rename: (from, to) => step("rename", to, () => systemFiles.rename(from, to)),
    remove: (path) => step("remove", path, () => systemFiles.remove(path)),
    syncFolder: (path) => step("syncFolder", path, () => systemFiles.syncFolder(path)),
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
