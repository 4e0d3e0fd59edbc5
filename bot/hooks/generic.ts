/** Any JSON, by a mapping in `gengfu.yml`. */

import { writeTime } from "../../storage/rfc3339.ts";
import type { Expression } from "./generic/expression.ts";
import { itemOf, type Mapping, mappingSchema } from "./generic/mapping.ts";
import { EACH, follow, put } from "./generic/path.ts";
import { type Hook, type HookKind, type Reading, type Sample, Unreadable } from "./hook.ts";
import { answerJson, parseJson, readItems } from "./json.ts";

export const generic: HookKind<Mapping> = {
  kind: "generic",
  path: "/api/v1/hooks/generic",
  tokenIn: "token",
  bearer: true,
  summary: { zh: "任意 JSON，按 gengfu.yml 里的映射读取", en: "any JSON, by a mapping in gengfu.yml" },
  options: mappingSchema,
  read(body, hook, reading) {
    const top = parseJson(body);
    const { alerts } = hook.options;
    const found = follow(top, alerts.steps);
    if (found === undefined)
      throw new Unreadable("wrong-shape", {
        zh: `alerts：${alerts.text} 什么也没找到`,
        en: `alerts: ${alerts.text} finds nothing`,
      });
    const items = Array.isArray(found) ? found : [found];
    return readItems(items, hook, (item) => itemOf(hook.options, { item, top }, reading));
  },
  answer: answerJson,
  sample,
};

/** A body that the mapping understands: an example at the end of every path. */
function sample({ options }: Hook<Mapping>, { at }: Reading): Sample {
  const { map, alerts, severities } = options;
  let item: unknown;
  let top: unknown;
  const fill = (given: Expression | undefined, value: string): void => {
    for (const part of given ?? []) {
      if (typeof part === "string") continue;
      if (part.fromTop) top = put(top, part.steps, value);
      else item = put(item, part.steps, value);
    }
  };
  fill(map.title, "HookTest");
  fill(map.severity, severities?.info[0] ?? severities?.warning[0] ?? severities?.critical[0] ?? "info");
  fill(map.status, "firing");
  fill(map.starts_at, writeTime(at));
  fill(map.url, "https://example.com/");
  for (const [name, one] of [...Object.entries(map.labels), ...Object.entries(map.annotations)])
    fill(one, name);
  if (alerts.steps.length === 0) return { body: { ...objectOf(top), ...objectOf(item) } };
  const one = item ?? {};
  return { body: objectOf(put(top, alerts.steps, alerts.steps.at(-1) === EACH ? one : [one])) };
}

function objectOf(made: unknown): object {
  return typeof made === "object" && made !== null ? made : {};
}
