/** The table of shapes that a webhook may have besides Alertmanager's. A new one is one line here. */
import { feishu } from "./feishu.ts";
import type { Shape } from "./shape.ts";
import { slack } from "./slack.ts";

export const shapes = { feishu, slack } satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof shapes;

/** Their names, as `webhook_configs` writes them. */
export const SHAPES = Object.keys(shapes) as readonly ShapeName[];
