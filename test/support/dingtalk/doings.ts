/** What people do: say something, press something. Sources: KB 0078, 0718, 0699; for clicks KB 05 0007. */

import { applyCallback, type Card } from "./card-values.ts";
import { type CardButton, viewOf } from "./card-view.ts";
import type { Cards } from "./cards.ts";
import { CARD_TOPIC, type Deliveries, type Delivery, ROBOT_TOPIC } from "./deliveries.ts";
import type { Media } from "./media.ts";
import { dtmdText } from "./message-kinds.ts";
import type { Robots } from "./robots.ts";
import type { App, Button, Message, Person, World } from "./world.ts";

export interface SayOptions {
  /** In a group the robot hears only what mentions it; true unless said otherwise. */
  readonly mention?: boolean;
  /** Which app's robot is mentioned; the first one in the conversation unless named. */
  readonly app?: string;
  /** The id of the message that it answers. */
  readonly quotes?: string;
  /** Text with pictures in it: a string, or the bytes of a picture. */
  readonly richText?: readonly (string | Buffer)[];
  /** A picture in place of the text. */
  readonly picture?: Buffer;
}

export interface Doings {
  /** A person says something in a group, or in the own chat with the robot (`where` is then the person). */
  say(where: string, who: string, text: string, options?: SayOptions): Delivery;
  /** A person presses a button or a link: of a card by its `outTrackId`, of any message by its id. */
  press(what: string, button: number | string, who: string): Delivery;
  /** An EVENT of the organisation, for those who asked for `*`. */
  event(eventType: string, data: Readonly<Record<string, unknown>>): Delivery;
  /** What people see in a conversation now; `as` sees the own values of cards. */
  messages(where: string, as?: string): readonly Message[];
}

interface Tools {
  readonly world: World;
  readonly cards: Cards;
  readonly robots: Robots;
  readonly media: Media;
  readonly deliveries: Deliveries;
}

