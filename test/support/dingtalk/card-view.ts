/** Card templates, and what a template makes of a card's values. */
import { isObject, objectOf, textOf } from "./http.ts";
import type { Button } from "./world.ts";

export interface CardButton extends Button {
  /** A press is posted back to the app. */
  readonly isRequest: boolean;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly id: string;
  readonly published?: boolean;
  /** The names of the variables that it shows. */
  readonly title: string;
  readonly text: string;
  readonly tips?: string;
  /** Buttons drawn in the template; without them it shows those of `sys_full_json_obj.msgButtons`. */
  readonly buttons?: readonly { readonly id: string; readonly text: string; readonly params?: object }[];
}

/** The public templates of the official Python SDK. Source: PY card_instance.py. */
export const PUBLIC_TEMPLATES: readonly Template[] = [
  { id: "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema", title: "title", text: "markdown", tips: "tips" },
  { id: "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema", title: "title", text: "markdown", buttons: [] },
  { id: "382e4302-551d-4880-bf29-a30acfab2e71.schema", title: "msgTitle", text: "msgContent" },
];

type Values = Readonly<Record<string, string>>;

export interface CardView {
  readonly title: string;
  readonly text: string;
  readonly buttons: readonly CardButton[];
}

export function viewOf(template: Template, values: Values): CardView {
  const tips = template.tips === undefined ? "" : (values[template.tips] ?? "");
  const text = values[template.text] ?? "";
  return {
    title: values[template.title] ?? "",
    text: tips === "" ? text : `${text}\n\n${tips}`,
    buttons: template.buttons === undefined ? msgButtons(values) : template.buttons.map(drawn),
  };
}

function drawn({ id, text, params = {} }: { id: string; text: string; params?: object }): CardButton {
  return { id, text, isRequest: true, params: params as CardButton["params"] };
}

/** `sys_full_json_obj = {"msgButtons":[{text,color,id,url,request,params}]}`, as a string. */
function msgButtons(values: Values): readonly CardButton[] {
  const list = objectOf(values["sys_full_json_obj"] ?? "")?.["msgButtons"];
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map((button, index) => {
    const [color, url] = [textOf(button["color"]), textOf(button["url"])];
    return {
      id: textOf(button["id"]) ?? String(index),
      text: textOf(button["text"]) ?? "",
      isRequest: button["request"] === true,
      params: isObject(button["params"]) ? button["params"] : {},
      ...(color === undefined ? {} : { color }),
      ...(url === undefined ? {} : { url }),
    };
  });
}
