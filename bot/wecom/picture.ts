/** The picture that a card carries with it, for WeCom, which takes PNG and JPEG of at most 2 MB. */

const MOST_BYTES = 2 * 1024 * 1024;

/** The bytes of a `data:` address; undefined for anything else, and for what is too large. */
export function pictureIn(image: string | undefined): Buffer | undefined {
  const data = /^data:image\/(?:png|jpeg);base64,([A-Za-z0-9+/=]+)$/.exec(image ?? "")?.[1];
  if (data === undefined) return undefined;
  const bytes = Buffer.from(data, "base64");
  return bytes.length > MOST_BYTES ? undefined : bytes;
}
