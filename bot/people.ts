import type { Role } from "../commands/allow.ts";
import type { Person } from "../commands/command.ts";
import type { FileConfig } from "./config.ts";

/**
 * Who is who. People of `gengfu.yml` have the role written there; everybody else the default one, which is
 * "viewer". On a console that only this machine can reach, everybody whom the file does not name is an admin,
 * unless the file sets `default_role`: whoever sits there can edit the file anyway.
 */
export function openPeople(
  config: Pick<FileConfig, "people" | "default_role">,
  consoleIsPrivate: boolean,
): (id: string, name: string | undefined) => Person {
  const known = new Map(config.people.map((person) => [person.id, person]));
  return (id, name) => {
    const person = known.get(id);
    const fallback: Role = consoleIsPrivate && id.startsWith("console:") ? "admin" : "viewer";
    return {
      id,
      name: person?.name ?? name ?? id.slice(id.indexOf(":") + 1),
      role: person?.role ?? config.default_role ?? fallback,
    };
  };
}
