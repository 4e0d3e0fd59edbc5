/** One file of the sample log while it is being written. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Column } from "./column.ts";
import { systemFiles } from "./files.ts";
import type { Labels } from "./labels.ts";
import { encodeDefinitions, SampleBlock } from "./sample-block.ts";

/** Label sets per block of definitions. */
const DEFINITIONS_PER_BLOCK = 1_000;

/** Collects samples, and writes them when asked; the file is made by the first write. */
export class SampleSegment {
  readonly sequence: number;
  readonly path: string;
  /** The latest time of any sample in the file, `-Infinity` while there is none. */
  newestAt = Number.NEGATIVE_INFINITY;
  /** Bytes that are in the file for certain. */
  bytes = 0;
  /** Samples that are not in the file yet. */
  pending = 0;
  readonly #defined: Labels[] = [];
  #definitionsWritten = 0;
  #current = new SampleBlock();
  readonly #sealed: SampleBlock[] = [];
  #handle: FileHandle | undefined;
  /** Bytes that a power failure leaves there. */
  #forced = 0;

  constructor(path: string, sequence: number) {
    this.path = path;
    this.sequence = sequence;
  }

  add(column: Column, at: number, value: number): void {
    if (column.segment !== this.sequence) {
      column.segment = this.sequence;
      column.numberInSegment = this.#defined.length;
      this.#defined.push(column.labels);
    }
    this.#current.add(column.numberInSegment, at, value);
    this.pending++;
    if (this.#current.full) this.#seal();
  }

  /** Gives up the oldest block that waits to be written; how many samples that was. */
  dropOldest(): number {
    if (this.#sealed.length === 0) this.#seal();
    const dropped = this.#sealed.shift()?.size ?? 0;
    this.pending -= dropped;
    return dropped;
  }

  /**
   * Writes what has been added until now. Rejects when the disk refuses; what is not written then waits for the next
   * call, which begins again at the end of what is known to be good. Not to be called while it is under way.
   */
  async write(): Promise<void> {
    this.#seal();
    if (this.#sealed.length === 0) return;
    if (this.#handle === undefined) {
      await mkdir(dirname(this.path), { recursive: true });
      this.#handle = await open(this.path, "wx", 0o600);
    }
    for (let blocks = this.#sealed.length; blocks > 0; blocks--) {
      // Out of the list while it is under way, so that `dropOldest` cannot take it.
      const block = this.#sealed.shift();
      if (block === undefined) return;
      try {
        await this.#define(this.#handle);
        await this.#put(this.#handle, block.encode());
      } catch (error) {
        this.#sealed.unshift(block);
        throw error;
      }
      this.pending -= block.size;
      this.newestAt = Math.max(this.newestAt, block.newestAt);
    }
  }

  /** Forces what is in the file to the disk. Rejects when the disk refuses. */
  async force(): Promise<void> {
    const { bytes } = this;
    if (bytes === this.#forced) return;
    await this.#handle?.datasync();
    // The name of a new file is in its folder, and that has to be on the disk, too.
    if (this.#forced === 0) await systemFiles.syncFolder(dirname(this.path));
    this.#forced = bytes;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #seal(): void {
    if (this.#current.size === 0) return;
    this.#sealed.push(this.#current);
    this.#current = new SampleBlock();
  }

  /** Writes the definitions that are not in the file yet: a block must not come before those it needs. */
  async #define(handle: FileHandle): Promise<void> {
    const definitions = this.#defined.length;
    while (this.#definitionsWritten < definitions) {
      const from = this.#definitionsWritten;
      const to = Math.min(definitions, from + DEFINITIONS_PER_BLOCK);
      await this.#put(handle, encodeDefinitions(from, this.#defined.slice(from, to)));
      this.#definitionsWritten = to;
    }
  }

  async #put(handle: FileHandle, bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.bytes + done);
        done += bytesWritten;
      }
    } catch (error) {
      // Half a block would hide what is written after it; where even this fails, the next write goes over it.
      await handle.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += bytes.length;
  }
}
