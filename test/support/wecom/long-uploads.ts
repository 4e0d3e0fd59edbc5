/**
 * Files in pieces over the long connection: at most 100 pieces of at most 512 KiB, in any order, within 30 minutes.
 * developer.work.weixin.qq.com/document/path/101463. Its codes for a piece that does not fit are not published.
 */
import { createHash } from "node:crypto";
import { accepted, refused, TOO_OFTEN, WRONG_PARAMETER } from "./codes.ts";
import type { Command } from "./long-messages.ts";
import { type MediaStore, sizeProblem } from "./media.ts";
import { createRate, perHour, perMinute } from "./rates.ts";
import { numberOf, textOf } from "./read.ts";
import type { World } from "./world.ts";

const PIECE_BYTES = 512 * 1024;
const MOST_PIECES = 100;
const SESSION_MS = 30 * 60_000;
const TYPES = ["file", "image", "voice", "video"];

interface Upload {
  readonly type: string;
  readonly name: string;
  readonly size: number;
  readonly pieces: (Buffer | undefined)[];
  readonly md5: string | undefined;
  readonly begunAt: number;
}

export interface LongUploads {
  readonly begin: Command;
  readonly piece: Command;
  readonly finish: Command;
}

export function createLongUploads(world: World, media: MediaStore): LongUploads {
  const uploads = new Map<string, Upload>();
  const rate = createRate([perMinute(30), perHour(1_000)]);
  const wrong = (about: string) => refused(WRONG_PARAMETER, about);

  function running(id: string | undefined): Upload | undefined {
    const upload = uploads.get(id ?? "");
    return upload === undefined || world.clock.now() - upload.begunAt > SESSION_MS ? undefined : upload;
  }

  return {
    begin(_session, _reqId, body) {
      const type = textOf(body, "type") ?? "";
      const size = numberOf(body, "total_size") ?? 0;
      const count = numberOf(body, "total_chunks") ?? 0;
      const name = textOf(body, "filename");
      const problem = sizeProblem(type, size, TYPES);
      if (problem !== undefined) return problem;
      if (name === undefined) return wrong("filename");
      if (!Number.isInteger(count) || count < 1 || count > MOST_PIECES) return wrong("total_chunks");
      if (!rate.take("bot", world.clock.now())) return refused(TOO_OFTEN);
      const id = `up-${world.letters(20)}`;
      const pieces = Array.from({ length: count }, () => undefined);
      uploads.set(id, {
        type,
        name,
        size,
        pieces,
        md5: textOf(body, "md5")?.toLowerCase(),
        begunAt: world.clock.now(),
      });
      return accepted({ upload_id: id });
    },
    piece(_session, _reqId, body) {
      const upload = running(textOf(body, "upload_id"));
      if (upload === undefined) return wrong("upload_id");
      const index = numberOf(body, "chunk_index") ?? -1;
      if (!Number.isInteger(index) || index < 0 || index >= upload.pieces.length) return wrong("chunk_index");
      const bytes = Buffer.from(textOf(body, "base64_data") ?? "", "base64");
      if (bytes.length === 0 || bytes.length > PIECE_BYTES) return wrong("base64_data");
      upload.pieces[index] = bytes;
      return accepted();
    },
    finish(_session, _reqId, body) {
      const id = textOf(body, "upload_id");
      const upload = running(id);
      if (upload === undefined) return wrong("upload_id");
      const pieces = upload.pieces.filter((piece) => piece !== undefined);
      if (pieces.length < upload.pieces.length) return wrong("a chunk is missing");
      const bytes = Buffer.concat(pieces);
      if (bytes.length !== upload.size) return wrong("total_size");
      const md5 = createHash("md5").update(bytes).digest("hex");
      if (upload.md5 !== undefined && upload.md5 !== md5) return wrong("md5");
      uploads.delete(id ?? "");
      const { type, name } = upload;
      const file = media.add({ type, name, bytes, owner: "bot", at: world.clock.now() });
      return accepted({ type, media_id: file.id, created_at: Math.floor(file.at / 1_000) });
    },
  };
}
