/** The bodies of DingTalk's card calls ("create-and-deliver-cards", "delivery-card-interface", "interactive-card-update-interface"). Pure. */

/** A card to be made and put before people. */
export interface NewCard {
  /** `….schema`; it must be published. */
  readonly templateId: string;
  /** Unique for ever: a second card of the same id is refused with `param.cardAlreadyExist`. */
  readonly outTrackId: string;
  /** The template's variables: text all of them, numbers and objects as JSON; documented to hold 1 KB each. */
  readonly cardParamMap: Readonly<Record<string, string>>;
  /** `atUserIds`: by user id the name to show; `{"@ALL": "@ALL"}` for everybody. */
  readonly space:
    | { readonly group: string; readonly atUserIds?: Readonly<Record<string, string>> }
    | { readonly user: string };
  /** One line, for the list of conversations and the notification on a phone. */
  readonly summary: string;
}

/** The body of `createAndDeliver`. Clicks come by the stream, and only if `callbackType` says so in capitals. */
export function newCardBody(card: NewCard, robotCode: string): object {
  const { templateId, outTrackId, cardParamMap, space, summary } = card;
  const model = {
    supportForward: true,
    lastMessageI18n: { ZH_CN: summary },
    notification: { alertContent: summary, notificationOff: false },
  };
  return {
    cardTemplateId: templateId,
    outTrackId,
    callbackType: "STREAM",
    userIdType: 1,
    cardData: { cardParamMap },
    ...placeOf(space, robotCode),
    ...("user" in space ? { imRobotOpenSpaceModel: model } : { imGroupOpenSpaceModel: model }),
  };
}

/** The body of `deliver`: a card that exists is put before people. */
export function deliveryBody(
  { outTrackId, space }: Pick<NewCard, "outTrackId" | "space">,
  robotCode: string,
): object {
  return { outTrackId, userIdType: 1, ...placeOf(space, robotCode) };
}

function placeOf(space: NewCard["space"], robotCode: string): object {
  if ("user" in space)
    return {
      openSpaceId: `dtv1.card//IM_ROBOT.${space.user}`,
      imRobotOpenDeliverModel: { spaceType: "IM_ROBOT", robotCode },
    };
  const at = space.atUserIds === undefined ? {} : { atUserIds: space.atUserIds };
  return {
    openSpaceId: `dtv1.card//IM_GROUP.${space.group}`,
    imGroupOpenDeliverModel: { robotCode, ...at },
  };
}

/** The body of an update. Without `updateCardDataByKey` every variable that is not named would go blank. */
export function cardUpdateBody(outTrackId: string, cardParamMap: Readonly<Record<string, string>>): object {
  return {
    outTrackId,
    cardData: { cardParamMap },
    cardUpdateOptions: { updateCardDataByKey: true },
    userIdType: 1,
  };
}
