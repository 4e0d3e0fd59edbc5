/** What the schema of one mail receiver cannot see: what only `global` says, and what is there and not read. */
import type { Problem } from "../config/error.ts";
import type { ReceiverConfig } from "../receivers/receivers-config.ts";
import type { EmailConfig, SmtpConfig } from "./config.ts";

/** Receivers from whom, or to whose server, nobody said; as Alertmanager has it that is an error. */
export function mailProblems(receivers: readonly ReceiverConfig[], global: SmtpConfig): readonly Problem[] {
  return receivers.flatMap((receiver, i) =>
    mailsIn(receiver).flatMap((email, k) =>
      (["from", "smarthost"] as const)
        .filter((key) => (email[key] ?? global[key]) === undefined)
        .map((key) => ({
          path: `receivers[${i}].email_configs[${k}].${key}`,
          text: {
            zh: `没有写，global 里也没有 smtp_${key}`,
            en: `is missing, and so is smtp_${key} of global`,
          },
        })),
    ),
  );
}

/** Templates that are not read. `path` is the receiver's. */
export function mailNotes(receiver: ReceiverConfig, path: string): readonly Problem[] {
  return mailsIn(receiver).flatMap(({ unread }, k) =>
    unread.map((key) => ({
      path: `${path}.email_configs[${k}].${key}`,
      text: {
        zh: "不会被读取：更夫的邮件不用模板",
        en: "not read: Gengfu's mails need no templates",
      },
    })),
  );
}

function mailsIn({ targets }: ReceiverConfig): readonly EmailConfig[] {
  return targets.flatMap((target) => (target.channel === "email" ? [target.email] : []));
}
