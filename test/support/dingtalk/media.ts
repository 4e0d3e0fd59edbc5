/** `POST /media/upload` of the old host, and the pictures that people send. Sources: PY stream.py, KB media page. */
import { type Answer, type Call, textOf } from "./http.ts";

import { refuse, type Tokens } from "./openapi.ts";
import { errcode } from "./robots.ts";
import type { World } from "./world.ts";

export interface MediaFile {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface Media {
  readonly files: ReadonlyMap<string, MediaFile>;
  upload(call: Call): Promise<Answer>;
  /** `POST /v1.0/robot/messageFiles/download`. */
  download(body: Readonly<Record<string, unknown>>): Answer;
  /** Keeps what a person sends; gives back its download code. */
  keep(bytes: Buffer, contentType: string): string;
}

const MOST_BYTES = 20 * 1024 * 1024;
const TYPES = ["image", "voice", "video", "file"];
/** The first bytes of jpg, gif, png and bmp. */
const PICTURES: readonly (readonly [first: readonly number[], type: string])[] = [
  [[0xff, 0xd8, 0xff], "image/jpeg"],
  [[0x47, 0x49, 0x46, 0x38], "image/gif"],
  [[0x89, 0x50, 0x4e, 0x47], "image/png"],
  [[0x42, 0x4d], "image/bmp"],
];

export function openMedia(world: World, tokens: Tokens, base: () => string): Media {
  const files = new Map<string, MediaFile>();

  return {
    files,
    async upload(call) {
      if (call.method !== "POST") return errcode(43002, "需要POST请求");
      if (tokens.appOf(call.query.get("access_token")) === undefined)
        return errcode(40014, "不合法的access_token");
      const type = call.query.get("type") ?? "";
      if (!TYPES.includes(type)) return errcode(40004, "不合法的媒体文件类型");
      const file = await mediaOf(call);
      if (file === undefined) return errcode(41005, "缺少媒体文件");
      const bytes = Buffer.from(await file.arrayBuffer());
      if (bytes.length === 0) return errcode(44001, "空媒体文件");
      if (bytes.length > MOST_BYTES) return errcode(45001, "媒体文件大小超过限制");
      if (type === "image" && pictureType(bytes) === undefined) return errcode(40005, "不合法的文件类型");
      const id = world.id("@lADPfake");
      files.set(id, { id, type, name: file.name, contentType: pictureType(bytes) ?? file.type, bytes });
      const created = { media_id: id, created_at: world.clock.now(), type };
      return errcode(0, "ok", created);
    },
    download(body) {
      const file = files.get(textOf(body["downloadCode"]) ?? "");
      if (file === undefined || !world.apps.has(String(body["robotCode"])))
        return refuse(400, "invalidParameter.downloadCode.invalid", "downloadCode不合法");
      return { status: 200, body: { downloadUrl: `${base()}/fake/media/${encodeURIComponent(file.id)}` } };
    },
    keep(bytes, contentType) {
      const id = world.id("downloadCode");
      files.set(id, { id, type: "image", name: id, contentType, bytes });
      return id;
    },
  };
}

/** The file in the field `media`, which must have a name. */
async function mediaOf(call: Call): Promise<File | undefined> {
  const type = call.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return undefined;
  try {
    const form = await new Response(call.body, { headers: { "content-type": type } }).formData();
    const file = form.get("media");
    return file !== null && typeof file === "object" ? (file as File) : undefined;
  } catch {
    return undefined;
  }
}

function pictureType(bytes: Buffer): string | undefined {
  return PICTURES.find(([first]) => first.every((byte, index) => bytes[index] === byte))?.[1];
}
