/** The mail receivers of a `gengfu.yml` by the addresses of their targets, with what `global` says for all of them. */
import type { FileConfig } from "../config.ts";
import { addressed } from "../plan-of.ts";
import type { EmailConfig, Mailbox, SmtpConfig } from "./config.ts";
import type { MailServer } from "./smtp.ts";

/** Whom to write to, from whom, and through which server. */
export interface Mailing extends Pick<EmailConfig, "to" | "oncall" | "headers" | "threads"> {
  readonly from: Mailbox;
  readonly server: MailServer;
  /** Addresses that were written to at other times: they may still answer. */
  readonly formerly?: readonly string[];
}

/** By addresses: `email:ops/0`. */
export function mailingsOf(config: Pick<FileConfig, "receivers" | "global">): ReadonlyMap<string, Mailing> {
  const found = new Map<string, Mailing>();
  for (const { address, target } of config.receivers.flatMap(addressed)) {
    const mailing = target.channel === "email" ? mailingOf(target.email, config.global.smtp) : undefined;
    if (mailing !== undefined) found.set(address, mailing);
  }
  return found;
}

/** undefined: nobody said from whom or through which server, which is an error of the file. */
function mailingOf(email: EmailConfig, global: SmtpConfig): Mailing | undefined {
  const from = email.from ?? global.from;
  const smarthost = email.smarthost ?? global.smarthost;
  if (from === undefined || smarthost === undefined) return undefined;
  const username = email.username ?? global.username;
  const { to, oncall, headers, threads } = email;
  return {
    to,
    oncall,
    from,
    headers,
    threads,
    server: {
      ...smarthost,
      hello: email.hello ?? global.hello ?? "localhost",
      requireTls: email.requireTls ?? global.requireTls ?? true,
      implicitTls: email.implicitTls ?? global.implicitTls ?? smarthost.port === 465,
      tls: email.tls ?? global.tls,
      login:
        username === undefined
          ? undefined
          : {
              username,
              password: email.password ?? global.password,
              secret: email.secret ?? global.secret,
              identity: email.identity ?? global.identity,
            },
    },
  };
}
