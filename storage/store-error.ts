/** Why a store cannot be opened, and how an error of the file system is said in words. */
import type { Text } from "./locale.ts";

/** The store cannot be opened; nothing was changed. `message` is the English, `text` has both languages. */
export class StoreError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(text.en, options);
    this.name = "StoreError";
    this.text = text;
  }
}

const WORDS: Readonly<Record<string, Text>> = {
  ENOSPC: { zh: "磁盘已满", en: "no space left on the disk" },
  EDQUOT: { zh: "磁盘配额已用完", en: "the disk quota is used up" },
  EROFS: { zh: "文件系统是只读的", en: "the file system is read-only" },
  EIO: { zh: "磁盘读写出错", en: "the disk failed" },
  EACCES: { zh: "没有权限", en: "permission denied" },
  EPERM: { zh: "操作不被允许", en: "the operation is not permitted" },
  ENOENT: { zh: "文件或目录不存在", en: "no such file or folder" },
  ENOTDIR: { zh: "路径中有一段不是目录", en: "a part of the path is not a folder" },
  EEXIST: { zh: "已存在同名文件", en: "a file of that name is in the way" },
  EMFILE: { zh: "打开的文件太多", en: "too many open files" },
  EFBIG: { zh: "文件超过了允许的大小", en: "the file is larger than allowed" },
};

/** Says which path refused and why, with the system's code, e.g. `/data/journal-1.ndjson: no space left on the disk (ENOSPC)`. */
export function wordsOf(path: string, error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const plain = error instanceof Error ? error.message : String(error);
  const words = WORDS[code] ?? { zh: plain, en: plain };
  const suffix = code === "" ? "" : ` (${code})`;
  return { zh: `${path}：${words.zh}${suffix}`, en: `${path}: ${words.en}${suffix}` };
}
