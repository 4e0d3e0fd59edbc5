/**
 * `wecom_app_configs`: a self-built application of WeCom as a way to people. Trouble with buttons is a card, where there
 * is a callback for them to be heard by; everything else is markdown. A card can be changed once, and once more for
 * every click on it; where it cannot, news is a message of its own.
 */
import type { Card } from "../../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../../alerts/channel.ts";
import { plain } from "../../../alerts/words.ts";
import type { Clock } from "../../../storage/clock.ts";
import { inLocale, type Locale } from "../../../storage/locale.ts";
import type { Clicks } from "../../chat/clicks.ts";
import { openGuard } from "../../robots/guard.ts";
import { weComMarkdown } from "../markdown.ts";
import { AppRefusal } from "./answer.ts";
import type { AppApi, Sent } from "./api.ts";
import { findApp, keyOf, type WeComApp, type WeComApps } from "./apps.ts";
import { appCard, isAppCard } from "./card.ts";
import { isGood, type ResponseCode, type ResponseCodes } from "./response-codes.ts";
import { taskId } from "./task.ts";

/** A change of a card that a click may answer with: carries itself out, and says whether it did. */
export type CardChange = () => Promise<boolean>;

export interface WeComAppChannelDeps {
  /** Those of the file that is in force. */
  find(): WeComApps;
  readonly api: AppApi;
  readonly codes: ResponseCodes;
  readonly clicks: Clicks<CardChange>;
  readonly clock: Clock;
  readonly locale: Locale;
}

/** The most that markdown may have, in bytes of UTF-8. */
const MARKDOWN_BYTES = 2_048;
/** What one member may hear of one application; WeCom drops the rest without a word. */
const ALLOWED = { messages: 30, perMs: 60_000 };
/** A change uses up a code, and what cannot be changed is said again: not for every small thing. */
const EDIT_PAUSE_MS = 60_000;

