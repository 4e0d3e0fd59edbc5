/** What comes of the bodies in `test/payloads`: one folder per kind of hook, one file per body. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Read } from "../../../../alerts/intake/postable.ts";
import type { Posted } from "../../../../alerts/intake/posted.ts";
import { hookKinds, kindOf } from "../../../../bot/hooks/index.ts";
import { writeTime } from "../../../../storage/rfc3339.ts";
import { hookOf, reading } from "../../../support/hooks.ts";

interface Payload {
  readonly about: string;
  readonly options?: object;
  /** JSON; a text is posted as it stands. */
  readonly body: unknown;
  readonly becomes: readonly object[];
  readonly refused?: readonly (readonly [index: number, why: string])[];
}

const folder = fileURLToPath(new URL("../../../payloads/", import.meta.url));

const payloads = Object.keys(hookKinds)
  .filter((kind) => readdirSync(folder).includes(kind))
  .flatMap((kind) =>
    readdirSync(`${folder}${kind}`).map((file) => ({
      kind,
      file,
      payload: JSON.parse(readFileSync(`${folder}${kind}/${file}`, "utf8")) as Payload,
    })),
  );

/** Of each place in the list the alert that counts, as JSON has it. */
function written({ posted, places }: Read): object[] {
  return posted
    .filter((_one, i) => places.indexOf(places[i] ?? -1) === i)
    .map(({ startsAt, endsAt, ...rest }: Posted) => ({
      ...rest,
      ...(startsAt === undefined ? {} : { startsAt: writeTime(startsAt) }),
      ...(endsAt === undefined ? {} : { endsAt: writeTime(endsAt) }),
    }));
}

test("every kind that others define has bodies of theirs", () => {
  const kinds = [...new Set(payloads.map(({ kind }) => kind))];
  expect(kinds).toEqual(Object.keys(hookKinds).filter((kind) => kind !== "generic"));
});

describe.each(payloads)("$kind/$file", ({ kind, payload }) => {
  test(payload.about, () => {
    const hook = hookOf(kind, payload.options);
    const body = typeof payload.body === "string" ? payload.body : JSON.stringify(payload.body);
    const read = kindOf(hook).read(body, hook, reading);
    expect(written(read)).toEqual(payload.becomes);
    expect(read.refused.map(({ index, why }) => [index, why.en])).toEqual(payload.refused ?? []);
  });
});
