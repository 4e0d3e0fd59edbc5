/** How `npm start` runs the bot, so that a measurement runs the same. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  scripts: { start: string };
};

/** The arguments of Node: its flags, and the file. */
export const BOT: readonly string[] = [
  ...scripts.start.split(" ").filter((word) => word.startsWith("--")),
  fileURLToPath(new URL("../bot/main.js", import.meta.url)),
];
