/** Reads a `gengfu.yml` that a document shows: each variable it names is set, and each file of a secret is there. */
import { type FileConfig, parseConfig } from "../../bot/config.ts";

export interface ReadExample {
  readonly config: FileConfig;
  /** The files of secrets that it asked for, in its order. */
  readonly asked: readonly string[];
}

/** What an example would find set. */
export function variablesIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, `a-${name}`]));
}

/** Throws a ConfigError when it cannot be used. */
export function readExample(yaml: string): ReadExample {
  const asked: string[] = [];
  const config = parseConfig("gengfu.yml", yaml, variablesIn(yaml), (path) => {
    asked.push(path);
    return path.includes("url") ? "https://from.a.file.example/" : "from-a-file";
  });
  return { config, asked };
}
