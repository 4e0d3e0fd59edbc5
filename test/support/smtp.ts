/** A real mail server on loopback that takes what it is given, or does what it is told to. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type Mail, readMail } from "./mail.ts";

/** What was taken. */
export interface TakenMail extends Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly hello: string;
}

/** `550 5.1.1`: a refusal. */
type No = string | undefined;

export interface FakeSmtp {
  readonly port: number;
  /** What was taken, in order. */
  readonly taken: readonly TakenMail[];
  /** How many came to the door, and how they tried to log in. */
  readonly sessions: { count: number; open(): number };
  readonly logins: { readonly method: string; readonly user: string }[];
  /** What is refused, and where; changed at will. */
  tricks: {
    greeting?: No;
    from?: No;
    rcpt?: (address: string) => No;
    data?: No;
    /** After the whole mail has come: nothing is said for the time being, or the line is cut. */
    after?: "hang" | "cut" | "take-and-cut" | undefined;
  };
  /** Says yes to those that were kept waiting. */
  release(): void;
  heard(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens one; by default with STARTTLS under a certificate that nobody vouches for, and without a login. */
export async function openSmtp(
  options: SMTPServerOptions & { readonly user?: string; readonly password?: string } = {},
): Promise<FakeSmtp> {
  const { user, password, ...more } = options;
  const taken: TakenMail[] = [];
  const kept: (() => void)[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    authOptional: user === undefined,
    ...(user === undefined ? { disabledCommands: ["AUTH"] } : {}),
    onConnect(_session, done) {
      smtp.sessions.count++;
      done(refusal(smtp.tricks.greeting));
    },
    onAuth(auth, _session, done) {
      const name = auth.username ?? "";
      smtp.logins.push({ method: auth.method, user: name });
      const right =
        name === user &&
        (auth.method === "CRAM-MD5" ? auth.validatePassword?.(password ?? "") : auth.password === password);
      if (right) done(null, { user: name });
      else done(refusal(`535 5.7.8 you said ${auth.password}`));
    },
    onMailFrom: (_address, _session, done) => done(refusal(smtp.tricks.from)),
    onRcptTo: ({ address }, _session, done) => done(refusal(smtp.tricks.rcpt?.(address))),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { after, data } = smtp.tricks;
        const { mailFrom, rcptTo } = session.envelope;
        const take = (): void => {
          taken.push({
            ...readMail(Buffer.concat(chunks)),
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user === undefined ? undefined : String(session.user),
            hello: session.hostNameAppearsAs ?? "",
          });
          for (const look of waiting) look();
        };
        if (after === "cut" || after === "take-and-cut") {
          if (after === "take-and-cut") take();
          for (const { _socket: socket } of server.connections) socket.destroy();
        } else if (data !== undefined) done(refusal(data));
        else if (after === "hang")
          kept.push(() => {
            take();
            done();
          });
        else {
          take();
          done();
        }
      });
    },
    ...more,
  });
  // A line that breaks is what some tests are about.
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const smtp: FakeSmtp = {
    port: (server.server.address() as AddressInfo).port,
    taken,
    sessions: { count: 0, open: () => server.connections.size },
    logins: [],
    tricks: {},
    release() {
      for (const say of kept.splice(0)) say();
    },
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (taken.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return smtp;
}

function refusal(no: No): (Error & { responseCode: number }) | null {
  if (no === undefined) return null;
  return Object.assign(new Error(no.slice(4)), { responseCode: Number(no.slice(0, 3)) });
}
