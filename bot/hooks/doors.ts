/** Every door that other systems post to, as the console shows it: address, token, a line to try it, what came in. */
import { inLocale, type Text } from "../../storage/locale.ts";
import { writeTime } from "../../storage/rfc3339.ts";
import type { ArrivalView, DoorView } from "../console/doors-view.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Hook, Reading } from "./hook.ts";
import { doorOf } from "./index.ts";

export interface DoorsAbout {
  readonly hooks: readonly Hook[];
  readonly arrivals: Arrivals;
  /** Where the reader reached us: `https://gengfu.example`. */
  readonly origin: string;
  /** Whether the reader may see tokens whole; else the lines hold a word in their place. */
  readonly revealed: boolean;
  /** API_TOKEN, if there is one. */
  readonly apiToken: string | undefined;
  /** What must not be seen in bodies. */
  readonly secrets: readonly string[];
  readonly reading: Reading;
}

/** Where Prometheus, vmalert and `amtool` post to; it has no hook. */
export const ALERTS_DOOR = "/api/v2/alerts";

/** Alertmanager's API first, then the hooks in the order of the file. */
export function doorsOf(about: DoorsAbout): readonly DoorView[] {
  return [alertsDoor(about), ...about.hooks.map((hook) => hookDoor(hook, about))];
}

function alertsDoor(about: DoorsAbout): DoorView {
  const { origin, apiToken, reading } = about;
  const url = `${origin}${ALERTS_DOOR}`;
  const alert = {
    labels: { alertname: "HookTest", severity: "info", instance: "example" },
    annotations: { summary: inLocale(reading.locale, TEST) },
  };
  return {
    name: ALERTS_DOOR,
    kind: "api",
    summary: inLocale(reading.locale, ALERTS_SUMMARY),
    url,
    token: apiToken === undefined ? "" : hidden(apiToken),
    curl: curl(url, bearer(apiToken, about), [alert]),
    signed: false,
    arrivals: arrivalsAt(ALERTS_DOOR, about),
  };
}

const TEST: Text = { zh: "入口测试", en: "a test of the door" };
const ALERTS_SUMMARY: Text = {
  zh: "Alertmanager 的 API：Prometheus、vmalert、amtool",
  en: "Alertmanager's API: Prometheus, vmalert, amtool",
};

function hookDoor(hook: Hook, about: DoorsAbout): DoorView {
  const { origin, reading } = about;
  const kind = doorOf(hook);
  const { query = {}, body } = kind.sample(hook, reading);
  const url = `${origin}${kind.path}`;
  const asked = new URLSearchParams({
    ...(kind.bearer ? {} : { [kind.tokenIn]: shown(hook.token, about) }),
    ...query,
  }).toString();
  return {
    name: hook.name,
    kind: hook.kind,
    summary: inLocale(reading.locale, kind.summary),
    url: kind.bearer ? url : `${url}?${kind.tokenIn}=`,
    token: hidden(hook.token),
    curl: curl(asked === "" ? url : `${url}?${asked}`, kind.bearer ? bearer(hook.token, about) : [], body),
    signed: Object.keys(query).length > 0,
    arrivals: arrivalsAt(hook.name, about),
  };
}

function arrivalsAt(door: string, { arrivals, secrets }: DoorsAbout): readonly ArrivalView[] {
  return arrivals.of(door, secrets).map((one) => ({ ...one, at: writeTime(one.at) }));
}

/** All but the last four characters hidden; of a short one, all of it. */
function hidden(token: string): string {
  return token.length < 12 ? "••••••••" : `••••••••${token.slice(-4)}`;
}

function shown(token: string, { revealed }: DoorsAbout): string {
  return revealed ? token : "TOKEN";
}

function bearer(token: string | undefined, about: DoorsAbout): readonly string[] {
  return token === undefined ? [] : [`Authorization: Bearer ${shown(token, about)}`];
}

function curl(url: string, headers: readonly string[], body: object): string {
  const parts = ["Content-Type: application/json", ...headers].map((header) => `-H ${quoted(header)}`);
  return ["curl -sS", quoted(url), ...parts, `-d ${quoted(JSON.stringify(body))}`].join(" ");
}

/** One word for a POSIX shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
