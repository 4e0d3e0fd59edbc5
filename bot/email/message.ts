/** A card as a mail: its subject, its words for every client, and headers that keep machines from answering. */
import type { MailComposerOptions } from "nodemailer/lib/mail-composer";
import type { Card } from "../../alerts/card.ts";
import { plain } from "../../alerts/words.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import { bodyLines, notificationLine, standingOf } from "../chat/card-lines.ts";
import { type Line, PLAIN } from "../chat/lines.ts";
import type { Mailbox } from "./config.ts";
import { htmlOf } from "./html.ts";

/** The envelope on paper: what stands in the headers. */
export interface Heading {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly subject: string;
  /** With angle brackets, like all ids here. */
  readonly messageId: string;
  readonly inReplyTo: string | undefined;
  readonly references: readonly string[];
  readonly at: number;
  /** Those of the configuration. */
  readonly headers: Readonly<Record<string, string>>;
}

const FOOTER: Text = {
  zh: "更夫自动发送，请勿回复。",
  en: "Sent by Gengfu. Nobody reads answers to this address.",
};
const ACKNOWLEDGE: Text = { zh: "认领", en: "Acknowledge" };
const LINK_NOTE: Text = {
  zh: "只为你生成，24 小时内有效，只能用一次；请不要转发。",
  en: "Made for you alone, good for 24 hours and for one use; do not forward it.",
};

/** Pictures larger than this are left out; in bytes. */
const LARGEST_PICTURE = 2 * 1024 * 1024;
/** Without `image/svg+xml`, which can do more than show. */
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+=*)$/;
const PICTURE_ID = "picture@gengfu";

/**
 * RFC 3834 (5): `Auto-Submitted` keeps well-made machines from answering; Exchange and Outlook ask for the second
 * ([MS-OXCMAIL] 2.2.3.2.14), older ones know the third.
 */
const QUIET = {
  "Auto-Submitted": "auto-generated",
  "X-Auto-Response-Suppress": "All",
  Precedence: "bulk",
} as const;

/** What a mail of its own is called: what a phone would show of the card. */
export function subjectOf(card: Card, locale: Locale): string {
  return plain(notificationLine(card, locale));
}

/** Writes it. `link` acknowledges what the card is about. */
export async function mailOf(
  card: Card,
  heading: Heading,
  { locale, link }: { readonly locale: Locale; readonly link: string | undefined },
): Promise<Buffer> {
  const { default: Composer } = await import("nodemailer/lib/mail-composer");
  const { from, to, subject, messageId, inReplyTo, references, at, headers } = heading;
  const picture = pictureIn(card);
  const own = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), { name, value }]));
  const options: MailComposerOptions = {
    from: own.get("from")?.value ?? { ...from },
    to: own.get("to")?.value ?? to.map((one) => ({ ...one })),
    subject: own.get("subject")?.value ?? subject,
    messageId,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references: [...references] }),
    date: new Date(at),
    text: textOf(card, locale, link),
    html: htmlOf(card, {
      language: locale,
      headline: headlineOf(card, locale),
      preview: subjectOf(card, locale),
      standing: standingOf(card, locale),
      button:
        link === undefined
          ? undefined
          : { url: link, label: inLocale(locale, ACKNOWLEDGE), note: inLocale(locale, LINK_NOTE) },
      picture: picture === undefined ? undefined : PICTURE_ID,
      footer: inLocale(locale, FOOTER),
    }),
    ...(picture === undefined
      ? {}
      : { attachments: [{ ...picture, cid: PICTURE_ID, contentDisposition: "inline" }] }),
    headers: {
      ...Object.fromEntries(
        [...own].filter(([name]) => !REPLACED.has(name)).map(([, { name, value }]) => [name, value]),
      ),
      ...QUIET,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return new Composer(options).compile().build();
}

const REPLACED: ReadonlySet<string> = new Set(["subject", "from", "to"]);

/** A card without a title begins with its text, which follows; so the headline is how it stands. */
function headlineOf({ title = "" }: Card, locale: Locale): string {
  return title === "" ? inLocale(locale, { zh: "更夫", en: "Gengfu" }) : title;
}

/** The same for clients, and people, without HTML. */
function textOf(card: Card, locale: Locale, link: string | undefined): string {
  const colon = inLocale(locale, { zh: "：", en: ": " });
  const field = (name: string, value: string): Line => {
    const words = `${name}${colon}${value}`;
    return { kind: "text", mark: "", text: words, words };
  };
  const standing = standingOf(card, locale);
  const parts = [
    `${standing === "" ? "" : `[${standing}] `}${headlineOf(card, locale)}`,
    bodyLines(card, PLAIN, field).map(lineOf).join("\n"),
    link === undefined
      ? ""
      : `${inLocale(locale, ACKNOWLEDGE)}${colon}${link}\n${inLocale(locale, LINK_NOTE)}`,
    `-- \n${inLocale(locale, FOOTER)}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** A paragraph begins after an empty line. */
function lineOf({ mark, text, starts }: Line, place: number): string {
  return `${starts === true && place > 0 ? "\n" : ""}${mark}${text}`;
}

/** A picture that the card carries itself; one that is elsewhere is not fetched. */
function pictureIn({
  image = "",
}: Card): { readonly content: Buffer; readonly contentType: string; readonly filename: string } | undefined {
  if (image.length > LARGEST_PICTURE * 1.4) return undefined;
  const found = PICTURE.exec(image);
  if (found === null) return undefined;
  const [, type = "", base64 = ""] = found;
  const content = Buffer.from(base64, "base64");
  if (content.length > LARGEST_PICTURE) return undefined;
  return { content, contentType: `image/${type}`, filename: `chart.${type}` };
}
