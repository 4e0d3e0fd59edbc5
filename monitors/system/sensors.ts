/** Temperatures from `/sys` (Linux, Documentation/hwmon/sysfs-interface): chips first, thermal zones where there are none. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Temperature } from "./host.ts";

/** A server with hundreds of cores has a sensor for each; the first tell enough. */
const MOST_SENSORS = 64;

/** What the sensors say. `sys` is where `/sys` is. */
export async function readTemperatures(sys = "/sys"): Promise<Temperature[]> {
  const chips = await readChips(join(sys, "class/hwmon"));
  const found = chips.length > 0 ? chips : await readZones(join(sys, "class/thermal"));
  return found.slice(0, MOST_SENSORS);
}

async function readChips(folder: string): Promise<Temperature[]> {
  const chips: { name: string; device: string; path: string }[] = [];
  for (const entry of await list(folder)) {
    const path = join(folder, entry);
    const name = await text(join(path, "name"));
    // `hwmon3` is another number after the next boot; the device is not.
    const device = basename(await readlink(join(path, "device")).catch(() => entry));
    if (name !== "") chips.push({ name, device, path });
  }
  const temperatures: Temperature[] = [];
  for (const { name, device, path } of chips) {
    const alone = chips.filter((other) => other.name === name).length === 1;
    const chip = alone ? name : `${name} ${device}`;
    for (const file of await list(path)) {
      const input = /^(temp\d+)_input$/.exec(file)?.[1];
      if (input === undefined || (await text(join(path, `${input}_fault`))) === "1") continue;
      const celsius = await milli(join(path, file));
      const label = await text(join(path, `${input}_label`));
      const taken = temperatures.some((one) => one.chip === chip && one.sensor === label);
      const sensor = label === "" || taken ? input : label;
      if (celsius !== undefined) temperatures.push({ chip, sensor, celsius });
    }
  }
  return temperatures;
}

async function readZones(folder: string): Promise<Temperature[]> {
  const found: Temperature[] = [];
  for (const zone of await list(folder)) {
    if (!zone.startsWith("thermal_zone")) continue;
    const chip = await text(join(folder, zone, "type"));
    const celsius = await milli(join(folder, zone, "temp"));
    if (chip !== "" && celsius !== undefined) found.push({ chip, sensor: zone, celsius });
  }
  return found;
}

/** In the order of their numbers: `temp2` before `temp10`. */
async function list(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

async function text(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

/** A sensor that is asleep or unplugged answers with an error: it is left out. */
async function milli(path: string): Promise<number | undefined> {
  const said = await text(path);
  const celsius = Number(said) / 1000;
  return said === "" || !Number.isFinite(celsius) ? undefined : celsius;
}
