/** What `oncall:` names and other parts of a `gengfu.yml` have, or have not. */
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import type { Problem } from "../config-error.ts";
import { askedBy } from "../receivers/asked-by.ts";
import type { ReceiverConfig, TargetConfig } from "../receivers/receivers-config.ts";

export interface OnCallChecked {
  readonly people: readonly ListedPerson[];
  readonly oncall: readonly RotationConfig[];
  readonly receivers: readonly ReceiverConfig[];
}

/** People in rotations whom `people:` does not list, and rotations in receivers that there are not. */
export function onCallProblems(config: OnCallChecked): readonly Problem[] {
  return [...peopleProblems(config), ...receiverProblems(config)];
}

function receiverProblems({ receivers, oncall }: OnCallChecked): readonly Problem[] {
  const known = new Set(oncall.map(({ name }) => name));
  return receivers.flatMap(({ targets }, i) => {
    const counts = new Map<string, number>();
    return targets.flatMap((target) => {
      const k = counts.get(target.channel) ?? 0;
      counts.set(target.channel, k + 1);
      return namedBy(target, `receivers[${i}].${target.channel}_configs[${k}]`)
        .filter(({ rotation }) => rotation !== undefined && !known.has(rotation))
        .map(({ path, rotation }) => ({
          path,
          text: {
            zh: `oncall 里没有名为 '${rotation}' 的值班表；在聊天里排班的也要在那里写上名字`,
            en: `there is no rotation named '${rotation}' in oncall; one that is made in chat needs its name there, too`,
          },
        }));
    });
  });
}

/** The rotations that a target names, with the places where it does. */
function namedBy(
  target: TargetConfig,
  at: string,
): readonly { readonly path: string; readonly rotation: string | undefined }[] {
  const beside =
    "standIns" in target
      ? target.standIns.map(({ oncall: rotation }, n) => ({ path: `${at}.robots[${n}].oncall`, rotation }))
      : [];
  // What the bot of WeCom asks for is what its robots do.
  if (target.channel === "wecom") return beside;
  const own = askedBy(target).flatMap(({ rotations }) => rotations);
  return [...own.map((rotation) => ({ path: `${at}.oncall`, rotation })), ...beside];
}

function peopleProblems({ people, oncall }: OnCallChecked): readonly Problem[] {
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
