/** The people book: the roles that were given in chat. What `gengfu.yml` says of somebody goes before it. */
import { z } from "zod";
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import { type Role, roles } from "../allow.ts";

const schema = z.strictObject({
  /** `dingtalk:0123`. */
  id: z.string(),
  name: z.string().optional(),
  role: z.enum(roles),
  /** The id of who did it; `claim` where it was the claim code. */
  addedBy: z.string(),
  at: z.number(),
});

/** Somebody who was given a role in chat. */
export interface BookPerson {
  readonly id: string;
  readonly name?: string | undefined;
  readonly role: Role;
  readonly addedBy: string;
  readonly at: number;
}

/** Somebody whom `gengfu.yml` names. */
export interface FilePerson extends ListedPerson {
  readonly role: Role;
}

/** Whether an account is theirs. */
export function isTheirs({ id, aliases = [] }: ListedPerson, account: string): boolean {
  return id === account || aliases.includes(account);
}

export interface PeopleBook {
  find(id: string): BookPerson | undefined;
  /** In the order in which they were added first. */
  all(): readonly BookPerson[];
  /** Adds somebody, or gives them another role. */
  put(change: Change, person: BookPerson): void;
  /** Forgets somebody; whether they were there. */
  remove(change: Change, id: string): boolean;
  /** Everybody as this change leaves them; whom a commit on its way to disk adds may be missing. */
  after(change: Change): readonly BookPerson[];
}

/** Opens the table; a store may be asked once. */
export function openPeopleBook(store: Store): PeopleBook {
  const table: Table<BookPerson> = store.table("people", (raw) => schema.parse(raw));
  return {
    find: (id) => table.get(id),
    all: () => [...table.values()],
    put: (change, person) => change.put(table, person.id, person),
    remove(change, id) {
      if (change.get(table, id) === undefined) return false;
      change.remove(table, id);
      return true;
    },
    after: (change) =>
      [...table.entries()].flatMap(([id]) => {
        const person = change.get(table, id);
        return person === undefined ? [] : [person];
      }),
  };
}

/** The admins among those who have a role of their own; the file goes before the book. */
export function adminsOf<T extends BookPerson>(
  file: readonly FilePerson[],
  book: readonly T[],
): readonly (FilePerson | T)[] {
  return everybody(file, book).filter(({ role }) => role === "admin");
}

/** Everybody with a role of their own: those of the file, then those of the book whom the file does not name. */
export function everybody<T extends BookPerson>(
  file: readonly FilePerson[],
  book: readonly T[],
): readonly (FilePerson | T)[] {
  const named = new Set(file.flatMap(({ id, aliases = [] }) => [id, ...aliases]));
  return [...file, ...book.filter(({ id }) => !named.has(id))];
}
