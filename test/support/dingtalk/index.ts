/**
 * A DingTalk of our own on loopback: the gateway and its Stream connections, the OpenAPI, cards, the old host's robots
 * and media, and the people in the groups. It follows what is known of the real one, and goes wrong when told to.
 *
 * Two ports, as there are two hosts: `apiBase` (with the connections, and a page for people) and `oapiBase`.
 */
import type { Clock } from "../../../storage/clock.ts";
import { systemClock } from "../../../storage/clock.ts";
import { type Cards, openCards } from "./cards.ts";
import { type Deliveries, openDeliveries } from "./deliveries.ts";
import { type Doings, openDoings } from "./doings.ts";
import { openGateway } from "./gateway.ts";
import { type Faults, type Logged, openFaults, openHost, type Routes } from "./http.ts";
import { masked } from "./mask.ts";
import { type MediaFile, openMedia } from "./media.ts";
import { messageApis } from "./messages.ts";
import { guard, openTokens, refuse } from "./openapi.ts";
import { isPagePath, openPage } from "./page.ts";
import { openQuota, type Quota } from "./quota.ts";
import { errcode, openRobots } from "./robots.ts";
import { CARD_SCOPE, ROBOT_SCOPE } from "./settings.ts";
import { ENDPOINT_PATH, openSockets, type Sockets } from "./sockets.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

export interface FakeOptions extends Partial<WorldOptions> {
  readonly clock?: Clock;
  /** From 0 to 1; chooses among connections. */
  readonly random?: () => number;
  readonly host?: string;
  /** 0: any free ones. Else the old host has the next one. */
  readonly port?: number;
  /** Where the gateway sends connections, `stream.dingtalk.example:80`; to its own port unless said. */
  readonly streamHost?: string;
  /** Leaves secrets, tokens and tickets out of `requests`. */
  readonly maskSecrets?: boolean;
}

export interface FakeDingTalk extends Doings, Pick<Faults, "fail" | "heal"> {
  /** What stands in for `https://api.dingtalk.com`. */
  readonly apiBase: string;
  /** What stands in for `https://oapi.dingtalk.com`. */
  readonly oapiBase: string;
  /** The environment that leads Gengfu here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly world: World;
  readonly settings: World["settings"];
  readonly sockets: Sockets;
  readonly deliveries: Deliveries;
  readonly cards: Pick<Cards, "all" | "templates">;
  readonly media: ReadonlyMap<string, MediaFile>;
  readonly quota: Quota;
  /** Every request and its answer, exactly as they were unless secrets are masked. */
  readonly requests: readonly Logged[];
  /** When each connection was asked for. */
  readonly opens: readonly number[];
  /** How many access tokens were asked for. */
  readonly tokensIssued: () => number;
  /** No access token given out so far is valid any more. */
  revokeTokens(): void;
  counters(): Counters;
  /** Resolves with what `look` gives once it is neither false nor undefined; looks again at every change. */
  until<T>(look: () => T | undefined | false): Promise<T>;
  /** Nobody listens any more: connections are refused and broken off, as while the platform is down. */
  down(): Promise<void>;
  /** Listens again, on the same ports. */
  up(): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}

export interface Counters {
  readonly opens: number;
  /** The most connections asked for within one second. */
  readonly mostOpensInOneSecond: number;
  readonly connections: number;
  readonly pushes: number;
  /** Pushes of something that had been pushed before. */
  readonly pushedAgain: number;
  readonly acks: number;
  readonly lateAcks: number;
  /** The longest that an acknowledgement took, in milliseconds. */
  readonly slowestAckMs: number;
  readonly wrongFrames: number;
  /** Messages of robots that say the same in the same place as one before. */
  readonly duplicates: number;
}

/** One app, three people of whom the last is a stranger, one group, one custom robot. */
export const DEFAULTS = {
  apps: [{ clientId: "dingfake0001", clientSecret: "fake-client-secret-0001", name: "更夫" }],
  people: [
    { key: "zhang", nick: "张三", staffId: "16650698", admin: true },
    { key: "li", nick: "李四", staffId: "24680135" },
    { key: "stranger", nick: "路人" },
  ],
  groups: [{ id: "cidFakeOps0001==", title: "值班群" }],
  robots: [
    { token: "fake-robot-token-0001", group: "cidFakeOps0001==", name: "告警机器人", secret: "SECfake0001" },
  ],
} as const;

