/** A whole house in this process, on the machine's clock and a free port of loopback. */
import { onTestFinished } from "vitest";
import { parseConfig } from "../../bot/config.ts";
import { readEnvironment } from "../../bot/environment.ts";
import { type House, openHouse } from "../../bot/house.ts";
import { systemClock } from "../../storage/clock.ts";
import { type Log, silentLog } from "../../storage/log.ts";

export interface HouseSpec {
  readonly dir: string;
  /** The text of a `gengfu.yml`. */
  readonly yaml?: string;
  /** The text that a reload reads; there is no file to read again without. */
  readonly rewritten?: () => string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** Builds one; it is taken down with the test. */
export async function buildHouse({
  dir,
  yaml = "",
  rewritten,
  env = {},
  log = silentLog,
}: HouseSpec): Promise<House> {
  const variables = { DATA_DIR: dir, PORT: "0", LOCALE: "en", TIMEZONE: "Asia/Shanghai", ...env };
  const environment = readEnvironment(variables);
  const config = parseConfig("gengfu.yml", yaml, variables);
  const reread =
    rewritten === undefined ? {} : { reread: () => parseConfig("gengfu.yml", rewritten(), variables) };
  const house = await openHouse({ environment, config, ...reread, clock: systemClock, log });
  onTestFinished(() => house.stop());
  return house;
}
