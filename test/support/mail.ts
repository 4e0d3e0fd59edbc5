/** Reads a mail as a client would, as far as tests ask: unfolded headers, decoded words and parts. */

export interface Mail {
  readonly raw: string;
  /** By their names in small letters; decoded (RFC 2047). */
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly MailPart[];
  /** The text for clients without HTML, and the HTML. */
  readonly text: string;
  readonly html: string;
}

export interface MailPart {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

export function readMail(bytes: Buffer): Mail {
  const raw = bytes.toString("latin1");
  const parts = partsOf(raw);
  const textOf = (type: string): string =>
    parts
      .find((part) => part.type === type)
      ?.content.toString("utf8")
      .replaceAll("\r\n", "\n") ?? "";
  return {
    raw,
    headers: headersOf(raw),
    parts,
    text: textOf("text/plain"),
    html: textOf("text/html"),
  };
}

function partsOf(raw: string): readonly MailPart[] {
  const headers = headersOf(raw);
  const type = (headers["content-type"] ?? "text/plain").split(";")[0]?.trim().toLowerCase() ?? "";
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4);
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1];
  if (type.startsWith("multipart/") && boundary !== undefined)
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((part) => partsOf(part.replace(/^\r\n/, "").replace(/\r\n$/, "")));
  return [{ type, headers, content: decoded(body, headers["content-transfer-encoding"] ?? "") }];
}

function headersOf(raw: string): Readonly<Record<string, string>> {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  return Object.fromEntries(
    head.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
    }),
  );
}

/** Encoded words; white space between two of them is none (RFC 2047, 6.2). */
function words(text: string): string {
  return text
    .replace(/(\?=)\s+(?==\?)/g, "$1")
    .replace(/(?:=\?utf-8\?[qb]\?[^?]*\?=)+/gi, (run) =>
      Buffer.concat(
        [...run.matchAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi)].map(([, kind = "", part = ""]) =>
          kind.toLowerCase() === "b" ? Buffer.from(part, "base64") : quoted(part.replaceAll("_", " ")),
        ),
      ).toString("utf8"),
    );
}

function decoded(body: string, encoding: string): Buffer {
  if (encoding.toLowerCase() === "base64") return Buffer.from(body, "base64");
  if (encoding.toLowerCase() === "quoted-printable") return quoted(body.replace(/=\r\n/g, ""));
  return Buffer.from(body, "latin1");
}

function quoted(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    "latin1",
  );
}
