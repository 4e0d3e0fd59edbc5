/**
 * DingTalk as a way out. An incident is a card that changes in place; where cards are refused it is a message with
 * buttons that say their line. Answers go back the way the question came, as long as that is open.
 */
import { createHash } from "node:crypto";
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale, Text } from "../../storage/locale.ts";
import { notificationLine } from "../chat/card-lines.ts";
import type { Clicks } from "../chat/clicks.ts";
import type { DingTalkApi } from "./api/api.ts";
import { type CardTemplate, cardData } from "./card-data.ts";
import { robotMessage, sessionMessage } from "./plain-message.ts";
import type { Sessions } from "./sessions.ts";
import type { Tiers } from "./tiers.ts";

/** The number of the incident that a card of ours stands for, by its id; undefined where it stands for none. */
export function incidentOfCard(id: string): number | undefined {
  const number = Number(/^gengfu-[\da-f]+-([1-9]\d*)-[\w-]{20}$/.exec(id)?.[1]);
  return Number.isNaN(number) ? undefined : number;
}

/** What stands before DingTalk's conversations and people. */
const DINGTALK = "dingtalk:";
const PERSON = "user/";

export interface DingTalkChannelDeps {
  readonly api: DingTalkApi;
  readonly clicks: Clicks<Readonly<Record<string, string>>>;
  readonly sessions: Sessions;
  readonly tiers: Tiers;
  template(): CardTemplate;
  /** Part of every card's id, so that two installations of one app never mean the same card. */
  readonly installation: string;
  /** What is told of a person in a mention. */
  nameOf(person: string): string;
  /** Whether the month's calls suffice for this card. */
  mayTell(card: Card, at: number): boolean;
  /** The robots of a group that stand in for the app; undefined where there are none. */
  standIn?(conversation: string): Channel["post"] | undefined;
  /** What else people should know of a conversation. */
  remark?(conversation: string, at: number): Text | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
}

/** Changes that ask nothing new of people: at most one call per card and minute. */
const EDIT_PAUSE_MS = 60_000;

