/** Says why the house could not be built, to whoever started it. */
import type { Text } from "../storage/locale.ts";
import { StoreError } from "../storage/store-error.ts";
import { ConfigError } from "./config/error.ts";

/** What an error of a start means and what to do about it; an unknown one speaks for itself. */
export function startWords(error: unknown, where: { readonly host: string; readonly port: number }): Text {
  if (error instanceof StoreError) return error.text;
  if (error instanceof ConfigError) return { zh: error.words("zh-CN"), en: error.words("en") };
  const { host, port } = where;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return {
        zh: `${host} 的端口 ${port} 已被别的程序占用。请停止它，或换一个 PORT。`,
        en: `port ${port} of ${host} is in use by another program. Stop that one, or choose another PORT.`,
      };
    case "EACCES":
      return {
        zh: `没有权限监听 ${host} 的端口 ${port}。1024 以下的端口通常需要特权，请换一个 PORT。`,
        en: `listening on port ${port} of ${host} is not permitted. Ports below 1024 need privileges; choose another PORT.`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        zh: `HOST=${host} 不是这台机器的地址（${code}）。`,
        en: `HOST=${host} is not an address of this machine (${code}).`,
      };
    default: {
      const message = error instanceof Error ? error.message : String(error);
      return { zh: message, en: message };
    }
  }
}
