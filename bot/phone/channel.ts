/**
 * `sms_configs` and `voice_configs`: people are told on their phones, each at most so often in an hour, and only of what
 * is bad enough and that nobody has. Nothing can be changed that was said; what is no news is never said again.
 */
import { createHash } from "node:crypto";
import type { Card, IncidentStatus, Severity } from "../../alerts/card.ts";
import { type Attempt, type Channel, NotSaid, type Receipt, SendError } from "../../alerts/channel.ts";
import { maskedPhone } from "../../alerts/oncall/humans.ts";
import { plain } from "../../alerts/words.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale } from "../../storage/locale.ts";
import { NotSaved } from "../../storage/store.ts";
import { unlessAborted } from "../aborted.ts";
import { linePartsOf } from "../chat/card-lines.ts";
import { mostHopeful } from "../robots/channel.ts";
import type { Medium } from "./config.ts";
import { domestic, type Gateway, InDoubt } from "./gateway.ts";
import { gatewayFor } from "./gateways.ts";
import type { Ledger } from "./ledger.ts";
import type { PhoneLine } from "./phone-lines.ts";
import { smsText } from "./text.ts";

export interface PhoneDeps {
  readonly medium: Medium;
  /** Whom to tell at an address, in the file that is in force. */
  find(address: string): PhoneLine | undefined;
  readonly ledger: Ledger;
  /** Whether an incident that was held back still needs somebody. */
  isOpen(incident: number): boolean;
  readonly clock: Clock;
  readonly locale: Locale;
}

/** What became of it at one person. */
type Told =
  | { readonly is: "told"; readonly phone: string; readonly answer: string }
  | { readonly is: "refused"; readonly phone: string; readonly error: SendError };

/** Whoever is not reached by then, where others were, is not told of it. */
const MOST_TRIES = 4;
/** So many deliveries are remembered. */
const MOST_REMEMBERED = 1_000;

export function phoneChannel({ medium, find, ledger, isOpen, clock, locale }: PhoneDeps): Channel {
  /** What is on its way, by person and message: what is tried again waits for it. */
  const underWay = new Map<string, Promise<Told>>();
  /** What arrived and could not be written down: while this process lives it is not sent again. */
  const arrived = new Map<string, string>();
  const tries = new Map<string, number>();

  async function tell(
    line: PhoneLine,
    phone: string,
    key: string,
    card: Card,
    attempt: Attempt,
  ): Promise<Told> {
    const refused = (error: SendError): Told => ({ is: "refused", phone, error });
    const id = `${phone}\n${key}`;
    const before = arrived.get(id);
    if (before !== undefined) return { is: "told", phone, answer: before };
    const claim = await ledger.claim(medium, phone, key, line.maxPerHour, clock.now());
    if (claim.is === "told") return { is: "told", phone, answer: claim.answer };
    if (claim.is === "full") {
      if (card.incident !== undefined) await ledger.hold(medium, phone, card.incident);
      const minutes = Math.max(1, Math.ceil((claim.freeAt - clock.now()) / 60_000));
      return refused(
        new SendError(
          `held back: ${maskedPhone(phone)} has had ${line.maxPerHour} of ${line.maxPerHour} in an hour; the next one, in ${minutes} min at the soonest, counts it in`,
          { next: "give-up", code: "max-per-hour", atHome: true },
        ),
      );
    }
    const more = claim.held.filter((one) => one !== card.incident && isOpen(one)).length;
    try {
      const gateway: Gateway = gatewayFor(line.gateway.provider);
      const message = messageOf(line, phone, key, card, more);
      const given = await gateway.send(line, message, attempt.signal, clock);
      const answer = given.replaceAll(domestic(phone), "****");
      remember(arrived, id, answer);
      await ledger.told(medium, phone, key, answer, claim.held).then(
        () => arrived.delete(id),
        (error: unknown) => {
          if (!(error instanceof NotSaved)) throw error;
        },
      );
      return { is: "told", phone, answer };
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      if (!(error instanceof InDoubt)) await ledger.refused(medium, phone, key);
      return refused(error);
    }
  }

  function messageOf(line: PhoneLine, phone: string, key: string, card: Card, more: number) {
    const parts = linePartsOf(card, locale);
    const { gateway } = line;
    const sign =
      gateway.provider === "http" && gateway.sign_name !== undefined ? `【${gateway.sign_name}】` : "";
    const text = smsText(parts, {
      locale,
      parts: gateway.parts ?? 1,
      sign,
      more,
      asks: card.incident !== undefined && card.status !== "resolved",
      links: gateway.links ?? false,
    });
    const spoken = inLocale(locale, { zh: `，另有 ${more} 条`, en: `, and ${more} more` });
    const rest = more === 0 ? "" : medium === "voice" ? spoken : ` +${more}`;
    const values = {
      phone: phone.startsWith("+86") ? domestic(phone) : phone,
      e164: phone,
      text,
      number: `${card.incident ?? ""}${rest}`,
      name: parts.name,
      title: parts.name.includes(parts.place) ? parts.name : `${parts.name} ${parts.place}`,
      where: parts.place,
      value: parts.value === "" ? parts.standing : parts.value,
      severity: parts.standing,
      more: String(more),
      id: digest(`${phone}\n${key}`),
    };
    return { phone, key: values.id, values, locale, at: clock.now() };
  }

  function tellOnce(
    line: PhoneLine,
    phone: string,
    key: string,
    card: Card,
    attempt: Attempt,
  ): Promise<Told> {
    const id = `${phone}\n${key}`;
    const there = underWay.get(id);
    if (there !== undefined) return there;
    const going = tell(line, phone, key, card, attempt).finally(() => underWay.delete(id));
    underWay.set(id, going);
    return going;
  }

  return {
    async post(address, card, attempt) {
      const line = find(address);
      if (line === undefined)
        throw new SendError("no receiver of the configuration has this phone", {
          next: "give-up",
          code: "no-such-phone",
        });
      checkWanted(line, card, attempt);
      const key = keyOf(card, attempt);
      const all = Promise.all(line.to.map((phone) => tellOnce(line, phone, key, card, attempt)));
      // Clients that cannot be broken off go on; what comes of it is written down all the same.
      const told = await unlessAborted(all, attempt.signal).catch((error: unknown) => {
        if (!(error instanceof NotSaved)) throw error;
        throw new SendError("nothing is sent that cannot be written down first", {
          next: "retry",
          code: "not-saved",
        });
      });
      const errors = told.flatMap((one) => (one.is === "refused" ? [one.error] : []));
      if (errors.length === told.length) throw mostHopeful(errors);
      const again = errors.filter(({ next }) => next !== "give-up");
      const tried = (tries.get(key) ?? 0) + 1;
      remember(tries, key, tried);
      if (again.length > 0 && tried < MOST_TRIES) throw mostHopeful(again);
      const who = (one: Told): string => called(line, one.phone);
      return {
        ...severityTold(card, attempt),
        who: told
          .filter(({ is }) => is === "told")
          .map(who)
          .join(", "),
        answer: told
          .map((one) => `${who(one)}: ${one.is === "told" ? one.answer : one.error.code}`)
          .join("; "),
      };
    },
    remark(address, at) {
      const line = find(address);
      if (line === undefined || line.to.length === 0) return undefined;
      const said = line.to.map((phone) => {
        const { spent, held } = ledger.look(medium, phone, at);
        const waiting = held.filter(isOpen).length;
        const of = `${called(line, phone)} ${spent}/${line.maxPerHour}`;
        if (waiting === 0) return { zh: of, en: of };
        return { zh: `${of}（${waiting} 条没发）`, en: `${of} (${waiting} held back)` };
      });
      return {
        zh: `一小时内：${said.map(({ zh }) => zh).join("，")}`,
        en: `within an hour: ${said.map(({ en }) => en).join(", ")}`,
      };
    },
  };
}

