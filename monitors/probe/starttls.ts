/** How protocols that begin in the clear are asked to go on with TLS. */
import { compileSearch } from "../../storage/regex.ts";
import type { Talk } from "./talk.ts";

interface Step {
  readonly hear?: string;
  readonly send?: string;
}

/** What is heard and said, in order, before the handshake. */
const SCRIPTS = {
  // RFC 3207
  smtp: [
    { hear: "^220 " },
    { send: "EHLO gengfu\r\n" },
    { hear: "^250 " },
    { send: "STARTTLS\r\n" },
    { hear: "^220 " },
  ],
  // RFC 3501, 6.2.1
  imap: [{ hear: "^\\* OK" }, { send: "a STARTTLS\r\n" }, { hear: "^a OK" }],
  // RFC 2595
  pop3: [{ hear: "^\\+OK" }, { send: "STLS\r\n" }, { hear: "^\\+OK" }],
  // RFC 4217
  ftp: [{ hear: "^220 " }, { send: "AUTH TLS\r\n" }, { hear: "^234" }],
  // PostgreSQL, "SSL Session Encryption": SSLRequest is 80877103, and S is yes.
  postgres: [{ send: "\x00\x00\x00\x08\x04\xd2\x16\x2f" }, { hear: "^S" }],
} as const satisfies Record<string, readonly Step[]>;

export type StartTls = keyof typeof SCRIPTS;

export const startTlsNames = Object.keys(SCRIPTS) as [StartTls, ...StartTls[]];

/** Goes through a protocol's beginning, up to where the handshake is due. */
export async function askForTls(talk: Talk, protocol: StartTls): Promise<void> {
  const steps: readonly Step[] = SCRIPTS[protocol];
  for (const { hear, send } of steps) {
    if (hear !== undefined) await talk.hear(compileSearch(hear));
    if (send !== undefined) talk.send(Buffer.from(send, "latin1"));
  }
}
