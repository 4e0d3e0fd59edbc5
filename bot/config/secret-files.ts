/** Secrets that stand in files of their own: `url_file: /run/secrets/hook` is `url` with the text of that file. */
import type { Problem } from "./error.ts";
import { formatPath } from "./words.ts";

/** Reads a file that the configuration names; throws an error with a `code` when it cannot be read. */
export type ReadSecret = (path: string) => string;

export interface Unsealed {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** What stood in the files. */
  readonly secrets: readonly string[];
}

/** The parts of a `gengfu.yml` in which a key may end in `_file`. */
const PARTS = ["global", "actions", "databases", "monitors", "receivers", "hooks", "watchdog"];

/**
 * Puts the text of a file, without the line break at its end, in the place of every key that ends in `_file`. Keys
 * that `leave` names are left alone with all that is below them.
 */
export function unseal(value: unknown, read: ReadSecret, leave: (key: string) => boolean): Unsealed {
  const problems: Problem[] = [];
  const secrets: string[] = [];

  function walk(one: unknown, path: readonly PropertyKey[]): unknown {
    if (typeof one !== "object" || one === null) return one;
    if (Array.isArray(one)) return one.map((item, i) => walk(item, [...path, i]));
    const found: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(one)) {
      const here = [...path, key];
      if (leave(key)) found[key] = item;
      else if (!key.endsWith("_file") || typeof item !== "string") found[key] = walk(item, here);
      else {
        const name = key.slice(0, -"_file".length);
        if (Object.hasOwn(one, name)) problems.push(twice(formatPath(here), name));
        // Where it could not be read, the key is there all the same: that it is missing would be said besides.
        else found[name] = content(item, here);
      }
    }
    return found;
  }

  function content(file: string, path: readonly PropertyKey[]): string {
    try {
      const text = read(file).replace(/\r?\n$/, "");
      if (text !== "") secrets.push(text);
      return text;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      problems.push({
        path: formatPath(path),
        text: { zh: `无法读取 ${file} (${code})`, en: `${file} cannot be read (${code})` },
      });
      return UNREAD;
    }
  }

  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { value, problems, secrets };
  const unsealed = Object.entries(value).map(([key, part]) => [
    key,
    PARTS.includes(key) ? walk(part, [key]) : part,
  ]);
  return { value: Object.fromEntries(unsealed), problems, secrets };
}

/** Stands for what could not be read; fits where a name, a secret, an address or that of a robot is asked for. */
const UNREAD = "http://unread.invalid/?access_token=unread&key=unread";

function twice(path: string, name: string): Problem {
  return {
    path,
    text: {
      zh: `已经有 ${name}，只能有一个`,
      en: `${name} is there already; there can be only one of the two`,
    },
  };
}
