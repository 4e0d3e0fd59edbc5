/** Hooks as a `gengfu.yml` has them, and the bodies that others post to them. */
import { parseConfig } from "../../bot/config.ts";
import type { Hook, Reading } from "../../bot/hooks/hook.ts";

/** The token of every hook that `hookOf` makes. */
export const TOKEN = "0123456789abcdef0123456789abcdef";

/** When the bodies of `test/payloads` are read. */
export const reading: Reading = {
  at: Date.UTC(2026, 10, 25, 2, 0),
  locale: "en",
  zone: "Asia/Shanghai",
};

/** A mapping that finds a title, for hooks of kind `generic`. */
export const MAP = {
  alerts: "$.alerts[*]",
  map: { title: "$.name", status: "$.status?", severity: "$.severity?" },
};

/** One hook, named `door`. */
export function hookOf(kind: string, options: object = {}): Hook {
  const extra = kind === "generic" && !("map" in options) ? MAP : {};
  const file = { hooks: [{ name: "door", kind, token: TOKEN, ...extra, ...options }] };
  const [hook] = parseConfig("gengfu.yml", JSON.stringify(file), {}).hooks;
  if (hook === undefined) throw new Error("the file has no hook");
  return hook;
}
