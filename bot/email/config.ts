/** `email_configs` and the `smtp_…` keys of `global`, as `alertmanager.yml` has them. */
import { isIP } from "node:net";
import addressparser from "nodemailer/lib/addressparser";
import { z } from "zod";
import { complain, named, scalar } from "../../alerts/config-parts.ts";
import { type TlsConfig, tlsSchema } from "../receivers/http-config.ts";
import { oncall } from "../receivers/robot-config.ts";

/** An address with the name that may stand before it. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A mail server, and how to speak to it. What is undefined is said elsewhere, or as usual. Secrets are inside. */
export interface SmtpConfig {
  readonly from: Mailbox | undefined;
  readonly smarthost: { readonly host: string; readonly port: number } | undefined;
  /** What we call ourselves. */
  readonly hello: string | undefined;
  readonly username: string | undefined;
  /** For PLAIN and LOGIN. */
  readonly password: string | undefined;
  /** For CRAM-MD5. */
  readonly secret: string | undefined;
  /** As whom to act, with PLAIN. */
  readonly identity: string | undefined;
  readonly requireTls: boolean | undefined;
  /** TLS from the first byte; undefined: on port 465. */
  readonly implicitTls: boolean | undefined;
  readonly tls: TlsConfig | undefined;
}

/** One entry of `email_configs`. */
export interface EmailConfig extends SmtpConfig {
  readonly to: readonly Mailbox[];
  /** The rotation whose duty is written to as well. */
  readonly oncall: string | undefined;
  /** Headers besides ours, and instead of `Subject`, `From` and `To`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the mails about one incident are one thread. */
  readonly threads: boolean;
  /** The keys that hold templates, which are not read here. */
  readonly unread: readonly string[];
}

const mailboxes = named.transform((text, context): readonly Mailbox[] => {
  const found = /[\r\n]/.test(text) ? [] : addressparser(text, { flatten: true });
  const wrong = found.find(({ address }) => !/^[^\s@<>]+@[^\s@<>]+$/.test(address));
  if (found.length > 0 && wrong === undefined)
    return found.map(({ name = "", address }) => ({ name, address }));
  if (isTemplate(text))
    complain(context, {
      zh: "这里不能用模板，应写邮件地址",
      en: "cannot be a template; write the addresses",
    });
  else
    complain(context, {
      zh: `'${text}' 不是邮件地址，应形如 ops@shop.example`,
      en: `'${text}' is no mail address such as ops@shop.example`,
    });
  return z.NEVER;
});

const mailbox = mailboxes.transform((all, context): Mailbox => {
  const [first, second] = all;
  if (first !== undefined && second === undefined) return first;
  complain(context, { zh: "只能有一个地址", en: "can be one address only" });
  return z.NEVER;
});

const smarthost = named.transform((text, context) => {
  const found = /^(?:\[([^\]]+)\]|([^:\s/]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? "";
  const port = Number(found?.[3]);
  if (port >= 1 && port <= 65_535 && (found?.[1] === undefined || isIP(host) === 6)) return { host, port };
  complain(context, {
    zh: `'${text}' 应为 主机:端口，例如 smtp.shop.example:587`,
    en: `'${text}' must be host:port, such as smtp.shop.example:587`,
  });
  return z.NEVER;
});

const hello = named.refine((text) => /^[A-Za-z0-9.:[\]-]+$/.test(text), {
  message: "must be the name of a host",
  params: { zh: "应为主机名" },
});

/** Of a key that is empty, as in a file that was generated, nothing is said. */
function emptyIsAbsent<T>(schema: z.ZodType<T>) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
}

