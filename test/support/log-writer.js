/**
 * A process that writes numbered lines into `FOLDER/app.log` and rotates it, by renaming and by copying and truncating in
 * turns, until a line comes on its standard input; then it says what it has written: `node log-writer.js FOLDER`.
 */
import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const path = join(process.argv[2], "app.log");
let isOver = false;
process.stdin.once("data", () => {
  isOver = true;
});
const written = { count: 0, sum: 0, squares: 0 };
let rotations = 0;

function rotate() {
  for (let n = rotations; n > 0; n--)
    if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  if (rotations % 2 === 0) renameSync(path, `${path}.1`);
  else {
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
  }
  rotations++;
}

for (let round = 1; !isOver; round++) {
  const lines = 1 + ((round * 7919) % 300);
  let text = "";
  for (let i = 0; i < lines; i++) {
    const number = written.count++;
    written.sum += number;
    written.squares += (number % 1_000) ** 2;
    text += `2026-11-28 12:00:00 INFO line ${number} of the log\n`;
  }
  // Some writes end within a line.
  const cut = round % 3 === 0 ? text.length - 9 : text.length;
  appendFileSync(path, text.slice(0, cut));
  if (cut < text.length) {
    await wait(1);
    appendFileSync(path, text.slice(cut));
  }
  // Not so soon that two rotations have one time: that is how old files are told from new ones.
  await wait(2 + (round % 7));
  if (round % 25 === 0) {
    rotate();
    await wait(20);
  }
}
process.stdout.write(`${JSON.stringify({ ...written, rotations })}\n`);