export function openDoings({ world, cards, robots, media, deliveries }: Tools): Doings {
  function appIn(conversation: string, wanted: string | undefined): App | undefined {
    const group = world.groups.get(conversation);
    const present = [...world.apps.values()].filter(
      (app) => group === undefined || (group.apps.has(app.clientId) && !group.stopped),
    );
    return wanted === undefined ? present[0] : present.find(({ clientId }) => clientId === wanted);
  }

  /** The parts of `data` that depend on the kind of message. */
  function contentOf(text: string, isGroup: boolean, options: SayOptions): Readonly<Record<string, unknown>> {
    const { picture, richText } = options;
    if (picture !== undefined) {
      const downloadCode = media.keep(picture, "image/png");
      return { msgtype: "picture", content: { downloadCode, pictureDownloadCode: downloadCode } };
    }
    if (richText !== undefined) {
      const parts = richText.map((part) =>
        typeof part === "string"
          ? { text: part }
          : { type: "picture", downloadCode: media.keep(part, "image/png") },
      );
      return { msgtype: "richText", content: { richText: parts } };
    }
    const quoted = world.messages.find(({ id }) => id === options.quotes);
    // The mention is taken out, and leaves its space behind.
    const content = isGroup ? ` ${text}` : text;
    return {
      msgtype: "text",
      text: { content, ...(quoted === undefined ? {} : replyTo(quoted)) },
      ...origin(quoted),
    };
  }

  function dataOf(
    app: App,
    person: Person,
    message: Message,
    content: object,
  ): Readonly<Record<string, unknown>> {
    const group = world.groups.get(message.conversation);
    const isKnown = person.staffId !== undefined && person.published !== false;
    const session = robots.session(message.conversation, { is: "app", id: app.clientId, name: app.name });
    return {
      conversationId: message.conversation,
      conversationType: group === undefined ? "1" : "2",
      ...(group === undefined
        ? {}
        : {
            conversationTitle: group.title,
            atUsers: [{ dingtalkId: opaque(app.clientId) }],
            isInAtList: true,
          }),
      chatbotCorpId: world.corpId,
      chatbotUserId: opaque(app.clientId),
      robotCode: app.clientId,
      msgId: message.id,
      createAt: message.at,
      senderId: opaque(person.key),
      senderNick: person.nick,
      senderCorpId: world.corpId,
      ...(isKnown ? { senderStaffId: person.staffId, isAdmin: person.admin === true } : {}),
      sessionWebhook: session.url,
      sessionWebhookExpiredTime: session.until,
      ...content,
    };
  }

  function say(where: string, who: string, text: string, options: SayOptions = {}): Delivery {
    const person = world.person(who);
    const conversation = world.conversation(where);
    const isGroup = world.ownerOf(conversation) === undefined;
    const app = appIn(conversation, options.app);
    const isForRobot = app !== undefined && (!isGroup || options.mention !== false);
    const said =
      options.richText?.map((part) => (typeof part === "string" ? part : "[图片]")).join("") ?? text;
    const shown = options.picture === undefined ? said : "[图片]";
    const message = world.add({
      id: `${world.id("msgLICY")}w==`,
      conversation,
      from: { is: "person", id: person.key, name: person.nick },
      kind:
        options.picture === undefined ? (options.richText === undefined ? "text" : "richText") : "picture",
      text: isForRobot && isGroup ? `@${app.name} ${shown}` : shown,
      buttons: [],
      mentions: [],
      ...(options.quotes === undefined ? {} : { quotes: options.quotes }),
    });
    if (!isForRobot) return deliveries.nowhere(ROBOT_TOPIC, { msgId: message.id });
    const content = contentOf(text, isGroup, options);
    const data = dataOf(app, person, message, content);
    const { text: _text, content: _content, ...rest } = data;
    const overQuota = { ...rest, errorCode: "20001", errorMessage: "企业本月Stream调用量已用完" };
    return deliveries.push({ app, type: "CALLBACK", topic: ROBOT_TOPIC, data, msgId: message.id, overQuota });
  }

  function pressCard(card: Card, button: CardButton, conversation: string, person: Person): Delivery {
    const app = world.apps.get(card.clientId);
    const userId = person.staffId ?? opaque(person.key);
    const actionIds = [world.settings.actionIds === "button" ? button.id : "node_msgButtons"];
    const content = { cardPrivateData: { actionIds, params: button.params } };
    const data = {
      type: "actionCallback",
      outTrackId: card.outTrackId,
      corpId: world.corpId,
      userId,
      userIdType: 1,
      spaceType: "IM",
      spaceId: conversation,
      extension: "{}",
      content: JSON.stringify(content),
    };
    if (app === undefined || !button.isRequest || card.callbackType !== "STREAM")
      return deliveries.nowhere(CARD_TOPIC, data);
    card.pending += 1;
    const delivery = deliveries.push({
      app,
      type: "CALLBACK",
      topic: CARD_TOPIC,
      data,
      answered: ({ response }) => applyCallback(world, card, userId, response),
    });
    void delivery.settled.then(() => {
      card.pending -= 1;
    });
    return delivery;
  }

  function see(message: Message, as: string | undefined): Message {
    const view = message.outTrackId === undefined ? undefined : cardView(message.outTrackId, as);
    if (view === undefined) return message;
    return {
      ...message,
      text: view.title === "" ? view.text : `**${view.title}**\n\n${view.text}`,
      buttons: view.buttons,
    };
  }

  function cardView(outTrackId: string, as: string | undefined): ReturnType<typeof viewOf> | undefined {
    const card = cards.all.get(outTrackId);
    const template = cards.templates.get(card?.templateId ?? "");
    if (card === undefined || template === undefined) return undefined;
    const own = as === undefined ? undefined : card.privateValues.get(world.person(as).staffId ?? "");
    return viewOf(template, { ...card.values, ...own });
  }

  return {
    say,
    press(what, button, who) {
      const message = world.messages.find(({ id, outTrackId }) => id === what || outTrackId === what);
      if (message === undefined) throw new Error(`there is no message or card '${what}'`);
      const person = world.person(who);
      const { buttons } = see(message, who);
      const pressed = find(buttons, button);
      const command = dtmdText(pressed.url ?? "");
      if (command !== undefined) {
        // A custom robot cannot hear: the text is posted, and reaches no app.
        const mention = message.from.is !== "robot";
        const app = message.from.is === "app" ? { app: message.from.id } : {};
        return say(message.conversation, who, command, { mention, ...app });
      }
      const card = cards.all.get(message.outTrackId ?? "");
      if (card === undefined || !("isRequest" in pressed))
        return deliveries.nowhere("", { url: pressed.url });
      return pressCard(card, pressed as CardButton, message.conversation, person);
    },
    event(eventType, data) {
      const [app] = world.apps.values();
      if (app === undefined) throw new Error("the fake has no app");
      const headers = {
        eventType,
        eventId: world.id("event"),
        eventCorpId: world.corpId,
        eventBornTime: String(world.clock.now()),
        eventUnifiedAppId: "765e0000-fake",
      };
      return deliveries.push({ app, type: "EVENT", topic: "*", headers, data });
    },
    messages: (where, as) => {
      const conversation = world.conversation(where);
      return world.messages.filter((one) => one.conversation === conversation).map((one) => see(one, as));
    },
  };
}

/** How the platform names people and robots that are nobody's business. */
function opaque(key: string): string {
  return `$:LWCP_v1:$${Buffer.from(key).toString("base64url")}`;
}

/** What the platform tells of the message that is answered: the text of a person's text, and nothing of other kinds. */
function replyTo(quoted: Message): object {
  const isText = quoted.from.is === "person" && quoted.kind === "text";
  const msgType = quoted.kind === "card" ? "interactiveCard" : isText ? "text" : "unknownMsgType";
  const content = isText ? { content: { text: quoted.text } } : {};
  const about = { msgId: quoted.id, senderId: opaque(quoted.from.id), createdAt: quoted.at, msgType };
  return { isReplyMsg: true, repliedMsg: { ...about, ...content } };
}

function origin(quoted: Message | undefined): object {
  if (quoted === undefined) return {};
  const { id, processQueryKey } = quoted;
  return {
    originalMsgId: id,
    ...(processQueryKey === undefined ? {} : { originalProcessQueryKey: processQueryKey }),
  };
}

function find(buttons: readonly Button[], wanted: number | string): Button {
  const button =
    typeof wanted === "number"
      ? buttons[wanted]
      : (buttons.find(({ id }) => id === wanted) ?? buttons.find(({ text }) => text === wanted));
  if (button === undefined)
    throw new Error(
      `no button '${wanted}'; there are: ${buttons.map(({ id, text }) => `${id} ${text}`).join(", ")}`,
    );
  return button;
}
