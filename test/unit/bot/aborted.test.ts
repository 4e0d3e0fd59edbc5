/** Waiting for something no longer than whoever waits has time. */
import { expect, it } from "vitest";
import { unlessAborted } from "../../../bot/aborted.ts";

const BROKEN_OFF = { next: "retry", code: "aborted" };

it("is what came of it, and leaves nothing on a signal that lives longer", async () => {
  const control = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), control.signal)).toBe(7);
  const no = new Error("no");
  await expect(unlessAborted(Promise.reject(no), control.signal)).rejects.toBe(no);
  control.abort();
});

it("ends with the caller's patience, at once where there is none left", async () => {
  const never = new Promise<number>(() => {});
  const control = new AbortController();
  const waiting = unlessAborted(never, control.signal);
  control.abort();
  await expect(waiting).rejects.toMatchObject(BROKEN_OFF);
  await expect(unlessAborted(never, control.signal)).rejects.toMatchObject(BROKEN_OFF);
  await expect(unlessAborted(Promise.reject(new Error("late")), control.signal)).rejects.toMatchObject(
    BROKEN_OFF,
  );
});
