/** The view over commits that are on their way to disk. */
import { expect, test } from "vitest";
import { Overlay } from "../../../storage/draft.ts";
import { emptyState, tableOf } from "../../../storage/state.ts";

test("an overlay lets go of what a commit laid on, except what a later one has changed again", () => {
  const state = emptyState();
  tableOf(state, "notes").set("a", "disk");
  const overlay = new Overlay(state);
  overlay.add(1, [
    ["u", "notes", "a", "first"],
    ["c", "n", 7],
  ]);
  overlay.add(2, [["r", "notes", "a"]]);
  overlay.take(1, [
    ["u", "notes", "a", "first"],
    ["c", "n", 7],
  ]);
  expect([overlay.get("notes", "a"), overlay.counter("n")]).toEqual([undefined, 0]);
  overlay.take(2, [["r", "notes", "a"]]);
  expect(overlay.get("notes", "a")).toBe("disk");
});
