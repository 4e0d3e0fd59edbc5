/** The mail channel in front of a real server on loopback. */
import { onTestFinished } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, SendError } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { type EmailDeps, emailChannel } from "../../../../bot/email/channel.ts";
import { mailingsOf } from "../../../../bot/email/mailings.ts";
import { openSeal } from "../../../../bot/email/seal.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type FakeSmtp, openSmtp } from "../../../support/smtp.ts";

export const OPS = "email:ops/0";

export const card: Card = {
  kind: "incident",
  title: "#12 磁盘快满了",
  severity: "critical",
  status: "firing",
  incident: 12,
  text: "- host=a — 95%",
  fields: [{ name: "位置", value: "host=web-1" }],
  actions: [{ id: "ack", label: "认领", command: "ack 12" }],
};

/** The receivers of a file whose one mail receiver has these lines; its server is `port`. */
export function mailings(port: number, entry = "{ to: ops@shop.example }", global = "") {
  return mailingsOf(
    parseConfig(
      "gengfu.yml",
      [
        `global: { smtp_smarthost: "127.0.0.1:${port}", smtp_from: "更夫 <gengfu@shop.example>"${global === "" ? "" : `, ${global}`} }`,
        "route: { receiver: ops }",
        `receivers: [{ name: ops, email_configs: [${entry}] }]`,
      ].join("\n"),
      {},
    ),
  );
}

export const SELF_SIGNED = "smtp_tls_config: { insecure_skip_verify: true }";

export interface Bench {
  readonly smtp: FakeSmtp;
  readonly clock: FakeClock;
  readonly channel: ReturnType<typeof emailChannel>["channel"];
  post(more?: Partial<Attempt>, what?: Card): ReturnType<ReturnType<typeof emailChannel>["channel"]["post"]>;
  refused(more?: Partial<Attempt>, what?: Card): Promise<SendError>;
}

/** Opens both; closed with the test. */
export async function openBench(
  options: {
    readonly server?: Parameters<typeof openSmtp>[0];
    readonly entry?: string;
    readonly global?: string;
    readonly port?: number;
    readonly deps?: Partial<EmailDeps>;
  } = {},
): Promise<Bench> {
  const smtp = await openSmtp(options.server);
  const clock = new FakeClock();
  const found = mailings(options.port ?? smtp.port, options.entry, options.global ?? SELF_SIGNED);
  const email = emailChannel({
    find: (address) => found.get(address),
    seal: openSeal(memoryStore(), (count) => new Uint8Array(count).fill(7)),
    tokenOf: async () => undefined,
    publicUrl: undefined,
    clock,
    locale: "zh-CN",
    ...options.deps,
  });
  onTestFinished(async () => {
    email.stop();
    await smtp.close();
  });
  const post: Bench["post"] = (more = {}, what = card) =>
    email.channel.post(OPS, what, {
      deliveryId: `incident-12@${OPS}`,
      signal: new AbortController().signal,
      ...more,
    });
  return {
    smtp,
    clock,
    channel: email.channel,
    post,
    async refused(more, what) {
      const error = await post(more, what).catch((e: unknown) => e);
      if (!(error instanceof SendError)) throw new Error("it was taken", { cause: error });
      return error;
    },
  };
}
