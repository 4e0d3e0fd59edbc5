/** Bodies that come packed: `Content-Encoding` as RFC 9110, 8.4 has it. What others send is never unpacked beyond a bound. */
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from "node:zlib";

/** Those that are understood, as a header names them. */
export const ENCODINGS = "gzip, deflate, br";

/** A body that cannot be had. */
export class PackedError extends Error {
  readonly why: "unknown" | "too-large" | "broken";

  /** `detail` holds what zlib says, or the encoding that is not understood. */
  constructor(why: PackedError["why"], detail: string) {
    super(detail);
    this.name = "PackedError";
    this.why = why;
  }
}

/** Unpacks a body, to at most `most` bytes. Rejects with `PackedError`. */
export type Unpack = (packed: Buffer, most: number) => Promise<Buffer>;

type Engine = (packed: Buffer, options: ZlibOptions) => Promise<unknown>;

const engines: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ["gzip", promisify(gunzip)],
  // The same by its old name (RFC 9110, 8.4.1.3).
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/**
 * What unpacks a body with this header; undefined where it is not packed. Throws `PackedError` for what is not
 * understood, several encodings on top of each other among it: each more makes a bomb a thousand times as large.
 */
export function unpackOf(header: string | undefined): Unpack | undefined {
  if (header === undefined) return undefined;
  const named = header
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "" && part !== "identity");
  const [name] = named;
  if (name === undefined) return undefined;
  const engine = named.length === 1 ? engines.get(name) : undefined;
  if (engine === undefined) throw new PackedError("unknown", header.slice(0, 60));
  return (packed, most) => unpack(engine, packed, most);
}

async function unpack(engine: Engine, packed: Buffer, most: number): Promise<Buffer> {
  // Clients that pack everything leave it at that where there is nothing to pack.
  if (packed.length === 0) return packed;
  let read: { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  try {
    read = (await engine(packed, { maxOutputLength: most, info: true })) as typeof read;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw new PackedError("too-large", `more than ${most} bytes`);
    throw new PackedError("broken", message);
  }
  // zlib is silent about what stands behind the end; whoever sent it meant something by it.
  if (read.engine.bytesWritten < packed.length) throw new PackedError("broken", "data after the end");
  return read.buffer;
}
