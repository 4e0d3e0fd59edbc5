import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { watchRules } from "../alerts/evaluation/watch-rules.ts";
import { openAlerts } from "../alerts/open-alerts.ts";
import { openSubscriptions } from "../alerts/routing/subscriptions.ts";
import { openAudit } from "../commands/audit.ts";
import { openPeopleBook } from "../commands/people/book.ts";
import { openClaims } from "../commands/people/claims.ts";
import { namesBy, openSpeakers } from "../commands/people/speakers.ts";
import { unnamedOn } from "../commands/people/unnamed.ts";
import { openRoad } from "../commands/say.ts";
import type { World } from "../commands/world.ts";
import { createMonitorBook } from "../monitors/monitor-book.ts";
import { openRuleBook } from "../rules/rule-book.ts";
import type { Clock } from "../storage/clock.ts";
import { inLocale } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import { openStore } from "../storage/open-store.ts";
import { openSeries } from "../storage/series-store.ts";
import type { Change } from "../storage/store.ts";
import { openActions } from "./actions/open-actions.ts";
import { channelsOf, isRead } from "./built-channels.ts";
import { openChat } from "./chat/chat.ts";
import { notesOf } from "./config/notes.ts";
import type { FileConfig } from "./config.ts";
import { CONSOLE, consoleChannel } from "./console/channel.ts";
import { openConversations } from "./console/conversations.ts";
import { openEmail } from "./email/open-email.ts";
import type { Environment } from "./environment.ts";
import { isLoopback } from "./environment.ts";
import { openFront } from "./front.ts";
import { openPushes } from "./hooks/push/take-push.ts";
import { flowDoors } from "./http/flow-doors.ts";
import { pictureDoors } from "./http/picture-doors.ts";
import { pingDoors } from "./http/ping-doors.ts";
import { weComCallbackDoor } from "./http/wecom-callback-door.ts";
import { inForce } from "./in-force.ts";
import { openOnCallFace } from "./oncall/open-on-call.ts";
import { othersRole } from "./people.ts";
import { openPhone } from "./phone/open-phone.ts";
import { drawingOf } from "./pictures/incident-charts.ts";
import { openPictures } from "./pictures/pictures.ts";
import { withPictures } from "./pictures/with-pictures.ts";
import { openPlatforms, type PlatformDeps } from "./platforms.ts";
import { readinessOf } from "./readiness.ts";
import { lines, needsRestart, openReload, reloadWithAudit } from "./reload.ts";
import { robotChannels } from "./robots/robots.ts";
import { secretsOf } from "./secrets.ts";
import { openTeardown } from "./teardown.ts";
import { openWatchdog } from "./watchdog.ts";
import { explainFound, openWatching, startWatching } from "./watching.ts";
import { webhookChannels } from "./webhook/webhook-channels.ts";
import { openWeComApps } from "./wecom/app/open-wecom-apps.ts";

/** What the house is built from. */
export interface HouseOptions {
  readonly environment: Environment;
  readonly config: FileConfig;
  /** Reads the file again, for a reload; throws a ConfigError. */
  readonly reread?: () => FileConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds that no setting of the clock moves; this machine's unless given. */
  readonly elapsed?: () => number;
  /** From 0 to 1; `Math.random` unless given. */
  readonly random?: () => number;
  /** Loads Wechaty; the packages themselves unless given. */
  readonly loadWechaty?: PlatformDeps["loadWechaty"];
}

/** A house that stands: where its console is, and how to take it down. */
export interface House {
  readonly url: string;
  /** What makes somebody the first admin of a chat platform, said to the bot one-to-one; undefined when it is not needed. */
  readonly claimCode: string | undefined;
  /** The chat platforms that are set up. */
  readonly platforms: readonly string[];
  /** Reads the file again and puts it in force; how that went is logged. Never rejects. `by` is who asked. */
  reload(by: string): Promise<void>;
  stop(): Promise<void>;
}

/** Samples are kept this long when nothing is said. */
const RETENTION_MS = 3 * 86_400_000;

/** A round of evaluation that has been due for longer than this is a reason to let the watchdog bark. */
const OVERDUE_MS = 60_000;

/** How long a stop waits for deliveries under way. */
const DRAIN_MS = 2_000;

