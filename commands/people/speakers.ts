/** Who spoke of late, by the names that the platforms give: for names on display, and to be called by. In memory. */
import { nameOf, plain } from "../../alerts/words.ts";
import { type FilePerson, isTheirs, type PeopleBook } from "./book.ts";
import { isUnnamed } from "./unnamed.ts";

/** So many are remembered; whoever spoke longest ago leaves first. */
const KEPT = 1_000;

/** Longer names are cut, in characters. */
const LONGEST_NAME = 60;

export interface Speaker {
  readonly id: string;
  readonly name: string;
}

export interface Speakers {
  /** Remembers that somebody spoke; a person without a name keeps the one that was known. */
  note(id: string, name: string | undefined): void;
  nameOf(id: string): string | undefined;
  all(): readonly Speaker[];
}

export function openSpeakers(): Speakers {
  const names = new Map<string, string>();
  return {
    note(id, name) {
      const called = name?.trim().slice(0, LONGEST_NAME) || names.get(id);
      if (called === undefined || isUnnamed(id)) return;
      names.delete(id);
      names.set(id, called);
      for (const oldest of names.keys()) {
        if (names.size <= KEPT) break;
        names.delete(oldest);
      }
    },
    nameOf: (id) => names.get(id),
    all: () => [...names].map(([id, name]) => ({ id, name })),
  };
}

/** How somebody is called: by the file, by the book, by what the platform told; else by the id. Plain text. */
export function namesBy(
  file: () => readonly FilePerson[],
  book: Pick<PeopleBook, "find">,
  speakers: Pick<Speakers, "nameOf">,
): (id: string) => string {
  return (id) => {
    const written = file().find((person) => isTheirs(person, id))?.name;
    const name = written ?? book.find(id)?.name ?? speakers.nameOf(id);
    return name === undefined ? nameOf(id) : plain(name, 40);
  };
}
