/** What the robots of both platforms have in common in a `gengfu.yml`. */
import { z } from "zod";
import { SEVERITIES } from "../../alerts/card.ts";
import { complain, named } from "../../alerts/config-parts.ts";

export const sendResolved = z.boolean().default(true);

/** The severities with which somebody is mentioned. */
export const mentionsOn = z.array(z.enum(SEVERITIES)).default(["critical"]);

/** The name of a rotation: whoever has its duty when something is said is told. */
export const oncall = named.optional();

/**
 * The token of a robot, which is given by itself under `key`, or in the `url` as the platform shows it; one of the two
 * must be there. What is wrong is said without the address, which is a secret.
 */
export function tokenIn<Key extends string>(
  one: { readonly url?: string | undefined } & { readonly [K in Key]?: string | undefined },
  key: Key,
  context: z.RefinementCtx,
): string {
  const { url } = one;
  const token: string | undefined = one[key];
  if (url === undefined) {
    if (token === undefined)
      complain(context, {
        zh: `要写 ${key} 或 url 其中一个`,
        en: `needs ${key}, or the url of the robot`,
      });
    return token ?? "";
  }
  if (token !== undefined)
    complain(
      context,
      { zh: `已经有 url，只能有一个`, en: `url is there already; there can be only one of the two` },
      [key],
    );
  const found = URL.canParse(url) ? (new URL(url).searchParams.get(key) ?? "") : "";
  if (found === "" && URL.canParse(url))
    complain(
      context,
      {
        zh: `里面没有 ${key}=…，应是平台给出的完整地址`,
        en: `has no ${key}=… in it; give the whole address that the platform shows`,
      },
      ["url"],
    );
  return found;
}
