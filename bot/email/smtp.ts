/** One session with a mail server: connect, encrypt, log in, hand over. Nothing of the login appears in an error. */
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SMTPConnectionCustomAuthContext } from "nodemailer/lib/smtp-connection";
import { SendError } from "../../alerts/channel.ts";
import { isLoopback } from "../environment.ts";
import type { TlsConfig } from "../receivers/http-config.ts";
import { failureOf, type Reply, replyIn } from "./answer.ts";

/** Where mail is handed over, and how. Secrets are inside: never logged. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly hello: string;
  /** Nothing is sent unencrypted. */
  readonly requireTls: boolean;
  /** TLS from the first byte, instead of STARTTLS. */
  readonly implicitTls: boolean;
  readonly tls: TlsConfig | undefined;
  readonly login: Login | undefined;
}

interface Login {
  readonly username: string;
  readonly password: string | undefined;
  readonly secret: string | undefined;
  readonly identity: string | undefined;
}

/** One mail, and who is to have it. */
export interface Parcel {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: Buffer;
}

/** Hears of each recipient as soon as the server has answered for good. */
export interface Ledger {
  took(address: string, code: number): void;
  refused(address: string, reply: Reply): void;
}

/** The client's own limits, in milliseconds; RFC 5321 (4.5.3.2) would allow minutes for each step. */
const CONNECT_MS = 30_000;
const SILENCE_MS = 120_000;

/** Hands all of them over, one after another. Rejects with a SendError once nothing more can be done. */
export async function handOver(
  server: MailServer,
  parcels: readonly Parcel[],
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
  // Whoever writes no mail need not load it.
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  const connection = new Connection(optionsOf(server));
  const broken = new Promise<never>((_, reject) => {
    connection.on("error", (error) => reject(failureOf(error)));
    // A step that fails says why, after this.
    connection.on("end", () => setImmediate(() => reject(failureOf(undefined))));
    const halt = (): void => reject(new SendError("broken off", { next: "retry", code: "aborted" }));
    if (stop.aborted) halt();
    stop.addEventListener("abort", halt, { once: true });
    stop.addEventListener("abort", () => connection.close(), { once: true });
  });
  broken.catch(() => {});
  const step = <T>(run: (done: (error?: unknown, value?: T) => void) => void): Promise<T> =>
    Promise.race([
      broken,
      new Promise<T>((resolve, reject) => {
        run((error, value) => (error ? reject(error) : resolve(value as T)));
      }),
    ]);
  try {
    await step<void>((done) => connection.connect((error) => done(error)));
    await logIn(connection, server, step);
    for (const { from, to, mail } of parcels) {
      try {
        const {
          accepted,
          rejectedErrors = [],
          response,
        } = await step<SMTPConnection.SentMessageInfo>((done) =>
          connection.send({ from, to: [...to] }, mail, done),
        );
        const code = Number(response.slice(0, 3));
        for (const address of accepted) ledger.took(address, code);
        for (const one of rejectedErrors) noteRefusal(one, ledger);
      } catch (error) {
        const refused = refusalsIn(error);
        if (refused.length === 0) throw error;
        for (const one of refused) noteRefusal(one, ledger);
        await step<boolean>((done) => connection.reset(done));
      }
    }
    // Everything is answered; whether the goodbye is does not matter.
    connection.quit();
  } catch (error) {
    connection.close();
    throw failureOf(error);
  }
}

function optionsOf({
  host,
  port,
  hello,
  requireTls,
  implicitTls,
  tls,
  login,
}: MailServer): SMTPConnection.Options {
  return {
    host,
    port,
    name: hello,
    secure: implicitTls,
    requireTLS: requireTls && !implicitTls,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    socketCloseTimeout: 1_000,
    tls: {
      ca: tls?.ca,
      cert: tls?.cert,
      key: tls?.key,
      // Encryption that is not asked for is better than none, whoever vouches for it (RFC 7435).
      rejectUnauthorized: tls === undefined ? requireTls || implicitTls : !tls.insecureSkipVerify,
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
    },
    ...(login?.identity === undefined ? {} : { customAuth: { PLAIN: plainFor(login.identity) } }),
  };
}

/** Logs in where there is a user and the server lets anybody log in; where it does not, it says itself what it needs. */
async function logIn(
  connection: SMTPConnection,
  { host, login }: MailServer,
  step: (run: (done: (error?: unknown) => void) => void) => Promise<unknown>,
): Promise<void> {
  const offered = waysIn(connection.lastServerResponse);
  if (login === undefined || offered.length === 0) return;
  const { username: user, password, secret } = login;
  const way = (["CRAM-MD5", "PLAIN", "LOGIN"] as const).find((one) =>
    one === "CRAM-MD5"
      ? offered.includes(one) &&
        (secret !== undefined || !offered.some((other) => /^(PLAIN|LOGIN)$/.test(other)))
      : offered.includes(one) && password !== undefined,
  );
  const pass = way === "CRAM-MD5" ? (secret ?? password) : password;
  if (way === undefined || pass === undefined)
    throw new SendError(
      `the mail server knows no way to log in with what is configured (${offered.join(", ")})`,
      {
        next: "give-up",
        code: "no-way-to-log-in",
      },
    );
  // CRAM-MD5 sends no password; the others send it as it is.
  if (way !== "CRAM-MD5" && !connection.secure && !isLoopback(host))
    throw new SendError("the mail server offers no encryption, and the password is not sent without", {
      next: "give-up",
      code: "password-unencrypted",
    });
  await step((done) => connection.login({ user, pass, method: way }, done));
}

/** The mechanisms in the answer to EHLO. */
function waysIn(ehlo: string | false): readonly string[] {
  const found = /^250[ -]AUTH[ =](.*)$/im.exec(ehlo === false ? "" : ehlo);
  return (found?.[1] ?? "")
    .trim()
    .toUpperCase()
    .split(/\s+/)
    .filter((way) => /^[A-Z0-9-]{1,20}$/.test(way));
}

/** PLAIN with an identity to act as (RFC 4616). */
function plainFor(identity: string) {
  return async ({ auth, sendCommand }: SMTPConnectionCustomAuthContext): Promise<void> => {
    const { user, pass } = auth.credentials;
    const words = Buffer.from(`${identity}\0${user}\0${pass}`).toString("base64");
    const { status } = await sendCommand(`AUTH PLAIN ${words}`);
    if (status !== 235) throw new Error("not logged in");
  };
}

/** The refusals of every recipient, where all were refused and the session goes on. */
function refusalsIn(error: unknown): readonly unknown[] {
  const found: unknown = error instanceof Error ? Reflect.get(error, "rejectedErrors") : undefined;
  return Array.isArray(found) && found.every((one) => isAlive(replyIn(one))) ? found : [];
}

/** After 421 the server hangs up. */
function isAlive(reply: Reply | undefined): boolean {
  return reply !== undefined && reply.code !== 421;
}

function noteRefusal(error: unknown, ledger: Ledger): void {
  const reply = replyIn(error);
  const address: unknown = error instanceof Error ? Reflect.get(error, "recipient") : undefined;
  if (reply !== undefined && typeof address === "string") ledger.refused(address, reply);
}