/** Opens one; whoever opens it closes it. */
export async function openFakeDingTalk(options: FakeOptions = {}): Promise<FakeDingTalk> {
  const { host = "127.0.0.1", port = 0 } = options;
  const world = openWorld({ clock: systemClock, random: Math.random, ...DEFAULTS, ...options });
  const base = (of: { readonly port: number }): string => `http://${host}:${of.port}`;
  const apiBase = (): string => base(api);
  const requests: Logged[] = [];
  const faults = openFaults();
  const quota = openQuota(world);
  const tokens = openTokens(world);
  const media = openMedia(world, tokens, apiBase);
  const robots = openRobots(world, quota, () => base(oapi));
  const cards = openCards(world);
  const messages = messageApis(world);
  const { streamHost } = options;
  const gateway = openGateway(world, () => `ws://${streamHost ?? `${host}:${api.port}`}${ENDPOINT_PATH}`);
  const page = openPage(() => fake, media.files);

  const robotApi = (run: Parameters<typeof guard>[4]) => guard(world, tokens, quota, ROBOT_SCOPE, run);
  const cardApi = (run: Parameters<typeof guard>[4]) => guard(world, tokens, quota, CARD_SCOPE, run);
  const apiRoutes: Routes = {
    "POST /v1.0/gateway/connections/open": gateway.handle,
    "POST /v1.0/oauth2/accessToken": tokens.issue,
    "POST /v1.0/robot/groupMessages/send": robotApi(messages.sendToGroup),
    "POST /v1.0/robot/groupMessages/recall": robotApi(messages.recall),
    "POST /v1.0/robot/oToMessages/batchSend": robotApi(messages.sendToPeople),
    "POST /v1.0/robot/messageFiles/download": robotApi((_app, body) => media.download(body)),
    "POST /v1.0/card/instances/createAndDeliver": cardApi(cards.createAndDeliver),
    "POST /v1.0/card/instances": cardApi(cards.create),
    "POST /v1.0/card/instances/deliver": cardApi(cards.deliver),
    "PUT /v1.0/card/instances": cardApi(cards.update),
    ...page.routes,
  };
  const oapiRoutes: Routes = {
    "/robot/send": robots.send,
    "/robot/sendBySession": robots.sendBySession,
    "/media/upload": media.upload,
    "GET /gettoken": tokens.issueOld,
  };
  const shared = { world, faults, requests };
  const api = openHost({
    ...shared,
    name: "api",
    routes: apiRoutes,
    isOwn: isPagePath,
    otherwise: (call) =>
      page.serve(call) ?? refuse(404, "InvalidAction.NotFound", `未找到接口 ${call.method} ${call.path}`),
  });
  const oapi = openHost({
    ...shared,
    name: "oapi",
    routes: oapiRoutes,
    otherwise: () => errcode(22, "不合法的ApiName"),
  });
  const sockets = openSockets(world, api.server, gateway);
  const deliveries = openDeliveries(world, sockets, quota);
  const doings = openDoings({ world, cards, robots, media, deliveries });

  await api.listen(port, host);
  await oapi.listen(port === 0 ? 0 : port + 1, host);

  const fake: FakeDingTalk = {
    ...doings,
    fail: faults.fail,
    heal: faults.heal,
    apiBase: apiBase(),
    oapiBase: base(oapi),
    environment: environmentOf(world, apiBase(), base(oapi)),
    world,
    settings: world.settings,
    sockets,
    deliveries,
    cards,
    media: media.files,
    quota,
    get requests() {
      return options.maskSecrets === true ? requests.map(masked) : requests;
    },
    opens: gateway.opens,
    tokensIssued: () => tokens.issued,
    revokeTokens: tokens.revoke,
    counters: () => count(world, gateway.opens, sockets, deliveries),
    until: (look) => until(world, look),
    async down() {
      for (const connection of sockets.all) connection.drop();
      await Promise.all([api.stop(), oapi.stop()]);
    },
    async up() {
      await Promise.all([api.listen(api.port, host), oapi.listen(oapi.port, host)]);
    },
    async close() {
      world.end();
      await Promise.all([api.stop(), oapi.stop()]);
    },
  };
  return fake;
}

function environmentOf(world: World, apiBase: string, oapiBase: string): Readonly<Record<string, string>> {
  const [app] = world.apps.values();
  return {
    DINGTALK_CLIENT_ID: app?.clientId ?? "",
    DINGTALK_CLIENT_SECRET: app?.clientSecret ?? "",
    DINGTALK_API_BASE: apiBase,
    DINGTALK_OAPI_BASE: oapiBase,
  };
}

function until<T>(world: World, look: () => T | undefined | false): Promise<T> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const found = look();
      if (found === undefined || found === false) return;
      stop();
      resolve(found);
    };
    const stop = world.onChange(check);
    world.stop.addEventListener("abort", () => reject(new Error("the fake was closed")));
    check();
  });
}

function count(world: World, opens: readonly number[], sockets: Sockets, deliveries: Deliveries): Counters {
  const pushes = deliveries.all.flatMap((delivery) => delivery.pushes);
  const acked = pushes.filter(({ tookMs }) => tookMs !== undefined);
  const posted = world.messages.filter(({ from }) => from.is !== "person");
  const said = posted.map(({ conversation, kind, text, title, outTrackId }) =>
    JSON.stringify([conversation, kind, text, title, outTrackId]),
  );
  return {
    opens: opens.length,
    mostOpensInOneSecond: Math.max(
      0,
      ...opens.map((from) => opens.filter((at) => at >= from && at < from + 1000).length),
    ),
    connections: sockets.all.filter(({ state }) => state !== "closed").length,
    pushes: pushes.length,
    pushedAgain: pushes.length - deliveries.all.filter((delivery) => delivery.pushes.length > 0).length,
    acks: acked.length,
    lateAcks: acked.filter(({ late }) => late === true).length,
    slowestAckMs: Math.max(0, ...acked.map(({ tookMs }) => tookMs ?? 0)),
    wrongFrames: sockets.wrong.length,
    duplicates: said.length - new Set(said).size,
  };
}