export function weComAppChannel({ find, api, codes, clicks, clock, locale }: WeComAppChannelDeps): Channel {
  const guard = openGuard(ALLOWED);

  function appAt(address: string): WeComApp {
    const app = findApp(find(), address);
    if (app !== undefined) return app;
    throw new SendError("no receiver of the configuration has this application", {
      next: "give-up",
      code: "no-such-app",
    });
  }

  /** Sends it, where everybody it is for still has room. */
  async function send(
    app: WeComApp,
    address: string,
    message: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<Sent> {
    const hearers = hearersOf(app, address);
    const at = clock.now();
    const waits = Math.max(...hearers.map((hearer) => guard.freeAt(hearer, at))) - at;
    if (waits > 0)
      throw new SendError("the application has said as much as one member may hear in a minute", {
        next: "wait",
        code: "no-room",
        waitMs: waits,
      });
    const ends = hearers.map((hearer) => guard.begin(hearer, at));
    try {
      const sent = await api.send(app, message, signal);
      if (reachedNobody(app, sent))
        throw new SendError("WeCom took the message and told nobody: no member, department or tag is valid", {
          next: "give-up",
          code: "invaliduser",
        });
      return sent;
    } finally {
      for (const end of ends) end(clock.now());
    }
  }

  async function postCard(
    app: WeComApp,
    address: string,
    card: Card,
    attempt: Attempt,
  ): Promise<Receipt | undefined> {
    const shown = appCard(card, locale);
    const task = idOf(address, attempt, JSON.stringify(shown));
    const message = { msgtype: "template_card", template_card: { ...shown, task_id: task }, ...ONCE };
    try {
      const sent = await send(app, address, message, attempt.signal);
      return {
        conversation: address,
        said: task,
        card: task,
        ...toldParts(card, attempt),
        ...(sent.code === undefined ? {} : codeParts({ code: sent.code, at: clock.now() })),
        answer: answerOf(sent, locale),
      };
    } catch (error) {
      // What is refused as a card is still to be told.
      if (error instanceof AppRefusal && error.isUnfit) return undefined;
      throw error;
    }
  }

  async function postMarkdown(
    app: WeComApp,
    address: string,
    card: Card,
    attempt: Attempt,
  ): Promise<Receipt> {
    const content = weComMarkdown(card, { maxBytes: MARKDOWN_BYTES, dialect: "v1", locale });
    // The first of an incident has its number in it, so the same again is the same message. Of others that is not
    // sure, and one that comes twice is better than one that is held for a repeat.
    const isFirst = card.kind === "incident" && attempt.before === undefined;
    const message = { msgtype: "markdown", markdown: { content }, ...(isFirst ? ONCE : {}) };
    const sent = await send(app, address, message, attempt.signal);
    return {
      conversation: address,
      said: idOf(address, attempt, content),
      answer: answerOf(sent, locale),
    };
  }

  /** What a card can be changed by, in the order in which it is used. */
  function codesOf(receipt: Receipt): readonly ResponseCode[] {
    const task = receipt["card"];
    if (task === undefined) return [];
    const clicked = codes.newest(task);
    const kept = codeIn(receipt);
    const all = [clicked, kept?.code === clicked?.code ? undefined : kept];
    return all.filter((one) => one !== undefined && isGood(one.at, clock.now())) as readonly ResponseCode[];
  }

  /** That of a click, else the one that is kept with the card, which is the last; undefined: not for this change. */
  function codeFor(
    receipt: Receipt,
    task: string,
    card: Card,
    { incident }: Attempt,
  ): ResponseCode | undefined {
    const [first] = codesOf(receipt);
    if (first === undefined)
      throw new SendError("this card can be changed again only after somebody has pressed a button on it", {
        next: "give-up",
        code: "no-response-code",
      });
    // The last one is for the moment when the card says what is not so any more.
    if (codes.newest(task) !== undefined || receipt["status"] !== card.status) return first;
    if (incident !== undefined && incident.incident.news <= Number(receipt["version"] ?? 0)) return undefined;
    throw new SendError("this card can be changed once, which is kept for when its state changes", {
      next: "give-up",
      code: "kept-response-code",
    });
  }

  /** Changes it; gives back nothing where the change is none that people need to see at once. */
  async function change(
    receipt: Receipt,
    task: string,
    card: Card,
    attempt: Attempt,
  ): Promise<Receipt | undefined> {
    const { conversation = "" } = receipt;
    const app = appAt(conversation);
    const by = codeFor(receipt, task, card, attempt);
    if (by === undefined) return undefined;
    try {
      await api.update(app, by.code, appCard(card, locale), attempt.signal);
    } catch (error) {
      // Unless WeCom said no, nobody knows whether it is used up: the next attempt will hear.
      if (!(error instanceof AppRefusal) || error.isStaleToken) throw error;
      if (error.next !== "give-up" && !error.isUnfit) throw error;
      codes.spend(task, by.code);
      throw new SendError(`the card could not be changed: ${error.message}`, {
        next: "give-up",
        code: error.code,
      });
    }
    codes.spend(task, by.code);
    const { code: _, codeAt: __, status: ___, ...rest } = receipt;
    // What is left is written down with the card, and is there after a restart.
    const left = codesOf(receipt).find(({ code }) => code !== by.code);
    return {
      ...rest,
      ...toldParts(card, attempt),
      ...(left === undefined ? {} : codeParts(left)),
    };
  }

  return {
    editPauseMs: EDIT_PAUSE_MS,
    canEdit: (receipt) => codesOf(receipt).length > 0,
    async post(address, card, attempt) {
      const app = appAt(address);
      const shown =
        app.callback !== undefined && isAppCard(card)
          ? await postCard(app, address, card, attempt)
          : undefined;
      return shown ?? postMarkdown(app, address, card, attempt);
    },
    async edit(receipt, card, attempt) {
      const { card: task } = receipt;
      if (task === undefined)
        throw new SendError("an ordinary message cannot be changed", { next: "give-up", code: "no-card" });
      let changed: Receipt | undefined;
      // A click that waits for its answer has this change for one.
      await clicks.offer(task, async () => {
        changed = await change(receipt, task, card, attempt);
        return changed !== undefined;
      });
      return changed ?? change(receipt, task, card, attempt);
    },
  };
}

/** Another one for every message, however often the same is said; the same for every attempt to say it. */
function idOf(address: string, { deliveryId, before }: Attempt, content: string): string {
  return taskId(address, [deliveryId, before?.["said"] ?? "", content]);
}

/** The same message to the same people is one, for half an hour: an attempt whose answer was lost tells nobody twice. */
const ONCE = { enable_duplicate_check: 1, duplicate_check_interval: 1_800 } as const;

/** Whoever is named is known, whichever target tells them; who is behind a department or a tag is not. */
function hearersOf(app: WeComApp, address: string): readonly string[] {
  const named = app.users.map((user) => `${keyOf(app)}/${user.toLowerCase()}`);
  return named.length > 0 ? named : [address];
}

/** Whether none of those whom the target tells was told. Userids come back in lower case. */
function reachedNobody({ users, parties, tags }: WeComApp, sent: Sent): boolean {
  if (users.includes("@all")) return false;
  const lost = new Set([...sent.users, ...sent.unlicensed].map((user) => user.toLowerCase()));
  return (
    users.every((user) => lost.has(user.toLowerCase())) &&
    parties.every((party) => sent.parties.includes(party)) &&
    tags.every((tag) => sent.tags.includes(tag))
  );
}

/** For people: that it was taken, and whom it did not reach. */
function answerOf({ users, parties, tags, unlicensed }: Sent, locale: Locale): string {
  const parts = [
    { of: users, zh: "成员", en: "members" },
    { of: parties, zh: "部门", en: "departments" },
    { of: tags, zh: "标签", en: "tags" },
    { of: unlicensed, zh: "没有接口许可的成员", en: "members without a licence" },
  ].filter(({ of }) => of.length > 0);
  if (parts.length === 0) return "errcode 0";
  const names = parts.map((part) => `${inLocale(locale, part)} ${plain(part.of.join(", "), 200)}`);
  return inLocale(locale, {
    zh: `errcode 0，但没有送到：${names.join("；")}`,
    en: `errcode 0, but it did not reach ${names.join("; ")}`,
  });
}

/** How it stood when it was told, and what of the incident's story was told with it. */
function toldParts({ status }: Card, { incident }: Attempt): Receipt {
  return {
    ...(status === undefined ? {} : { status }),
    ...(incident === undefined ? {} : { version: String(incident.incident.version) }),
  };
}

function codeParts({ code, at }: ResponseCode): Receipt {
  return { code, codeAt: String(at) };
}

function codeIn({ code, codeAt }: Receipt): ResponseCode | undefined {
  return code === undefined ? undefined : { code, at: Number(codeAt ?? 0) };
}
