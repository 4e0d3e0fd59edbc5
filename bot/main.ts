#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { systemClock } from "../storage/clock.ts";
import { banner } from "./banner.ts";
import { readConfigFile } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { type Environment, readEnvironment, secretsOf } from "./environment.ts";
import { type House, openHouse } from "./house.ts";
import { openLog } from "./log.ts";

/** The process: environment in, house up, signals down. Everything else is in the house. */
await main();

/** A stop that takes longer than this is cut short. */
const LONGEST_STOP_MS = 4_500;

async function main(): Promise<void> {
  // The environment wins over `.env`, as everywhere.
  const variables = { ...(existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {}), ...process.env };
  let environment: Environment;
  let config: ReturnType<typeof readConfigFile>;
  const configPath = variables["GENGFU_CONFIG"] ?? "";
  try {
    environment = readEnvironment(variables);
    config = readConfigFile(configPath === "" ? "gengfu.yml" : configPath, configPath !== "", variables);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`gengfu: ${error.message}\n`);
    process.exitCode = 78; // EX_CONFIG of sysexits.h
    return;
  }
  const log = openLog(environment.LOG_LEVEL, secretsOf(environment));
  for (const platform of ["DINGTALK_CLIENT_ID", "WECOM_BOT_ID"] as const) {
    if (environment[platform] !== undefined)
      log.warn({ variable: platform }, "this version does not connect to this platform yet");
  }
  let house: House;
  try {
    house = await openHouse({ environment, config, clock: systemClock, log });
  } catch (error) {
    log.error({ error }, "could not start");
    process.stderr.write(`gengfu: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(
    banner(environment.LOCALE, {
      url: house.url,
      dataDir: resolve(environment.DATA_DIR),
      configPath: configPath === "" ? (existsSync("gengfu.yml") ? "gengfu.yml" : undefined) : configPath,
    }),
  );

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal is somebody who will not wait.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error({}, "did not stop in time");
      process.exit(1);
    }, LONGEST_STOP_MS).unref();
    void house.stop().then(() => log.info({}, "stopped"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // A promise nobody waited for is a fault of ours, and no reason to leave everybody unwatched.
  process.on("unhandledRejection", (error) =>
    log.error({ error }, "a promise was rejected and nobody was there"),
  );
}
