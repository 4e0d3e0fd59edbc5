/** What happened, as it stood on the wire, with what is secret blanked out. */

/** One frame of the long connection. */
export interface FrameRecord {
  readonly at: number;
  /** Which connection, counted from 1. */
  readonly connection: number;
  /** `in`: from the bot; `out`: to the bot. */
  readonly way: "in" | "out";
  readonly cmd: string | undefined;
  readonly reqId: string;
  /** The refusal or acceptance that an answer carries. */
  readonly errcode: number | undefined;
  /** As it stood on the wire, secrets blanked. */
  readonly text: string;
  /** The same, parsed; `undefined` when it was no JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** One request over HTTP. */
export interface RequestRecord {
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With the query, secrets blanked. */
  readonly url: string;
  /** As it stood on the wire, secrets blanked; of an upload only how long it was. */
  readonly text: string;
  readonly status: number;
  /** The answer, secrets blanked; `undefined` when none was given. */
  readonly answer: string | undefined;
  readonly errcode: number | undefined;
}

const SECRETS: readonly RegExp[] = [
  /("(?:secret|access_token|response_code|corpsecret)"\s*:\s*")[^"]+/g,
  /((?:[?&]|^)(?:key|corpsecret|access_token|response_code)=)[^&"\s\\]+/g,
  /(<(?:ResponseCode)>(?:<!\[CDATA\[)?)[^\]<]+/g,
];

/** Blanks out credentials: secrets, tokens, keys, and the codes that let anybody answer. */
export function masked(text: string): string {
  return SECRETS.reduce((clean, secret) => clean.replace(secret, "$1***"), text);
}
