/** Interactive cards: made, delivered, changed. Sources: KB 0778, 0782, 0783, 0789. */

import { applyUpdate, type Card, wrongValues } from "./card-values.ts";
import { PUBLIC_TEMPLATES, type Template } from "./card-view.ts";
import { type Answer, isObject, textOf } from "./http.ts";
import { type Api, accept, refuse } from "./openapi.ts";
import type { App, World } from "./world.ts";

type Body = Readonly<Record<string, unknown>>;

export interface Cards {
  readonly all: ReadonlyMap<string, Card>;
  readonly templates: Map<string, Template>;
  readonly createAndDeliver: Api;
  readonly create: Api;
  readonly deliver: Api;
  readonly update: Api;
}

interface DeliverResult {
  readonly spaceType: string;
  readonly spaceId: string;
  readonly success: boolean;
  readonly carrierId?: string;
  readonly errorMsg: string;
}

export function openCards(world: World): Cards {
  const all = new Map<string, Card>();
  const templates = new Map(PUBLIC_TEMPLATES.map((template) => [template.id, template]));

  /** What is wrong with the making of a card. */
  function refusalToCreate(body: Body): Answer | undefined {
    const templateId = textOf(body["cardTemplateId"]);
    if (templateId === undefined) return param("cardTemplateIdEmpty", "cardTemplateId为空");
    const template = templates.get(templateId);
    if (template === undefined) return param("templateNotExist", "卡片模板不存在");
    if (template.published === false) return param("templateUnpublished", "卡片模板未发布");
    const outTrackId = textOf(body["outTrackId"]);
    if (outTrackId === undefined) return param("outTrackIdEmpty", "outTrackId为空");
    if (!isObject(body["cardData"])) return param("invalid", "cardData为空");
    const wrong = wrongIn(body);
    if (wrong !== undefined) return wrong;
    if (all.has(outTrackId) && world.settings.usedOutTrackId === "refuse")
      return param("cardAlreadyExist", "卡片已存在");
    return undefined;
  }

  /** What is wrong with the values, public or private. */
  function wrongIn(body: Body): Answer | undefined {
    const { cardData, privateData } = body;
    const maps = [cardData, ...(isObject(privateData) ? Object.values(privateData) : [])]
      .filter((one) => one !== undefined)
      .map((one) => (isObject(one) ? one["cardParamMap"] : one));
    for (const map of maps) {
      const why = wrongValues(world, map);
      if (why !== undefined) return param("invalid", why);
      if (world.settings.unsafeWords.some((word) => JSON.stringify(map).includes(word)))
        return param("contentUnsafe", "内容不安全");
    }
    return undefined;
  }

  function make(app: App, body: Body): Card {
    const outTrackId = String(body["outTrackId"]);
    const known = all.get(outTrackId);
    if (known !== undefined) return known;
    const card: Card = {
      outTrackId,
      clientId: app.clientId,
      templateId: String(body["cardTemplateId"]),
      callbackType: textOf(body["callbackType"]),
      spaces: body,
      createdAt: world.clock.now(),
      values: {},
      privateValues: new Map(),
      changes: [],
      pending: 0,
    };
    applyUpdate(world, card, body, "create");
    all.set(outTrackId, card);
    return card;
  }

  /** What is wrong with where it is to go. */
  function refusalToDeliver(body: Body): Answer | undefined {
    const spaces = textOf(body["openSpaceId"]);
    if (spaces === undefined) return param("openSpaceIdEmpty", "openSpaceId为空");
    const read = spaces.split(";").map(spaceOf);
    if (read.includes(undefined)) return param("openSpaceIdInvalid", "openSpaceId不合法");
    const models = { IM_GROUP: "imGroupOpenDeliverModel", IM_ROBOT: "imRobotOpenDeliverModel" };
    const isMissing = read.some((space) => space !== undefined && !isObject(body[models[space.type]]));
    return isMissing ? param("openDeliverModelEmpty", "投放模型为空") : undefined;
  }

  function deliverAll(app: App, card: Card, body: Body): readonly DeliverResult[] {
    return String(body["openSpaceId"])
      .split(";")
      .flatMap((one) => spaceOf(one) ?? [])
      .map(({ type, id }) => {
        const result = { spaceType: type, spaceId: id };
        const errorMsg = type === "IM_GROUP" ? wrongGroup(app, card, id, body) : wrongOwner(id, body);
        if (errorMsg !== undefined) return { ...result, success: false, errorMsg };
        const carrierId = world.id("pqk");
        post(app, card, type === "IM_GROUP" ? id : world.conversation(id), body, carrierId);
        return { ...result, success: true, carrierId, errorMsg: "" };
      });
  }

  function wrongGroup(app: App, card: Card, id: string, body: Body): string | undefined {
    const group = world.groups.get(id);
    if (group === undefined || group.foreign) return "spaceId is illegal";
    if (group.disbanded) return "group is disbanded";
    if (!group.apps.has(app.clientId) || group.stopped) return "robot is not in the group";
    if (modelOf(card.spaces, "imGroupOpenSpaceModel")["supportForward"] === undefined)
      return "imGroupOpenSpaceModel.supportForward is empty";
    if (modelOf(body, "imGroupOpenDeliverModel")["robotCode"] !== app.clientId) return "robotCode is illegal";
    return undefined;
  }

  function wrongOwner(id: string, body: Body): string | undefined {
    if (![...world.people.values()].some(({ staffId }) => staffId === id)) return "spaceId is illegal";
    const { spaceType } = modelOf(body, "imRobotOpenDeliverModel");
    return spaceType === "IM_ROBOT" ? undefined : "imRobotOpenDeliverModel.spaceType is illegal";
  }

  function post(app: App, card: Card, conversation: string, body: Body, carrierId: string): void {
    const space = modelOf(
      card.spaces,
      conversation.startsWith("cidOwn") ? "imRobotOpenSpaceModel" : "imGroupOpenSpaceModel",
    );
    const deliver = modelOf(body, "imGroupOpenDeliverModel");
    const title = textOf(modelOf(space, "lastMessageI18n")["ZH_CN"]) ?? "[互动卡片]";
    world.add({
      conversation,
      from: { is: "app", id: app.clientId, name: app.name },
      kind: "card",
      title,
      text: "",
      buttons: [],
      mentions: Object.keys(modelOf(deliver, "atUserIds")),
      outTrackId: card.outTrackId,
      processQueryKey: carrierId,
    });
  }

  return {
    all,
    templates,
    createAndDeliver(app, body) {
      const no = refusalToCreate(body) ?? refusalToDeliver(body);
      if (no !== undefined) return no;
      const isUsed = all.has(String(body["outTrackId"]));
      const card = make(app, body);
      const deliverResults = isUsed ? [] : deliverAll(app, card, body);
      return accept({ success: true, result: { outTrackId: card.outTrackId, deliverResults } });
    },
    create(app, body) {
      const no = refusalToCreate(body);
      return no ?? accept({ success: true, result: make(app, body).outTrackId });
    },
    deliver(app, body) {
      const card = all.get(String(body["outTrackId"]));
      if (card === undefined || card.clientId !== app.clientId) return param("cardNotExist", "卡片不存在");
      const no = refusalToDeliver(body);
      return no ?? accept({ success: true, result: deliverAll(app, card, body) });
    },
    update(app, body) {
      const outTrackId = textOf(body["outTrackId"]);
      if (outTrackId === undefined) return param("outTrackIdEmpty", "outTrackId为空");
      const card = all.get(outTrackId);
      if (card === undefined || card.clientId !== app.clientId) return param("cardNotExist", "卡片不存在");
      if (!isObject(body["cardData"]) && !isObject(body["privateData"]))
        return param("cardDataAndPrivateDataBothEmpty", "cardData和privateData不能同时为空");
      const wrong = wrongIn(body);
      if (wrong !== undefined) return wrong;
      if (card.pending > 0) world.warn(`PUT on ${outTrackId} while a click on it waits for its answer`);
      applyUpdate(world, card, body, "put");
      world.changed();
      return accept({ success: true, result: true });
    },
  };
}

function param(code: string, message: string): Answer {
  return refuse(400, `param.${code}`, message);
}

function spaceOf(text: string): { readonly type: "IM_GROUP" | "IM_ROBOT"; readonly id: string } | undefined {
  const found = /^dtv1\.card\/\/(IM_GROUP|IM_ROBOT)\.(.+)$/.exec(text);
  return found === null ? undefined : { type: found[1] as "IM_GROUP" | "IM_ROBOT", id: found[2] ?? "" };
}

function modelOf(body: Body, name: string): Body {
  const value = body[name];
  return isObject(value) ? value : {};
}