/** Throws why a card is none for a phone. */
function checkWanted({ severities, sendResolved, medium }: PhoneLine, card: Card, attempt: Attempt): void {
  const { incident: view, before } = attempt;
  const severity: Severity | undefined = card.severity ?? view?.incident.severity;
  if (severity === undefined) throw new NotSaid("no-severity", `only trouble goes by ${medium}`);
  const status: IncidentStatus | undefined = card.status ?? view?.status;
  if (status === "resolved") {
    if (sendResolved && before !== undefined) return;
    throw new NotSaid("over", `it was over before anything was said by ${medium}`);
  }
  if (status === "acknowledged")
    throw new NotSaid("acknowledged", `somebody has it, so nothing is said by ${medium}`);
  if (status === "silenced") throw new NotSaid("silenced", `it is silenced, so nothing is said by ${medium}`);
  if (!severities.includes(severity))
    throw new NotSaid("severity", `${severity} does not go by ${medium}; ${severities.join(", ")} does`);
}

/** The same news at the same person is one message, however often it is tried. */
function keyOf(card: Card, { deliveryId, incident }: Attempt): string {
  if (card.kind === "incident" && incident !== undefined) return `${deliveryId}#${incident.incident.news}`;
  // A digest has its numbers in its title.
  return `${deliveryId}#${digest(`${card.title ?? ""}\n${card.status ?? ""}`)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 15);
}

/** The worst that was told, for whoever asks what a receipt says. */
function severityTold({ severity }: Card, { before }: Attempt): Receipt {
  const worst = severity ?? before?.["severity"];
  return worst === undefined ? {} : { severity: worst };
}

/** `李四 +86139****9000`. Plain text. */
function called({ names }: PhoneLine, phone: string): string {
  const name = names.get(phone);
  return name === undefined ? maskedPhone(phone) : `${plain(name, 40)} ${maskedPhone(phone)}`;
}

function remember<T>(all: Map<string, T>, id: string, value: T): void {
  all.delete(id);
  all.set(id, value);
  const [oldest] = all.keys();
  if (all.size > MOST_REMEMBERED && oldest !== undefined) all.delete(oldest);
}
