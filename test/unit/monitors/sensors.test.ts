/** Temperatures over a folder that looks like `/sys`. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readTemperatures } from "../../../monitors/system/sensors.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A `/sys` with these files; a value that begins with `->` is a link. */
function sys(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-sys-"));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, "class", path);
    mkdirSync(dirname(file), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), file);
    else writeFileSync(file, `${text}\n`);
  }
  return folder;
}

test("chips tell each sensor by its label, or by its number", async () => {
  const folder = sys({
    "hwmon/hwmon0/name": "nvme",
    "hwmon/hwmon0/temp1_input": "38850",
    "hwmon/hwmon0/temp1_label": "Composite",
    "hwmon/hwmon1/name": "acpitz",
    "hwmon/hwmon1/temp1_input": "-5000",
    "hwmon/hwmon1/temp1_crit": "100000",
    "hwmon/hwmon2/name": "fans",
    "hwmon/hwmon2/fan1_input": "1200",
    "thermal/thermal_zone0/type": "x86_pkg_temp",
    "thermal/thermal_zone0/temp": "50000",
  });
  expect(await readTemperatures(folder)).toEqual([
    { chip: "nvme", sensor: "Composite", celsius: 38.85 },
    { chip: "acpitz", sensor: "temp1", celsius: -5 },
  ]);
});

test("two chips of one name are told apart by their devices, two sensors of one label by their numbers", async () => {
  const folder = sys({
    "hwmon/hwmon7/name": "coretemp",
    "hwmon/hwmon7/device": "->../../../coretemp.0",
    "hwmon/hwmon7/temp2_input": "41000",
    "hwmon/hwmon7/temp2_label": "Core 0",
    "hwmon/hwmon7/temp10_input": "42000",
    "hwmon/hwmon7/temp10_label": "Core 0",
    "hwmon/hwmon8/name": "coretemp",
    "hwmon/hwmon8/device": "->../../../coretemp.1",
    "hwmon/hwmon8/temp2_input": "43000",
    "hwmon/hwmon8/temp2_label": "Core 0",
  });
  expect((await readTemperatures(folder)).map(({ chip, sensor }) => `${chip}/${sensor}`)).toEqual([
    "coretemp coretemp.0/Core 0",
    "coretemp coretemp.0/temp10",
    "coretemp coretemp.1/Core 0",
  ]);
});

test("a sensor that is broken, unplugged or says no number is left out", async () => {
  const folder = sys({
    "hwmon/hwmon0/name": "nct6775",
    "hwmon/hwmon0/temp1_input": "127500",
    "hwmon/hwmon0/temp1_fault": "1",
    "hwmon/hwmon0/temp2_input": "",
    "hwmon/hwmon0/temp3_input": "N/A",
    "hwmon/hwmon0/temp4_input": "30000",
    "hwmon/hwmon0/temp4_fault": "0",
  });
  expect(await readTemperatures(folder)).toEqual([{ chip: "nct6775", sensor: "temp4", celsius: 30 }]);
});

test("without chips the thermal zones tell, and without either nobody does", async () => {
  const folder = sys({
    "thermal/thermal_zone0/type": "cpu-thermal",
    "thermal/thermal_zone0/temp": "48312",
    "thermal/cooling_device0/type": "Fan",
  });
  expect(await readTemperatures(folder)).toEqual([
    { chip: "cpu-thermal", sensor: "thermal_zone0", celsius: 48.312 },
  ]);
  expect(await readTemperatures(sys({ "net/eth0/speed": "1000" }))).toEqual([]);
});

test("of hundreds of sensors the first 64 are told", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`hwmon/hwmon0/temp${i + 1}_input`, "40000"]),
  );
  const found = await readTemperatures(sys({ "hwmon/hwmon0/name": "coretemp", ...files }));
  expect(found).toHaveLength(64);
  expect(found[9]?.sensor).toBe("temp10");
});
