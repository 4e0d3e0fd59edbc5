/**
 * A chat platform cannot fetch a picture from us: it gets the picture itself, with answers that somebody asked for. The
 * cards of incidents go without: they change often, and each upload counts against the platform's limits.
 */
import type { Card } from "../../alerts/card.ts";
import type { Channel } from "../../alerts/channel.ts";
import { PICTURES, type Pictures } from "./pictures.ts";

/** The same channels, which see pictures of ours as `data:` or not at all. */
export function withPictures(
  channels: Readonly<Record<string, Channel>>,
  pictures: Pick<Pictures, "find">,
): Readonly<Record<string, Channel>> {
  async function shown(card: Card): Promise<Card> {
    const { image, ...rest } = card;
    if (image?.startsWith(PICTURES) !== true) return card;
    const png = card.kind === "reply" ? await pictures.find(image) : undefined;
    if (png === undefined) return rest;
    return { ...rest, image: `data:image/png;base64,${Buffer.from(png).toString("base64")}` };
  }
  const wrapped = Object.entries(channels).map(([name, channel]): [string, Channel] => {
    const { edit } = channel;
    const post: Channel["post"] = async (conversation, card, attempt) =>
      channel.post(conversation, await shown(card), attempt);
    if (edit === undefined) return [name, { ...channel, post }];
    return [
      name,
      {
        ...channel,
        post,
        edit: async (receipt, card, attempt) => edit(receipt, await shown(card), attempt),
      },
    ];
  });
  return Object.fromEntries(wrapped);
}
