import { expect, test } from "vitest";
import { parseBytes } from "../../../storage/bytes.ts";

test.each([
  ["0", 0],
  ["512", 512],
  ["512B", 512],
  ["1KB", 1024],
  ["1k", 1024],
  ["1.5MiB", 1_572_864],
  ["10 MB", 10_485_760],
  ["2GB", 2_147_483_648],
  ["1TB", 1_099_511_627_776],
  ["", undefined],
  ["MB", undefined],
  ["1 furlong", undefined],
  ["-1", undefined],
  ["1e3", undefined],
])("%j is %j bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});
