/** Lines that a shell runs as they are printed. */
import { hostname } from "node:os";
import type { World } from "../world.ts";

/** A short loss of the network, and a restart of ours, must not look like a job that did not come. */
export const CURL = "curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null";

/** Where others reach this Gengfu. A server that listens everywhere is reached by its machine's name. */
export function reachedAt({ origin }: Pick<World, "origin">): string {
  return origin().replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:|$)/, `//${hostname()}`);
}

/** A word for a shell that takes every character as it is. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A part of a path that stays as it is between double quotes, in an interactive shell too. */
export function urlPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd")).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
