/** The doors of pictures, in a whole house. */
import { expect, it } from "vitest";
import { buildHouse } from "../../../support/house.ts";
import { readPng } from "../../../support/png.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

async function say(url: string, text: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${url}api/console/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ conversation: "ops", user: "alice", text }),
  });
  const { replies } = (await response.json()) as { replies: { text?: string; image?: string }[] };
  return replies[0];
}

it("give the picture of an answer, unchanged for ever, and nothing for what is not there", async () => {
  const { url } = await buildHouse({ dir: await temporaryFolder() });
  // The machine is looked at in its own time.
  let reply = await say(url, "chart cpu 5m");
  while (reply?.image === undefined) reply = await say(url, "chart cpu 5m");
  const response = await fetch(new URL(reply.image, url));
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(response.headers.get("cache-control")).toContain("immutable");
  expect(readPng(new Uint8Array(await response.arrayBuffer())).width).toBe(716);
  const numbers = await fetch(new URL(reply.image.replace(".png", ".json"), url));
  expect(numbers.headers.get("content-type")).toMatch(/^application\/json/);
  expect(numbers.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await numbers.json()).toMatchObject({ unit: "percent", lines: [{ name: "" }] });
  const again = await fetch(new URL(reply.image, url), {
    // Without this, fetch asks that nobody answers from what is kept.
    headers: { "cache-control": "max-age=0", "if-none-match": response.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
  for (const path of [
    "nothing.png",
    "nothing.json",
    "incidents/12.json",
    "incidents/12.png",
    "incidents/x.png",
    "..%2Fsamples",
    "incidents/..%2F..%2Fx",
  ])
    expect((await fetch(`${url}api/pictures/${path}`)).status, path).toBe(404);
});

it("are behind the token where there is one", async () => {
  const { url } = await buildHouse({
    dir: await temporaryFolder(),
    env: { API_TOKEN: "a-token-for-tests-only" },
  });
  for (const form of ["png", "json"])
    expect((await fetch(`${url}api/pictures/incidents/1.${form}`)).status).toBe(401);
});
