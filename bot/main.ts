#!/usr/bin/env node
/** The process: environment in, house up, signals down. Everything else is in the house. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { systemClock } from "../storage/clock.ts";
import { inLocale } from "../storage/locale.ts";
import { wordsOf } from "../storage/store-error.ts";
import { banner } from "./banner.ts";
import { channelsOf } from "./built-channels.ts";
import { checkFile } from "./config/check.ts";
import { ConfigError } from "./config/error.ts";
import type { Variables } from "./config/fill-in.ts";
import { type FileConfig, readConfigFile } from "./config.ts";
import { type Environment, localeOf, readEnvironment } from "./environment.ts";
import { openHouse } from "./house.ts";
import { adoptProxies } from "./http-client/proxy.ts";
import { openLog } from "./log.ts";
import { secretsOf } from "./secrets.ts";
import { startWords } from "./start-words.ts";

/** A stop that takes longer than this is cut short. */
const LONGEST_STOP_MS = 4_500;
/** npm passes a Ctrl+C on to us, and the terminal has sent it already; what comes later is impatience. */
const SAME_SIGNAL_MS = 1_000;
const EX_USAGE = 64; // sysexits.h
const EX_CONFIG = 78;

const [word, ...rest] = process.argv.slice(2);
if (word === undefined) await main();
else if (word === "check") check(rest);
else {
  process.stderr.write(
    `gengfu: unknown word '${word}': say 'check FILE', or nothing to start. 不认识 '${word}'：可以用 'check 文件'，启动则什么都不用写。\n`,
  );
  process.exitCode = EX_USAGE;
}

async function main(): Promise<void> {
  // Standard error may be a file on a full disk; what is said there is no reason to end.
  process.stderr.on("error", () => {});
  const settings = readSettings();
  if (settings === undefined) return;
  const { environment, config, configPath } = settings;
  const { LOCALE: locale, HOST: host, PORT: port } = environment;
  const secrets = secretsOf(environment, config);
  const log = openLog(environment.LOG_LEVEL, secrets);
  // Node ends the process after this; whoever reads the log should know why, too.
  process.on("uncaughtExceptionMonitor", (err) => log.error({ err }, "ends because of a fault of its own"));
  // A promise nobody waited for is a fault of ours, and no reason to leave everybody unwatched.
  process.on("unhandledRejection", (err) =>
    log.error({ err }, "a promise was rejected and nobody was there"),
  );
  const reread = (): FileConfig => {
    const file = settings.reread();
    // Before anything of the new file can be logged.
    secrets.push(...secretsOf(environment, file));
    return file;
  };
  const opening = openHouse({ environment, config, reread, clock: systemClock, log });
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error({}, "did not stop in time");
      process.exit(1);
    }, LONGEST_STOP_MS).unref();
    // A start that fails says so below.
    void opening
      .then((house) => house.stop())
      .then(
        () => {
          log.info({}, "stopped");
          process.exit(0);
        },
        () => {},
      );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // A start under way reads the file anyway, and one that fails says so below.
  process.on("SIGHUP", () => void opening.then((house) => house.reload("SIGHUP")).catch(() => {}));
  try {
    const { url, claimCode, platforms } = await opening;
    const dataDir = resolve(environment.DATA_DIR);
    const { DATABASE_URL: databaseUrl } = environment;
    const facts = { url, host, dataDir, databaseUrl, configPath, claimCode, platforms };
    process.stderr.write(banner(locale, facts));
  } catch (err) {
    log.error({ err }, "could not start");
    process.stderr.write(`gengfu: ${inLocale(locale, startWords(err, { host, port }))}\n`);
    // A package that a setting asks for is looked for only now.
    process.exitCode = err instanceof ConfigError ? EX_CONFIG : 1;
  }
}

/** `gengfu check FILE`; without a name, the file that a start would read. */
function check(names: readonly string[]): void {
  const variables = readVariables();
  if (variables === undefined) return;
  const named = variables["GENGFU_CONFIG"] ?? "";
  const path = names[0] ?? (named === "" ? "gengfu.yml" : named);
  const locale = localeOf(variables);
  const { ok, text } = checkFile(path, { variables, locale, channels: channelsOf(variables) });
  (ok ? process.stdout : process.stderr).write(`${text}\n`);
  if (!ok) process.exitCode = EX_CONFIG;
}

/** Everything that is set, or undefined when it cannot be used; then it has said why. */
function readSettings():
  | {
      environment: Environment;
      config: FileConfig;
      configPath: string | undefined;
      /** Reads the file again, with what `.env` says by then; throws a ConfigError. */
      reread(): FileConfig;
    }
  | undefined {
  const variables = readVariables();
  if (variables === undefined) return undefined;
  const named = variables["GENGFU_CONFIG"] ?? "";
  const path = named === "" ? "gengfu.yml" : named;
  // Both are read before either is judged, so that everything wrong is said at once.
  const environment = attempt(() => readEnvironment(variables));
  const config = attempt(() => readConfigFile(path, named !== "", variables));
  const errors = [environment, config].filter((one) => one instanceof ConfigError);
  if (environment instanceof ConfigError || config instanceof ConfigError) {
    refuse(errors.map((error) => error.words(localeOf(variables))).join("\n"));
    return undefined;
  }
  return {
    environment,
    config,
    configPath: existsSync(path) ? path : undefined,
    reread: () => readConfigFile(path, named !== "", readVariables() ?? variables),
  };
}

/** The environment, which wins, over `.env`. */
function readVariables(): Variables | undefined {
  if (!existsSync(".env")) return process.env;
  try {
    const file = parseEnv(readFileSync(".env", "utf8"));
    adoptProxies(file);
    return { ...file, ...process.env };
  } catch (error) {
    refuse(inLocale(localeOf(process.env), wordsOf(".env", error)));
    return undefined;
  }
}

function attempt<T>(read: () => T): T | ConfigError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function refuse(words: string): void {
  process.stderr.write(`gengfu: ${words}\n`);
  process.exitCode = EX_CONFIG;
}