export function dingTalkChannel(deps: DingTalkChannelDeps): Channel {
  const { api, clicks, sessions, tiers, clock, locale } = deps;

  /** As a card, where one can be changed later or has buttons. */
  async function postCard(conversation: string, card: Card, attempt: Attempt, id: string): Promise<Receipt> {
    const data = cardData(card, deps.template(), locale);
    const where = placeOf(conversation);
    const mentions = (card.mentions ?? []).filter((person) => person.startsWith(DINGTALK));
    const atUserIds = Object.fromEntries(
      mentions.map((person) => [person.slice(DINGTALK.length), deps.nameOf(person)]),
    );
    const space =
      where.person === undefined
        ? { group: where.group, ...(mentions.length === 0 ? {} : { atUserIds }) }
        : { user: where.person };
    let carrier: string | undefined;
    try {
      const delivered = await api.createAndDeliver(
        {
          templateId: deps.template().id,
          outTrackId: id,
          cardParamMap: data,
          summary: notificationLine(card, locale),
          space,
        },
        attempt.signal,
      );
      carrier = delivered.carrier;
    } catch (error) {
      if (!(error instanceof SendError) || error.code !== "param.cardAlreadyExist") throw error;
      // An attempt before this one has made it. Whether people have seen it nobody knows: rather twice than never.
      await api.updateCard(id, data, attempt.signal);
      carrier = (await api.deliverCard({ outTrackId: id, space }, attempt.signal)).carrier;
    }
    tiers.taken(conversation);
    return { conversation, card: id, ...(carrier === undefined ? {} : { carrier }), answer: `card ${id}` };
  }

  async function postMessage(conversation: string, card: Card, attempt: Attempt): Promise<Receipt> {
    const { msgKey, msgParam } = robotMessage(await withPicture(card, attempt.signal), locale);
    const where = placeOf(conversation);
    if (where.person === undefined) {
      await api.sendToGroup(where.group, msgKey, msgParam, attempt.signal);
      return { conversation };
    }
    const { invalid, flowControlled } = await api.sendToPeople(
      [where.person],
      msgKey,
      msgParam,
      attempt.signal,
    );
    if (invalid.length > 0)
      throw new SendError("DingTalk does not know this person, or the app is not visible to them", {
        next: "give-up",
        code: "invalidStaffIdList",
      });
    if (flowControlled.length > 0)
      throw new SendError("DingTalk takes no more for this person just now", {
        next: "wait",
        code: "flowControlledStaffIdList",
        waitMs: 60_000,
      });
    return { conversation };
  }

  async function answer(conversation: string, card: Card, attempt: Attempt): Promise<Receipt> {
    const url = sessions.find(conversation, clock.now());
    if (url === undefined) return postMessage(conversation, card, attempt);
    try {
      const shown = await withPicture(card, attempt.signal);
      await api.replyBySession(url, sessionMessage(shown, locale), attempt.signal);
      return { conversation };
    } catch (error) {
      // Its month's calls may be used up while those of the API are not.
      if (!(error instanceof SendError) || !(error.next === "give-up" || isQuota(error))) throw error;
      sessions.forget(conversation);
      return postMessage(conversation, card, attempt);
    }
  }

  /**
   * A picture of ours is uploaded and shown by its id; one with an address is shown by that. What cannot be uploaded is
   * left out: the words say the same.
   */
  async function withPicture(card: Card, signal: AbortSignal): Promise<Card> {
    const data = /^data:image\/(png|jpeg|gif);base64,([A-Za-z0-9+/=]+)$/.exec(card.image ?? "");
    if (data?.[2] === undefined) return card;
    const { image: _, ...words } = card;
    try {
      const name = `picture.${data[1]}`;
      return { ...words, image: await api.uploadImage(Buffer.from(data[2], "base64"), name, signal) };
    } catch (error) {
      // Rather the words alone than nothing.
      if (error instanceof SendError && error.next === "give-up") return words;
      throw error;
    }
  }

  async function tell(conversation: string, card: Card, attempt: Attempt, id: string): Promise<Receipt> {
    try {
      if (card.kind === "reply") return await answer(conversation, card, attempt);
      if (deps.mayTell(card, clock.now())) return await show(conversation, card, attempt, id);
    } catch (error) {
      if (!(error instanceof SendError) || !isQuota(error)) throw error;
    }
    return instead(conversation, card, attempt);
  }

  async function show(conversation: string, card: Card, attempt: Attempt, id: string): Promise<Receipt> {
    const at = clock.now();
    const changes = card.kind !== "text" || (card.actions ?? []).length > 0;
    if (!changes || !tiers.cards(conversation, at)) return postMessage(conversation, card, attempt);
    try {
      return await postCard(conversation, card, attempt, id);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      if (!(error.next === "give-up" || isAboutCards(error)) || isAboutRobot(error)) throw error;
      if (!isAboutWords(error)) tiers.refused(conversation, error.code, at);
      return postMessage(conversation, card, attempt);
    }
  }

  /** The month's calls are used up: what is critical goes by way of the robots that stand in. */
  async function instead(conversation: string, card: Card, attempt: Attempt): Promise<Receipt> {
    const post = card.severity === "critical" ? deps.standIn?.(conversation) : undefined;
    if (post !== undefined) return { ...(await post(conversation, card, attempt)), conversation };
    throw usedUp();
  }

  /** The same for every attempt of a delivery. It says which incident the card stands for. */
  function idOf(card: Card, deliveryId: string, before = ""): string {
    const hash = createHash("sha256").update(`${deliveryId}\n${before}`).digest("base64url").slice(0, 20);
    return `gengfu-${deps.installation}-${card.incident ?? 0}-${hash}`;
  }

  return {
    editPauseMs: EDIT_PAUSE_MS,
    // An ordinary message, and what a robot said, cannot be changed.
    canEdit: (receipt) => receipt["card"] !== undefined,
    post: (conversation, card, attempt) => tell(conversation, card, attempt, idOf(card, attempt.deliveryId)),
    async edit(receipt, card, attempt) {
      const { card: id, conversation = "" } = receipt;
      if (id === undefined)
        throw new SendError("an ordinary message cannot be changed", { next: "give-up", code: "no-card" });
      const data = cardData(card, deps.template(), locale);
      // While a click waits for its answer, DingTalk wants the change in that answer, and it costs nothing.
      if (await clicks.offer(id, data)) return receipt;
      if (!deps.mayTell(card, clock.now())) throw usedUp();
      try {
        await api.updateCard(id, data, attempt.signal);
        return receipt;
      } catch (error) {
        if (!(error instanceof SendError)) throw error;
        if (isQuota(error)) throw usedUp();
        if (error.code !== "param.cardNotExist") throw error;
        return tell(conversation, card, attempt, idOf(card, attempt.deliveryId, id));
      }
    },
    remark: (conversation, at) => tiers.remark(conversation, at) ?? deps.remark?.(conversation, at),
  };
}

/** The group, or the person whose own chat it is. */
function placeOf(conversation: string): { readonly group: string; readonly person: string | undefined } {
  const place = conversation.slice(DINGTALK.length);
  const person = place.startsWith(PERSON) ? place.slice(PERSON.length) : undefined;
  return { group: place, person };
}

/** To wait for the next month would be to leave everything else untold as well that still can be. */
function usedUp(): SendError {
  return new SendError("this month's DingTalk calls are used up", { next: "give-up", code: "quota" });
}

/** What only cards need: it may be granted any time, and until then an ordinary message does. */
function isAboutCards({ code }: SendError): boolean {
  return code.endsWith("AccessTokenPermissionDenied") || code.startsWith("param.template");
}

/** What this one card says is not wanted; the next may be. */
function isAboutWords({ code }: SendError): boolean {
  return code === "param.contentUnsafe" || code === "param.invalid";
}

function isQuota({ code }: SendError): boolean {
  return code.endsWith("ApiCountLimitForOrg") || code === "90020" || code === "90030";
}

/** What an ordinary message would meet as well: the robot is stopped, the group is gone. */
function isAboutRobot({ code }: SendError): boolean {
  return /^(?:bot\.stopped|group\.disbanded|miss\.openConversationId|invalidClientIdOrSecret)$/.test(code);
}
