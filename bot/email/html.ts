/**
 * A card as the HTML of a mail: inline styles only, since mail clients drop the rest, nothing from elsewhere, and every
 * word escaped.
 */
import type { Card } from "../../alerts/card.ts";
import { linkLines } from "../chat/card-lines.ts";
import { type Dialect, type Line, linesOf } from "../chat/lines.ts";

/** What goes into it besides the card. Plain text. */
export interface HtmlParts {
  readonly language: string;
  readonly headline: string;
  /** What the list of a mailbox shows beside the subject. */
  readonly preview: string;
  readonly standing: string;
  /** An address of ours, and what its button says. */
  readonly button: { readonly url: string; readonly label: string; readonly note: string } | undefined;
  /** The `Content-ID` of the picture in the mail. */
  readonly picture: string | undefined;
  readonly footer: string;
}

/** As the console has them; they are read on white and on black. */
const SEVERITY = { critical: "#c9303c", warning: "#b86e00", info: "#2b6cb0" } as const;
const STATUS = {
  acknowledged: "#3853c4",
  silenced: "#626978",
  flapping: "#b86e00",
  resolved: "#1f7a52",
} as const;
const PLAIN_COLOUR = "#626978";

/** By family, so that each system shows Chinese in the one that it has. */
const FONTS =
  "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif";

export function htmlOf(card: Card, parts: HtmlParts): string {
  const { language, headline, preview, standing, button, picture, footer } = parts;
  const colour = colourOf(card);
  const badge =
    standing === ""
      ? ""
      : `<span style="display:inline-block;padding:1px 8px;border-radius:4px;background:${colour};color:#ffffff;font-size:13px">${escapeHtml(standing)}</span> `;
  const body = [
    `<h1 style="margin:0 0 12px;font-size:18px;line-height:1.4">${badge}${escapeHtml(headline)}</h1>`,
    linesHtml(linesOf(card.text ?? "", DIALECT)),
    fieldsHtml(card),
    linesHtml(linkLines(card.links ?? [], DIALECT)),
    picture === undefined
      ? ""
      : `<p style="margin:12px 0"><img src="cid:${escapeHtml(picture)}" alt="" style="max-width:100%"></p>`,
    button === undefined
      ? ""
      : `<p style="margin:20px 0 4px"><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:9px 22px;border-radius:6px;background:#3853c4;color:#ffffff;text-decoration:none">${escapeHtml(button.label)}</a></p><p style="margin:0 0 12px;font-size:12px;color:#626978">${escapeHtml(button.note)}</p>`,
    `<p style="margin:20px 0 0;font-size:12px;color:#626978">${escapeHtml(footer)}</p>`,
  ];
  return [
    `<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `</head><body style="margin:0;padding:16px;font-family:${FONTS};font-size:15px;line-height:1.6">`,
    `<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preview)}</div>`,
    `<div style="max-width:640px;padding:2px 0 2px 16px;border-left:4px solid ${colour};overflow-wrap:anywhere">`,
    ...body,
    "</div></body></html>",
  ].join("\n");
}

/** Puts text where HTML has text or the value of an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

function colourOf({ status, severity }: Card): string {
  if (status !== undefined && status !== "firing") return STATUS[status];
  return severity === undefined ? PLAIN_COLOUR : SEVERITY[severity];
}

const DIALECT: Dialect = {
  escape: (text) => escapeHtml(text),
  bold: (text) => `<b>${text}</b>`,
  italic: (text) => `<i>${text}</i>`,
  code: (text) =>
    `<code style="font-family:ui-monospace,Menlo,Consolas,monospace">${escapeHtml(text)}</code>`,
  link: (text, url) => `<a href="${escapeHtml(url)}">${text}</a>`,
  headingMark: "",
  itemMark: (depth, number) => `${"　".repeat(depth)}${number === undefined ? "•" : `${number}.`} `,
  quoteMark: "",
  blocks: false,
  between: () => "<br>",
};

const STYLES: Readonly<Record<Line["kind"], string>> = {
  text: "margin:0 0 10px",
  heading: "margin:0 0 10px;font-weight:bold",
  item: "margin:0 0 10px",
  quote: "margin:0 0 10px;padding-left:10px;border-left:2px solid #c9ccd3;color:#626978",
  code: "margin:0",
  row: "margin:0",
};

/** Lines of one paragraph stand in one. */
function linesHtml(lines: readonly Line[]): string {
  const paragraphs: { readonly kind: Line["kind"]; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const words = escapeHtml(line.mark) + line.text;
    const last = paragraphs.at(-1);
    if (line.starts !== true && last?.kind === line.kind) last.lines.push(words);
    else paragraphs.push({ kind: line.kind, lines: [words] });
  }
  return paragraphs
    .map(({ kind, lines: all }) => `<p style="${STYLES[kind]}">${all.join("<br>")}</p>`)
    .join("\n");
}

function fieldsHtml({ fields = [] }: Card): string {
  if (fields.length === 0) return "";
  const rows = fields.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#626978;vertical-align:top;white-space:nowrap">${escapeHtml(name)}</td><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
  );
  return `<table role="presentation" style="margin:10px 0;border-collapse:collapse">${rows.join("")}</table>`;
}
