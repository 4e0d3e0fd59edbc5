/** What kept a look from reading, in words. */
import type { Look } from "../monitor.ts";
import type { Reason, ReasonCode } from "../reason.ts";
import { type Found, isPattern, MOST_FILES, type Unseen } from "./files.ts";

const CODES: Readonly<Record<string, ReasonCode>> = {
  ENOENT: "no_file",
  EACCES: "no_permission",
  EPERM: "no_permission",
};

/** How a look went that found these files, could not read those, and has so many bytes left to read. */
export function outcomeOf(
  paths: readonly string[],
  { files, isCut }: Pick<Found, "files" | "isCut">,
  unseen: readonly Unseen[],
  lag: number,
): Pick<Look, "failure" | "remark" | "unknown"> {
  const [first] = unseen.toSorted((a, b) => Number(a.code === "ENOENT") - Number(b.code === "ENOENT"));
  if (first !== undefined) {
    const more =
      unseen.length > 1
        ? { zh: `，另有 ${unseen.length - 1} 个`, en: `, and ${unseen.length - 1} more` }
        : { zh: "", en: "" };
    return { failure: reasonFor(first, more) };
  }
  if (files.length === 0) {
    const where = paths.filter(isPattern).join(", ");
    const text = { zh: `还没有这样的文件：${where}`, en: `no such file yet: ${where}` };
    return { unknown: true, remark: { code: "no_file", detail: where, text } };
  }
  if (isCut) return { remark: { code: "too_many_files", detail: `more than ${MOST_FILES}` } };
  if (lag > 0) return { remark: { code: "behind", detail: `${lag} bytes to go` } };
  return {};
}

function reasonFor({ path, code }: Unseen, more: { zh: string; en: string }): Reason {
  const known = CODES[code] ?? "unreadable";
  const words = {
    no_file: { zh: `文件或目录不存在：${path}`, en: `there is no file or folder ${path}` },
    no_permission: {
      zh: `没有读取权限：${path}。请管理员把运行更夫的用户加入能读它的组（例如 adm）`,
      en: `not permitted to read ${path}. An administrator adds the user that runs Gengfu to a group that may (adm, say)`,
    },
    unreadable: { zh: `无法读取 ${path}（${code}）`, en: `${path} cannot be read (${code})` },
  }[known as "no_file" | "no_permission" | "unreadable"];
  return {
    code: known,
    detail: `${path}: ${code}`,
    text: { zh: words.zh + more.zh, en: words.en + more.en },
  };
}
