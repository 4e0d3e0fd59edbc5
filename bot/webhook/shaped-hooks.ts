/** The hooks of other products that a `gengfu.yml` names, by the addresses of their targets. */
import type { FileConfig } from "../config.ts";
import { orEnvironment } from "../http-client/proxy.ts";
import { addressed } from "../plan-of.ts";
import { type HttpConfig, withoutCredentials } from "../receivers/http-config.ts";
import type { ShapedConfig } from "../receivers/webhook-config.ts";

/** A hook as it is posted to. */
export type ShapedHook = Omit<ShapedConfig, "http"> & { readonly http: HttpConfig };

export function shapedHooksOf({
  receivers,
  global,
}: Pick<FileConfig, "receivers" | "global">): ReadonlyMap<string, ShapedHook> {
  const found = new Map<string, ShapedHook>();
  const usual = withoutCredentials(global.http);
  for (const { address, target } of receivers.flatMap(addressed))
    if ("hook" in target)
      // These products are on the Internet, which is reached as the platforms are.
      found.set(address, { ...target.hook, http: orEnvironment(target.hook.http ?? usual) });
  return found;
}