export const smtpKeys = {
  smtp_from: emptyIsAbsent(mailbox),
  smtp_hello: emptyIsAbsent(hello),
  smtp_smarthost: emptyIsAbsent(smarthost),
  smtp_auth_username: emptyIsAbsent(scalar),
  smtp_auth_password: emptyIsAbsent(scalar),
  smtp_auth_secret: emptyIsAbsent(scalar),
  smtp_auth_identity: emptyIsAbsent(scalar),
  smtp_require_tls: z.boolean().optional(),
  smtp_force_implicit_tls: z.boolean().optional(),
  smtp_tls_config: tlsSchema.optional(),
};

/** The defaults of a file. */
export function smtpOf(one: z.output<z.ZodObject<typeof smtpKeys>>): SmtpConfig {
  return {
    from: one.smtp_from,
    smarthost: one.smtp_smarthost,
    hello: one.smtp_hello,
    username: one.smtp_auth_username,
    password: one.smtp_auth_password,
    secret: one.smtp_auth_secret,
    identity: one.smtp_auth_identity,
    requireTls: one.smtp_require_tls,
    implicitTls: one.smtp_force_implicit_tls,
    tls: one.smtp_tls_config,
  };
}

/** Headers that are ours alone: they make the thread, keep machines from answering, or hold the mail together. */
const OURS =
  /^(?:message-id|in-reply-to|references|date|mime-version|content-.*|auto-submitted|x-auto-response-suppress|precedence|bcc)$/i;

const headers = z
  .record(
    z
      .string()
      .refine((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name), {
        message: "is no name of a header",
        params: { zh: "不是邮件头的名字" },
      })
      .refine((name) => !OURS.test(name), {
        message: "is written by Gengfu itself, or would not do what it says",
        params: { zh: "由更夫自己填写，或写了也不起作用" },
      }),
    scalar.refine((text) => !/[\r\n]/.test(text), {
      message: "must be one line",
      params: { zh: "只能有一行" },
    }),
  )
  .default({});

export const emailSchema = z
  .strictObject({
    send_resolved: z.boolean().default(false),
    to: mailboxes.optional(),
    oncall,
    from: emptyIsAbsent(mailbox),
    smarthost: emptyIsAbsent(smarthost),
    hello: emptyIsAbsent(hello),
    auth_username: emptyIsAbsent(scalar),
    auth_password: emptyIsAbsent(scalar),
    auth_secret: emptyIsAbsent(scalar),
    auth_identity: emptyIsAbsent(scalar),
    headers,
    html: scalar.optional(),
    text: scalar.optional(),
    require_tls: z.boolean().optional(),
    force_implicit_tls: z.boolean().optional(),
    tls_config: tlsSchema.optional(),
    threading: z
      .strictObject({
        enabled: z.boolean().default(true),
        // One thread per incident is shorter than one per day.
        thread_by_date: z.enum(["none", "daily"]).optional(),
      })
      .prefault({}),
  })
  .refine(({ to, oncall: rotation }) => to !== undefined || rotation !== undefined, {
    path: ["to"],
    message: "is missing; write addresses here, or oncall",
    params: { zh: "缺少，应为邮件地址；或者写 oncall" },
    // Said together with whatever else is wrong.
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .transform((one) => {
    const all = Object.entries(one.headers);
    const email: EmailConfig = {
      to: one.to ?? [],
      oncall: one.oncall,
      from: one.from,
      smarthost: one.smarthost,
      hello: one.hello,
      username: one.auth_username,
      password: one.auth_password,
      secret: one.auth_secret,
      identity: one.auth_identity,
      requireTls: one.require_tls,
      implicitTls: one.force_implicit_tls,
      tls: one.tls_config,
      headers: Object.fromEntries(all.filter(([, text]) => !isTemplate(text))),
      threads: one.threading.enabled,
      unread: [
        ...(["html", "text"] as const).filter((key) => (one[key] ?? "") !== ""),
        ...all.filter(([, text]) => isTemplate(text)).map(([name]) => `headers.${name}`),
      ],
    };
    return { sendResolved: one.send_resolved, email };
  });

function isTemplate(text: string): boolean {
  return text.includes("{{");
}
