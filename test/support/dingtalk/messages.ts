/** Plain messages of the app robot: to a group, to people, and taken back. Sources: KB 0714, 0716, 0699. */
import { type Answer, objectOf, textOf } from "./http.ts";
import { type Content, isMsgKey, readMsgParam } from "./message-kinds.ts";
import { type Api, accept, refuse } from "./openapi.ts";
import type { App, Group, World } from "./world.ts";

const MOST_PARAM_BYTES = 15_000;
const MOST_PEOPLE = 20;
const MOST_RECALLS = 20;

export interface MessageApis {
  readonly sendToGroup: Api;
  readonly sendToPeople: Api;
  readonly recall: Api;
}

export function messageApis(world: World): MessageApis {
  /** The content of a message, or the refusal of it. */
  function contentOf(app: App, body: Readonly<Record<string, unknown>>): Content | Answer {
    const { robotCode, msgKey, msgParam } = body;
    if (textOf(robotCode) === undefined) return invalid("robotCode.empty", "robotCode不能为空");
    if (!world.apps.has(String(robotCode))) return invalid("robotCode.notExsit", "robotCode不存在");
    if (robotCode !== app.clientId) return invalid("robotCode.auth", "robotCode不属于此应用");
    if (typeof msgKey !== "string" || !isMsgKey(msgKey)) return invalid("msgKey.invalid", "msgKey不合法");
    if (typeof msgParam !== "string") return invalid("msgParam.invalid", "msgParam必须是JSON字符串");
    if (Buffer.byteLength(msgParam) > MOST_PARAM_BYTES) return invalid("msgParam.tooLong", "msgParam过长");
    const param = objectOf(msgParam);
    if (param === undefined) return invalid("msgParam.invalid", "msgParam不是合法的JSON对象");
    const reading = readMsgParam(msgKey, param);
    if ("wrong" in reading) return invalid("msgParam.invalid", `msgParam缺少${reading.wrong}`);
    if (world.settings.unsafeWords.some((word) => msgParam.includes(word)))
      return refuse(400, "contain.notAllowed.text", "消息包含不允许的文本");
    return reading.content;
  }

  function put(app: App, conversation: string, content: Content, processQueryKey: string): void {
    const from = { is: "app", id: app.clientId, name: app.name } as const;
    world.add({ ...content, conversation, from, mentions: [], processQueryKey });
  }

  return {
    sendToGroup(app, body) {
      const content = contentOf(app, body);
      if ("status" in content) return content;
      const id = textOf(body["openConversationId"]);
      if (id === undefined) return refuse(400, "miss.openConversationId", "缺少openConversationId");
      const group = world.groups.get(id);
      if (group === undefined) return refuse(400, "invalid.openConversationId", "openConversationId不合法");
      const no = refusalOf(group, app);
      if (no !== undefined) return no;
      const processQueryKey = world.id("pqk");
      put(app, id, content, processQueryKey);
      return accept({ processQueryKey });
    },
    sendToPeople(app, body) {
      const content = contentOf(app, body);
      if ("status" in content) return content;
      const ids = body["userIds"];
      if (!Array.isArray(ids) || ids.length === 0) return invalid("userIds.empty", "userIds不能为空");
      if (ids.length > MOST_PEOPLE) return invalid("userIds.tooMany", `userIds不能超过${MOST_PEOPLE}个`);
      const processQueryKey = world.id("pqk");
      const invalidStaffIdList: string[] = [];
      const flowControlledStaffIdList: string[] = [];
      for (const id of new Set(ids.map(String))) {
        const person = [...world.people.values()].find(({ staffId }) => staffId === id);
        if (person === undefined) invalidStaffIdList.push(id);
        else if (world.settings.flowControlled.has(id)) flowControlledStaffIdList.push(id);
        else put(app, world.conversation(person.key), content, processQueryKey);
      }
      return accept({ processQueryKey, invalidStaffIdList, flowControlledStaffIdList });
    },
    recall(app, body) {
      const keys = body["processQueryKeys"];
      if (body["robotCode"] !== app.clientId) return invalid("robotCode.auth", "robotCode不属于此应用");
      if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_RECALLS)
        return invalid("processQueryKeys.invalid", "processQueryKeys不合法");
      const successResult: string[] = [];
      const failedResult: Record<string, string> = {};
      for (const key of keys.map(String)) {
        const index = world.messages.findIndex(
          (one) => one.processQueryKey === key && one.conversation === body["openConversationId"],
        );
        if (index === -1) failedResult[key] = "消息不存在";
        else {
          world.messages.splice(index, 1);
          successResult.push(key);
        }
      }
      world.changed();
      return accept({ successResult, failedResult });
    },
  };
}

function invalid(what: string, message: string): Answer {
  return refuse(400, `invalidParameter.${what}`, message);
}

function refusalOf(group: Group, app: App): Answer | undefined {
  if (group.foreign) return refuse(400, "conversation.org.notMatch", "群与机器人不属于同一企业");
  if (group.disbanded) return refuse(400, "group.disbanded", "群已解散");
  if (!group.apps.has(app.clientId)) return refuse(400, "resource.not.found", "机器人不在群内");
  if (group.stopped) return refuse(400, "bot.stopped", "机器人已停用");
  return undefined;
}
