/** What `oncall:` names and other parts of a `gengfu.yml` have, or have not. */
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import type { Problem } from "../config-error.ts";

export interface OnCallChecked {
  readonly people: readonly ListedPerson[];
  readonly oncall: readonly RotationConfig[];
}

/** People in rotations whom `people:` does not list. */
export function onCallProblems({ people, oncall }: OnCallChecked): readonly Problem[] {
  const known = new Set(people.flatMap(({ id, aliases = [] }) => [id, ...aliases]));
  return oncall.flatMap(({ layers, hasRotation }, i) =>
    layers.flatMap((layer, k) =>
      layer.people.flatMap((id, n) =>
        known.has(id)
          ? []
          : [
              {
                path: `oncall[${i}].${placeOf(k, hasRotation)}.people[${n}]`,
                text: {
                  zh: `people 里没有 '${id}'；应写其中的 id 或 aliases`,
                  en: `there is nobody '${id}' in people; write an id or an alias of theirs`,
                },
              },
            ],
      ),
    ),
  );
}

/** The layer that `rotation` is comes before those of `layers`. */
function placeOf(layer: number, hasRotation: boolean): string {
  if (!hasRotation) return `layers[${layer}]`;
  return layer === 0 ? "rotation" : `layers[${layer - 1}]`;
}