/**
 * Builds and starts everything, from the ground floor up. One straight function on purpose: what is handed to whom
 * can be read from top to bottom, and splitting it would only hide that. Each thing that must be stopped says so at
 * once, so a start that fails half-way takes down what stood.
 */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { environment, config, reread, clock, log } = options;
  const { elapsed = () => performance.now(), random = Math.random } = options;
  const teardown = openTeardown(log);
  const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
  const { LOCALE: locale, TIMEZONE: zone, HOST: host } = environment;
  const shown = host.includes(":") ? `[${host}]` : host;
  let origin = `http://${shown}:${environment.PORT}`;
  try {
    const { DATA_DIR: dir, DATABASE_URL: databaseUrl } = environment;
    const store = await openStore({ dir, databaseUrl, clock, log });
    teardown.add("store", () => store.close());
    const series = await openSeries({
      dir: join(environment.DATA_DIR, "samples"),
      clock,
      log,
      retentionMs: config.retention ?? RETENTION_MS,
    });
    teardown.add("series", () => series.close());

    const monitors = createMonitorBook(store);
    const rules = openRuleBook(store);
    const conversations = openConversations(store);
    const subscriptions = openSubscriptions(store);
    const book = openPeopleBook(store);
    const speakers = openSpeakers();
    const nameOf = namesBy(() => now.config.people, book, speakers);
    const fixed = {
      channels: channelsOf(environment),
      subscriptions,
      book,
      consoleIsPrivate: isLoopback(host),
      robotBases: environment,
    };
    let now = inForce(config, fixed);
    const onCall = openOnCallFace({
      store,
      environment,
      now: () => now,
      clock,
      log,
      nameOf,
      origin: () => origin,
    });
    const robots = robotChannels({
      find: () => onCall.told().robots,
      clock,
      locale,
      dingTalkCalled: () => platforms.dingTalkRobotCalled(),
    });
    const weComApps = openWeComApps({ find: () => onCall.told().weComApps, clock, log, locale });
    const platforms = await openPlatforms({
      environment,
      now: onCall.told,
      alerts: () => alerts,
      robots,
      store,
      clock,
      log,
      locale,
      random,
      nameOf,
      ...(options.loadWechaty && { loadWechaty: options.loadWechaty }),
    });
    teardown.add("platforms", () => platforms.stop());
    const pictures = openPictures({
      dir: join(environment.DATA_DIR, "pictures"),
      clock,
      log,
      breathe,
      incidentDrawing: (incident) => drawingOf(incident, clock.now(), { ...world, locale }),
    });
    const email = openEmail({ store, clock, locale, publicUrl: environment.PUBLIC_URL, now: onCall.told });
    teardown.add("email", () => email.stop());
    const channels = onCall.telling({
      console: consoleChannel({ conversations, clock }),
      ...webhookChannels({ now: () => now, externalUrl: () => origin, clock, locale }),
      email: email.channel,
      ...openPhone({ store, clock, locale, now: onCall.told, alerts: () => alerts }),
      ...robots,
      wecom_app: weComApps.channel,
      ...withPictures(platforms.channels, pictures),
    });
    const alerts = openAlerts({
      store,
      rules: watchRules(rules, series, (found) => {
        const words = explainFound(watching, found);
        return words && inLocale(locale, words);
      }),
      channels,
      plan: () => now.plan,
      clock,
      log,
      locale,
      zone,
      nameOf,
      pictureOf: pictures.ofIncident,
      linesOf: (labels) => logs.linesBehind(labels),
      random,
      breathe,
      rest,
    });
    const audit = openAudit(store);
    const claims = openClaims({
      store,
      book,
      file: () => now.config,
      consoleIsPrivate: fixed.consoleIsPrivate,
      platforms: [...Object.keys(platforms.channels), ...(weComApps.isOpen() ? ["wecom_app"] : [])],
      bytes: randomBytes,
      log,
    });
    const sync = (change: Change, file: FileConfig): void => {
      for (const { from, to } of monitors.syncFileMonitors(change, file.monitors)) {
        if (to === undefined)
          log.warn({ from }, "a monitor made in chat was removed: gengfu.yml now has one of this machine");
        else
          log.warn({ from, to }, "a monitor made in chat was renamed: gengfu.yml now has one of that name");
      }
      const gone = rules.syncFileRules(change, file.groups);
      alerts.book.endAlertsOf(change, gone, "rule-removed", clock.now());
    };
    await store.commit((change) => {
      sync(change, config);
      claims.prepare(change, clock.now());
      onCall.prepare(change);
    });
    claims.announce();
    const notes = notesOf(config, fixed.channels);
    if (notes.length > 0) log.warn({ notes: lines(notes, locale) }, "worth knowing about gengfu.yml");
    const reloading = openReload({
      read: reread,
      prepare(file) {
        const next = inForce(file, fixed);
        const said = [...notesOf(file, fixed.channels), ...needsRestart(now.config, file)];
        const swap = (): void => {
          now = next;
          onCall.reloaded();
          actions.reloaded();
        };
        return { notes: said, store: (change) => sync(change, file), swap };
      },
      clock,
      log,
      locale,
    });
    const reload = reloadWithAudit(reloading, { store, audit, clock });

    const watching = openWatching({
      store,
      monitors,
      series,
      now: () => now,
      clock,
      elapsed,
      random,
      zone,
      log,
      teardown,
    });
    const { heartbeats, flows, logs } = watching;
    const actions = openActions({
      store,
      book: alerts.book,
      file: () => now.config,
      secrets: () => secretsOf(environment, now.config),
      hasPeople: (address) => isRead(address, channels),
      clock,
      log,
      locale,
    });
    const world: World = {
      store,
      rules,
      monitors,
      ...watching,
      alerts,
      actions,
      series,
      audit,
      people: {
        file: () => now.config.people,
        book,
        speakers,
        claims,
        nameOf,
        others: () => othersRole(now.config),
      },
      subscriptions,
      ...onCall.world,
      plan: () => now.plan,
      platforms: (at) => platforms.views(at),
      origin: () => origin,
      pingKey: environment.PING_KEY,
      draw: pictures.keep,
      drawTimeline: pictures.keep,
      reload: (commit) => reloading.run(commit, "chat"),
      zone,
      startedAt: clock.now(),
      random,
      breathe,
    };
    const say = openRoad({
      world,
      locale,
      log,
      whois: (person, name) => now.whois(person, name),
    });

    const readiness = (): ReturnType<typeof readinessOf> =>
      readinessOf({ ...world, lastReload: reloading.last }, locale, clock.now());
    const watchdog = openWatchdog({
      config: () => now.config.watchdog,
      troubles: (at) => [
        ...readiness()
          .checks.filter(({ name, ok }) => !ok && name !== "reload")
          .map(({ name }) => name),
        ...(alerts.overdueMs(at) > OVERDUE_MS ? ["evaluation overdue"] : []),
      ],
      clock,
      log,
    });
    const http = openFront({
      world,
      environment,
      now: () => now,
      origin: () => origin,
      conversations,
      say,
      readiness,
      reload: () => reload("http", "POST /-/reload"),
      doors: [
        pictureDoors(pictures),
        weComCallbackDoor(weComApps),
        onCall.doors,
        pingDoors({ heartbeats, key: environment.PING_KEY, locale }),
        flowDoors({ flows, clock }),
        ...email.doors({ alerts, audit, zone, nameOf }),
      ],
      pushes: openPushes(series, elapsed),
      figures: {
        channels: Object.keys(channels),
        dingTalkUse: () => platforms.dingTalkUse(clock.now()),
        watchdog: watchdog.figures,
      },
      clock,
      log,
    });

    const chat = openChat({
      store,
      alerts,
      channels,
      clock,
      log,
      locale,
      say: (spoken) => say({ ...spoken, person: spoken.person ?? unnamedOn(spoken.conversation) }),
    });
    await startWatching(watching, teardown);
    await alerts.start();
    teardown.add("alerts", () => alerts.stop(DRAIN_MS));
    await actions.open();
    teardown.add("actions", () => actions.stop());
    onCall.start(alerts.book);
    teardown.add("on call", () => onCall.stop());
    chat.start();
    teardown.add("chat", () => chat.stop());
    platforms.start(chat);
    weComApps.start(chat);
    const port = await http.listen(host, environment.PORT);
    teardown.add("http", () => http.close());
    origin = `http://${shown}:${port}`;
    const url = `${origin}/`;
    watchdog.start();
    teardown.add("watchdog", () => watchdog.stop());
    log.info({ url, dataDir: environment.DATA_DIR, console: `${CONSOLE}ops` }, "listening");
    return {
      url,
      claimCode: claims.code(),
      platforms: Object.keys(platforms.channels),
      async reload(by) {
        try {
          await reload(by, by);
        } catch (err) {
          log.error({ err, by }, "could not reload; the old configuration stays in force");
        }
      },
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}
