/**
 * What `docs/dingtalk/card-template.json` is made of. The shape is that of files which DingTalk's card editor exports:
 * `editorData` is the editor's own description of the card, as JSON in a string; `widgetInfo` is what the editor makes
 * of it for the clients, anew whenever the card is saved.
 */

/** The buttons, in the order in which they stand. A variable of the button's name says whether the card has it. */
export const BUTTONS = [
  { id: "ack", label: "认领", color: "blue" },
  { id: "unack", label: "放弃", color: "gray" },
  { id: "silence", label: "静默1小时", color: "gray" },
  { id: "unsilence", label: "解除静默", color: "gray" },
  { id: "show", label: "详情", color: "gray" },
] as const;

const VARIABLES = [
  { name: "title", type: "string", description: "标题，一行" },
  { name: "markdown", type: "markdown", description: "正文" },
  { name: "tips", type: "markdown", description: "不用按钮时可以说的话" },
  ...BUTTONS.map(({ id, label }) => ({ name: id, type: "boolean", description: `有没有按钮“${label}”` })),
];

const words = (content = "") => ({ type: "dynamicString", content, i18n: false });
const theVariable = (name: string): string => `\${${name}}`;
const always = { op: "and", conditions: [] };
const visible = (condition?: object) => ({
  type: "dynamicVisible",
  value: true,
  valueType: condition === undefined ? "fixed" : "condition",
  condition: condition ?? always,
});
const global = { variable: "", variableType: "global" };
const link = { type: "dynamicLink", value: "", valueType: "fixed", ...global };
const target = { type: "variableValue", ...global };
const params = (name = "", value = "") => [{ type: "fixed", value, name, id: "1", ...global }];

/** What the editor keeps of everything that can be clicked, whether or not it is used. */
const clicking = {
  urlType: "all",
  androidUrl: link,
  pcUrl: link,
  iosUrl: link,
  actionId: words(),
  params: params(),
  successToast: words(),
  failureToast: words(),
  successCondition: always,
  copyValue: words(),
  actionSheetTitle: words(),
  actionSheetMessage: words(),
  actionSheetItems: [],
  confirmTitle: words(),
  confirmMessage: words(),
  confirmOkText: words(),
  confirmOkAction: "request",
  confirmOkReqActionActionId: words(),
  confirmOkReqActionParams: params(),
  confirmOkReqActionToast: words(),
  confirmCancelText: words(),
  confirmCancelAction: "none",
  confirmCancelReqActionActionId: words(),
  confirmCancelReqActionParams: params(),
  confirmCancelReqActionToast: words(),
  toastContent: words(),
  toastType: 1,
  customHandler: "",
  localVarAction: target,
  events: [],
  apiName: words(),
  apiParams: params(),
  apiRetLocalVar: target,
  dataSources: [],
  updateTargetVariable: target,
  updateTargetValue: target,
  disabledWhileForward: false,
  statPoint: words(),
  statPointParams: params(),
};

/** Pressed, it is sent to the robot, which finds the line by the card and the button's name. */
function button({ id, label, color }: (typeof BUTTONS)[number], index: number): object {
  const isThere = { op: "isTrue", value: "", type: "variable", valueType: "fixed", ...global, variable: id };
  return {
    $$key: String(index),
    ...clicking,
    id,
    text: words(label),
    status: "normal",
    color,
    icon: { type: "icon", icon: "", iconType: "emoji" },
    actionType: "request",
    url: link,
    isDtmd: false,
    params: params("action", id),
    visible: visible({ op: "and", conditions: [{ ...isThere, valueVariableType: "global" }] }),
  };
}

function markdown(id: string, variable: string): object {
  return node("Markdown", id, {
    mdVer: 0,
    hoverText: words(),
    marginLeft: 12,
    marginRight: 12,
    marginTop: 12,
    marginBottom: 0,
    visible: visible(),
    content: { type: "dynamicMarkdown", valueType: "variable", value: "", ...global, variable },
    innerOffset: 0,
  });
}

function node(componentName: string, id: string, props: object, children?: readonly object[]): object {
  return {
    componentName,
    id: `node_gengfu_${id}`,
    props,
    title: "",
    hidden: false,
    isLocked: false,
    condition: true,
    conditionGroup: "",
    ...(children === undefined ? {} : { children }),
  };
}

const card = {
  url: link,
  linkCondition: visible(),
  cardIcon: { url: "", type: "image" },
  cardName: words(theVariable("title")),
  tagText: words(),
  tagColor: { type: "dynamicSelect", valueType: "fixed", value: "blue", ...global },
  tagStyle: "hollow",
  showCloseButton: false,
  actionType: "url",
  ...clicking,
};

const editorData = {
  schemaVersion: "2.0.0",
  schema: {
    version: "1.0.0",
    componentsMap: ["Markdown", "DividerBlock", "ButtonBlock", "StdCard"].map((name) => ({
      package: "@ali/dxComponent",
      version: "1.0.0",
      exportName: name,
      main: "./src/index.tsx",
      destructuring: false,
      subName: "",
      componentName: name,
    })),
    componentsTree: [
      node("StdCard", "card", card, [
        markdown("text", "markdown"),
        markdown("tips", "tips"),
        node("DividerBlock", "line", { visible: visible() }),
        node("ButtonBlock", "buttons", { buttons: BUTTONS.map(button) }),
      ]),
    ],
    i18n: {},
  },
  mockData: {
    cardData: {
      title: "🔴 [严重] #12 磁盘将满",
      markdown: "- **位置**：host=web-1\n- **数值**：97%",
      tips: "也可以 @我 说：认领 12",
      ...Object.fromEntries(BUTTONS.map(({ id }) => [id, id !== "unack" && id !== "unsilence"])),
    },
    cardPrivateData: {},
    localData: {},
  },
  editVersion: 0,
  customWidgetInfo: "",
  useCustomWidgetInfo: false,
  variableList: VARIABLES.map((one) => ({
    ...one,
    id: one.name,
    private: false,
    editorVarType: "variables",
  })),
  formList: [],
  expList: [],
  localList: [],
  hsfList: [],
  lwpList: [],
  extension: { extendType: "NORMAL", fileTypeList: [] },
};

/** The file, as text. */
export function cardTemplateText(): string {
  const widgetInfo =
    '<LinearLayout width="@data{width}" height="match_content" orientation="vertical"></LinearLayout>';
  const file = { editorData: JSON.stringify(editorData), widgetInfo, type: "standard", mode: "card" };
  return `${JSON.stringify(file, null, 2)}\n`;
}
