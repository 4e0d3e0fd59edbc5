/** A robot's markdown as the plain text that titles and annotations are made of. */

/** A link with what it says. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

export interface PlainText {
  readonly text: string;
  readonly links: readonly Link[];
  /** Addresses of pictures. */
  readonly images: readonly string[];
  /** Ids after an `@` in angle brackets, as WeCom writes mentions. */
  readonly mentions: readonly string[];
}

/** Takes markup away and keeps what it carried. Longer bodies than a platform takes are cut before they come here. */
export function plainText(markdown: string): PlainText {
  const links: Link[] = [];
  const images: string[] = [];
  const mentions: string[] = [];
  const text = markdown
    .replace(/\r\n?/g, "\n")
    .replace(/!\[[^\]\n]{0,200}\]\(([^)\s]{1,2000})\)/g, (_found, url: string) => {
      images.push(url);
      return "";
    })
    .replace(/\[([^\]\n]{1,200})\]\(([^)\s]{1,2000})\)/g, (_found, title: string, url: string) => {
      links.push({ title, url });
      return title;
    })
    .replace(/<@([^<>\n]{1,64})>/g, (_found, id: string) => {
      mentions.push(id);
      return "";
    })
    .replace(/<\/?(?:font|br|b|i|strong|em|span|div|p)(?:\s[^<>\n]{0,200})?\/?>/gi, (tag) =>
      /^<br/i.test(tag) ? "\n" : "",
    )
    .replace(/^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]?|[-*+][ \t]+)+/gm, "")
    .replace(/\*\*([^*\n]{1,1000})\*\*/g, "$1")
    .replace(/`([^`\n]{1,1000})`/g, "$1")
    .replace(/&nbsp;/g, " ")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return { text, links, images, mentions };
}
