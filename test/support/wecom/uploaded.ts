/** Files that come as a form: one field, `media`. */
import { EMPTY, refused, type Verdict } from "./codes.ts";
import type { Asked } from "./doors.ts";
import { type MediaStore, sizeProblem } from "./media.ts";
import type { World } from "./world.ts";

/** Keeps the file; the answer is flat, and its time is a text. */
export async function uploaded(
  world: World,
  media: MediaStore,
  { query, type: contentType, bytes }: Asked,
  owner: string,
  types: readonly string[],
): Promise<Verdict | object> {
  const type = query.get("type") ?? "";
  const file = await fileIn(contentType, bytes);
  if (file === undefined) return refused(EMPTY, "media missing");
  const problem = sizeProblem(type, file.bytes.length, types);
  if (problem !== undefined) return problem;
  const at = world.clock.now();
  const { id } = media.add({ type, name: file.name, bytes: file.bytes, owner, at });
  return { errcode: 0, errmsg: "ok", type, media_id: id, created_at: String(Math.floor(at / 1_000)) };
}

async function fileIn(
  contentType: string,
  bytes: Buffer,
): Promise<{ readonly name: string; readonly bytes: Buffer } | undefined> {
  try {
    const form = await new Response(new Uint8Array(bytes), {
      headers: { "content-type": contentType },
    }).formData();
    const media = form.get("media");
    if (media === null || typeof media === "string") return undefined;
    return { name: media.name, bytes: Buffer.from(await media.arrayBuffer()) };
  } catch {
    return undefined;
  }
}
