/** The applications that a `gengfu.yml` names, by the addresses of their targets. */
import type { FileConfig } from "../../config.ts";
import { orEnvironment } from "../../http-client/proxy.ts";
import { addressed } from "../../plan-of.ts";
import { type HttpConfig, withoutCredentials } from "../../receivers/http-config.ts";
import type { WeComAppConfig } from "../../receivers/wecom-app-config.ts";

/** What stands before the addresses of applications. */
export const WECOM_APP = "wecom_app:";

/** An application, whom one of its targets tells, and how it is reached. */
export interface WeComApp extends WeComAppConfig {
  /** `https://qyapi.weixin.qq.com`. */
  readonly base: string;
  readonly http: HttpConfig;
}

export type WeComApps = ReadonlyMap<string, WeComApp>;

/** `base` is where the API is found; undefined: WeCom's own. */
export function weComAppsOf(
  config: Pick<FileConfig, "receivers" | "global">,
  base: string | undefined,
): WeComApps {
  const apps = new Map<string, WeComApp>();
  for (const { address, target } of config.receivers.flatMap(addressed))
    if (target.channel === "wecom_app")
      apps.set(address, {
        ...target.app,
        base: base ?? "https://qyapi.weixin.qq.com",
        http: bare(config.global.http),
      });
  // An application has one callback, wherever in the file it stands.
  const callbacks = new Map([...apps.values()].map((app) => [keyOf(app), app.callback] as const));
  for (const app of apps.values()) if (app.callback !== undefined) callbacks.set(keyOf(app), app.callback);
  return new Map(
    [...apps].map(([address, app]) => [address, { ...app, callback: callbacks.get(keyOf(app)) }]),
  );
}

/** The same for every target of one application. */
export function keyOf({ corpId, agentId }: Pick<WeComAppConfig, "corpId" | "agentId">): string {
  return `${corpId}/${agentId}`;
}

/**
 * Certificates and proxy of `global` hold here, too, or else the proxies of the environment; credentials do not, and
 * nobody is followed with ours.
 */
function bare(http: HttpConfig): HttpConfig {
  return { ...orEnvironment(withoutCredentials(http)), followRedirects: false };
}

/** Where somebody is told by themselves: by the application of this target. */
export function addressOfPerson(target: string, user: string): string {
  return `${target}${PERSON}${user}`;
}

/** Between the address of a target and the id of a member. */
const PERSON = "/user/";

/** The application at an address, and whom it tells there; undefined where the file has none. */
export function findApp(apps: WeComApps, address: string): WeComApp | undefined {
  const app = apps.get(address);
  if (app !== undefined) return app;
  const cut = address.lastIndexOf(PERSON);
  const of = cut === -1 ? undefined : apps.get(address.slice(0, cut));
  return of === undefined
    ? undefined
    : { ...of, users: [address.slice(cut + PERSON.length)], parties: [], tags: [] };
}
