/** The claim code: how the first admin of a chat platform is made. Whoever can read the log proves it by saying it. */
import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Log } from "../../storage/log.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { Role } from "../allow.ts";
import { adminsOf, type BookPerson, type FilePerson, type PeopleBook } from "./book.ts";

/** 32 signs, none of which looks like another: no I, O, 0 and 1. */
const SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 8;

/** Wrong tries are counted for this long. */
const COUNTED_MS = 3_600_000;
/** So many wrong tries does a person have. */
const MOST_BY_ONE = 5;
/** After so many wrong tries by anybody, the code is another one. */
const MOST_BY_ALL = 20;

/** Who gave a role that was claimed; no id of a person. */
export const BY_CLAIM = "claim";

/** The one document of the table. */
const CODE = "code";

const schema = z.strictObject({ code: z.string(), at: z.number() });

interface Try {
  readonly person: string;
  readonly at: number;
}

export interface ClaimOptions {
  readonly store: Store;
  readonly book: PeopleBook;
  /** What the file in force says of people. */
  file(): { readonly people: readonly FilePerson[]; readonly default_role?: Role | undefined };
  /** Whoever sits at such a console is an admin there, and needs none in a chat to be one. */
  readonly consoleIsPrivate: boolean;
  /** The chat platforms that are set up: `dingtalk`. */
  readonly platforms: readonly string[];
  /** So many random bytes, which nobody can guess. */
  bytes(count: number): Uint8Array;
  readonly log: Log;
}

export interface Claims {
  /** The code that makes whoever says it an admin; undefined while there is an admin, or no chat platform. */
  code(): string | undefined;
  /** Makes a code where one is needed and there is none, and forgets one that is not needed. For the start. */
  prepare(change: Change, at: number): void;
  /** Puts the code into the log, if there is one. */
  announce(): void;
  /** Weighs a code that somebody says, and counts it when it is wrong. `later`: too many of theirs were. */
  weigh(said: string, person: string, at: number): "right" | "wrong" | "later";
  /** Whether so many tries were wrong that the code must be another one. */
  worn(at: number): boolean;
  /** Another code; the old one is worth nothing any more. */
  replace(change: Change, at: number): void;
  /** Makes the person an admin for this code; false when the code is spent already, or not needed any more. */
  spend(change: Change, said: string, person: Omit<BookPerson, "role" | "addedBy">): boolean;
}

/** Upper case, without what people put between signs to read them out. */
export function tidyCode(said: string): string {
  return said.replace(/[\s-]+/g, "").toUpperCase();
}

/** Whether it looks like a code at all. */
export function isCode(tidy: string): boolean {
  return tidy.length === LENGTH && [...tidy].every((sign) => /[A-Z0-9]/.test(sign));
}

/** Opens the table; a store may be asked once. */
export function openClaims(options: ClaimOptions): Claims {
  const { store, book, file, consoleIsPrivate, platforms, bytes, log } = options;
  const table: Table<z.output<typeof schema>> = store.table("claim", (raw) => schema.parse(raw));
  /** The wrong tries of late: those of each person, and those at the code that stands. */
  let tries: readonly Try[] = [];
  let here: readonly Try[] = [];
  // Each person's own count stays: another code is no new chance for whoever guesses.
  table.watch(() => {
    here = [];
  });

  function isNeeded(people: readonly BookPerson[]): boolean {
    const { people: named, default_role } = file();
    if (platforms.length === 0 || default_role === "admin") return false;
    return !adminsOf(named, people).some(({ id }) => !(consoleIsPrivate && id.startsWith("console:")));
  }

  const code = (): string | undefined => (isNeeded(book.all()) ? table.get(CODE)?.code : undefined);

  function make(change: Change, at: number): void {
    const signs = Array.from(bytes(LENGTH), (byte) => SIGNS[byte % SIGNS.length]);
    change.put(table, CODE, { code: signs.join(""), at });
  }

  return {
    code,
    prepare(change, at) {
      const there = change.get(table, CODE) !== undefined;
      const needed = isNeeded(book.after(change));
      if (needed && !there) make(change, at);
      if (!needed && there) change.remove(table, CODE);
    },
    announce() {
      const now = code();
      if (now === undefined) return;
      log.warn(
        { claim: now, platforms },
        `nobody is an admin on a chat platform yet: whoever sends the bot "claim ${now}" one-to-one becomes one`,
      );
    },
    weigh(said, person, at) {
      tries = lately(tries, at);
      if (tries.filter((one) => one.person === person).length >= MOST_BY_ONE) return "later";
      const right = code();
      if (right !== undefined && isSame(said, right)) return "right";
      tries = [...tries, { person, at }];
      here = [...lately(here, at), { person, at }];
      return "wrong";
    },
    worn: (at) => lately(here, at).length >= MOST_BY_ALL,
    replace: make,
    spend(change, said, person) {
      const there = change.get(table, CODE);
      if (there === undefined || there.code !== said || !isNeeded(book.after(change))) return false;
      change.remove(table, CODE);
      book.put(change, { ...person, role: "admin", addedBy: BY_CLAIM });
      return true;
    },
  };
}

function lately(tries: readonly Try[], at: number): readonly Try[] {
  return tries.filter((one) => one.at > at - COUNTED_MS);
}

/** Takes as long whatever the first wrong sign is. */
function isSame(said: string, code: string): boolean {
  const [a, b] = [Buffer.from(said), Buffer.from(code)];
  return a.length === b.length && timingSafeEqual(a, b);
}
