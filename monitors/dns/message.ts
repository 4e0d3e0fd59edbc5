/** DNS messages (RFC 1035): the question that is sent, and what is read out of the answer. */

/** Record types that can be asked for, and their numbers (IANA, DNS parameters). */
export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
} as const;

export type RecordType = keyof typeof TYPES;

/** Return codes by number (IANA, DNS parameters). */
export const RCODES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
] as const;

const CLASS_IN = 1;
const HEADER = 12;
const LONGEST_NAME = 255;

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: RecordType;
  readonly recursion: boolean;
}

export interface Answer {
  readonly rcode: string;
  readonly truncated: boolean;
  /** The records of the type that was asked for, as text: `10 mail.example` for an MX. */
  readonly records: readonly string[];
  readonly counts: { readonly answer: number; readonly authority: number; readonly additional: number };
  /** Of the first SOA among the answers. */
  readonly serial?: number;
}

/** A question as bytes. */
export function encodeQuestion({ id, name, type, recursion }: Question): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(recursion ? 0x0100 : 0, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.split(".").filter(Boolean);
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  const tail = Buffer.from([0, 0, TYPES[type], 0, CLASS_IN]);
  tail.writeUInt16BE(TYPES[type], 1);
  return Buffer.concat([header, ...parts, tail]);
}

/** Whether bytes are an answer to a question, as far as a look at their beginning tells. */
export function answers(bytes: Buffer, { id }: Question): boolean {
  return bytes.length >= HEADER && bytes.readUInt16BE(0) === id && (bytes.readUInt16BE(2) & 0x8000) !== 0;
}

/** Reads an answer. Throws when the bytes are no DNS message, or the answer to something else. */
export function decodeAnswer(bytes: Buffer, question: Question): Answer {
  const flags = bytes.readUInt16BE(2);
  const questions = bytes.readUInt16BE(4);
  const [answer = 0, authority = 0, additional = 0] = [6, 8, 10].map((at) => bytes.readUInt16BE(at));
  let at = HEADER;
  for (let i = 0; i < questions; i++) {
    const { name, end } = readName(bytes, at);
    if (name !== question.name.toLowerCase() || bytes.readUInt16BE(end) !== TYPES[question.type])
      throw new Error("it answers another question");
    at = end + 4;
  }
  const truncated = (flags & 0x0200) !== 0;
  const records: string[] = [];
  let serial: number | undefined;
  // A truncated message may end anywhere; what is in it is asked for again over TCP.
  for (let i = 0; i < answer && !truncated; i++) {
    const { end } = readName(bytes, at);
    const type = bytes.readUInt16BE(end);
    const length = bytes.readUInt16BE(end + 8);
    const from = end + 10;
    at = from + length;
    if (at > bytes.length) throw new Error("a record is longer than the message");
    if (type === TYPES[question.type]) records.push(readRecord(bytes, question.type, from, length));
    if (type === TYPES.SOA) serial ??= readSoa(bytes, from).serial;
  }
  return {
    rcode: RCODES[flags & 15] ?? `RCODE${flags & 15}`,
    truncated,
    records,
    counts: { answer, authority, additional },
    ...(serial === undefined ? {} : { serial }),
  };
}

/** A name in small letters, without the dot at its end. Pointers lead backwards only, so that none goes in a circle. */
function readName(bytes: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let lowest = start;
  let end: number | undefined;
  let length = 0;
  for (;;) {
    const size = bytes.readUInt8(at);
    if (size === 0) return { name: labels.join(".").toLowerCase(), end: end ?? at + 1 };
    if (size >= 0xc0) {
      const target = bytes.readUInt16BE(at) & 0x3fff;
      if (target >= lowest) throw new Error("a name points forward");
      end ??= at + 2;
      at = target;
      lowest = target;
    } else {
      length += size + 1;
      if (size > 63 || length > LONGEST_NAME || at + 1 + size > bytes.length)
        throw new Error("a name is too long");
      labels.push(bytes.toString("latin1", at + 1, at + 1 + size));
      at += 1 + size;
    }
  }
}

function readRecord(bytes: Buffer, type: RecordType, from: number, length: number): string {
  const name = (at: number): string => readName(bytes, at).name;
  const number = (at: number): number => bytes.readUInt16BE(from + at);
  switch (type) {
    case "A":
      return [0, 1, 2, 3].map((i) => bytes.readUInt8(from + i)).join(".");
    case "AAAA":
      return shortest([0, 2, 4, 6, 8, 10, 12, 14].map((i) => number(i).toString(16)));
    case "MX":
      return `${number(0)} ${name(from + 2)}`;
    case "SRV":
      return `${number(0)} ${number(2)} ${number(4)} ${name(from + 6)}`;
    case "SOA":
      return readSoa(bytes, from).text;
    case "TXT":
      return readTexts(bytes, from, length);
    case "CAA": {
      const size = bytes.readUInt8(from + 1);
      const tag = bytes.toString("latin1", from + 2, from + 2 + size);
      return `${bytes.readUInt8(from)} ${tag} "${bytes.toString("utf8", from + 2 + size, from + length)}"`;
    }
    case "CNAME":
    case "NS":
    case "PTR":
      return name(from);
  }
}

/** An IPv6 address as the URL parser, and so the whole house, writes it. */
function shortest(groups: readonly string[]): string {
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

/** The strings of a TXT record, one after the other. */
function readTexts(bytes: Buffer, from: number, length: number): string {
  const parts: Buffer[] = [];
  for (let at = from; at < from + length; ) {
    const size = bytes.readUInt8(at);
    parts.push(bytes.subarray(at + 1, at + 1 + size));
    at += 1 + size;
  }
  return Buffer.concat(parts).toString("utf8");
}

function readSoa(bytes: Buffer, from: number): { text: string; serial: number } {
  const primary = readName(bytes, from);
  const mail = readName(bytes, primary.end);
  const numbers = [0, 4, 8, 12, 16].map((i) => bytes.readUInt32BE(mail.end + i));
  return { text: [primary.name, mail.name, ...numbers].join(" "), serial: numbers[0] ?? 0 };
}
