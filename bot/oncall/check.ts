/** What `oncall:` names and other parts of a `gengfu.yml` have, or have not. */
import { humansOf, type ListedPerson } from "../../alerts/oncall/humans.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import type { Problem } from "../config/error.ts";
import { askedBy } from "../receivers/asked-by.ts";
import { configsOf, type ReceiverConfig, type TargetConfig } from "../receivers/receivers-config.ts";
import { reachedOn } from "./reach.ts";

export interface OnCallChecked {
  readonly people: readonly ListedPerson[];
  readonly oncall: readonly RotationConfig[];
  readonly receivers: readonly ReceiverConfig[];
}

/** People in rotations whom `people:` does not list, and rotations in receivers that there are not. */
export function onCallProblems(config: OnCallChecked): readonly Problem[] {
  return [...peopleProblems(config), ...receiverProblems(config)];
}

/** People who take turns where a receiver that tells whoever is on call could not reach them. */
export function onCallNotes({ receivers, oncall, people }: OnCallChecked): readonly Problem[] {
  const { of } = humansOf(people);
  return placesIn(receivers).flatMap(({ target, path }) =>
    namedBy(target, path).flatMap(({ path: at, rotation, channel }) => {
      const layers = oncall.find(({ name }) => name === rotation)?.layers ?? [];
      const humans = new Set(layers.flatMap((layer) => layer.people.map(of)));
      const names = [...humans]
        .filter((human) => reachedOn(channel, human) === undefined)
        .map(({ id, name }) => name ?? id);
      if (names.length === 0) return [];
      return [
        {
          path: at,
          text: {
            zh: `在这里找不到 ${names.join("、")}：people 里没有能用的账号、手机或邮箱`,
            en: `${names.join(", ")} cannot be reached here: people has no account, phone or mail address of theirs that works`,
          },
        },
      ];
    }),
  );
}

/** Every target with its place. */
function placesIn(
  receivers: readonly ReceiverConfig[],
): readonly { readonly target: TargetConfig; readonly path: string }[] {
  return receivers.flatMap(({ targets }, i) => {
    const counts = new Map<string, number>();
    return targets.map((target) => {
      const k = counts.get(target.channel) ?? 0;
      counts.set(target.channel, k + 1);
      return { target, path: `receivers[${i}].${configsOf(target.channel)}[${k}]` };
    });
  });
}

function receiverProblems({ receivers, oncall }: OnCallChecked): readonly Problem[] {
  const known = new Set(oncall.map(({ name }) => name));
  return placesIn(receivers).flatMap(({ target, path: at }) =>
    namedBy(target, at)
      .filter(({ rotation }) => rotation !== undefined && !known.has(rotation))
      .map(({ path, rotation }) => ({
        path,
        text: {
          zh: `oncall 里没有名为 '${rotation}' 的值班表；在聊天里排班的也要在那里写上名字`,
          en: `there is no rotation named '${rotation}' in oncall; one that is made in chat needs its name there, too`,
        },
      })),
  );
}

/** A rotation that a target names, where it does, and the channel by which it would tell people. */
interface Named {
  readonly path: string;
  readonly rotation: string | undefined;
  readonly channel: string;
}

function namedBy(target: TargetConfig, at: string): readonly Named[] {
  const { channel } = target;
  const beside =
    "standIns" in target
      ? target.standIns.map(
          ({ oncall: rotation }, n): Named => ({
            path: `${at}.robots[${n}].oncall`,
            rotation,
            channel: `${channel}_robot`,
          }),
        )
      : [];
  // What the bot of WeCom asks for is what its robots do.
  if (channel === "wecom") return beside;
  const own = askedBy(target).flatMap(({ rotations }) => rotations);
  return [...own.map((rotation): Named => ({ path: `${at}.oncall`, rotation, channel })), ...beside];
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
