import type { Role } from "../commands/allow.ts";
import type { Person } from "../commands/command.ts";
import type { FilePerson, PeopleBook } from "../commands/people/book.ts";
import { isUnnamed } from "../commands/people/unnamed.ts";
import type { FileConfig } from "./config.ts";

/**
 * Who is who. People of `gengfu.yml` have the role written there with all of their accounts, those of the book the one they were given in chat;
 * everybody else the default one, which is "viewer". On a console that only this machine can reach, everybody whom
 * neither names is an admin, unless the file sets `default_role`: whoever sits there can edit the file anyway.
 * Somebody of whom the platform does not tell who it is never is more than a viewer.
 */
export function openPeople(
  config: { readonly people: readonly FilePerson[]; readonly default_role?: Role | undefined },
  book: Pick<PeopleBook, "find">,
  consoleIsPrivate: boolean,
): (id: string, name: string | undefined) => Person {
  const known = new Map(
    config.people.flatMap((person) =>
      [person.id, ...(person.aliases ?? [])].map((id) => [id, person] as const),
    ),
  );
  return (id, name) => {
    const called = name ?? id.slice(id.indexOf(":") + 1);
    if (isUnnamed(id)) return { id, name: called, role: "viewer", from: "unnamed" };
    const written = known.get(id);
    const person = written ?? book.find(id);
    if (person !== undefined)
      return {
        id,
        name: person.name ?? called,
        role: person.role,
        from: written === undefined ? "book" : "file",
      };
    const atHome = consoleIsPrivate && id.startsWith("console:") && config.default_role === undefined;
    if (atHome) return { id, name: called, role: "admin", from: "console" };
    return { id, name: called, role: othersRole(config), from: "default" };
  };
}

/** The role of everybody who has none of their own. */
export function othersRole({ default_role }: Pick<FileConfig, "default_role">): Role {
  return default_role ?? "viewer";
}
