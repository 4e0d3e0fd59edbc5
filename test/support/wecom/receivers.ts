/** To whom a message of an application goes: people, departments and tags, and those of them that there are not. */
import { type Body, listOf, partOf, textOf, textsOf } from "./read.ts";
import type { Person, World } from "./world.ts";

export interface Receivers {
  readonly people: readonly Person[];
  /** As the answer names them: `a|b`. */
  readonly invalid: {
    readonly invaliduser: string;
    readonly invalidparty: string;
    readonly invalidtag: string;
  };
}

/** `touser: "a|b"`, `toparty: "1|2"`, `totag: "3"`, as a message has them. */
export function receiversOf(world: World, body: Body): Receivers {
  const split = (name: string): readonly string[] =>
    (textOf(body, name) ?? "")
      .split("|")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const users = split("touser");
  return resolve(world, users, split("toparty"), split("totag"), users.includes("@all"));
}

/** `userids: ["a"]`, `partyids: [1]`, `tagids: [3]`, `atall: 1`, as a change of a card has them. */
export function someReceivers(world: World, body: Body): Receivers {
  const numbers = (name: string): readonly string[] => listOf(body, name).map(String);
  const isAll = partOf(body, "atall") === 1;
  return resolve(world, textsOf(body, "userids"), numbers("partyids"), numbers("tagids"), isAll);
}

function resolve(
  world: World,
  users: readonly string[],
  parties: readonly string[],
  tags: readonly string[],
  isAll: boolean,
): Receivers {
  const reachable = [...world.people.values()].filter(({ inScope }) => inScope);
  // Userids of an application do not tell upper from lower case.
  const named = (id: string): Person | undefined =>
    reachable.find((person) => person.id.toLowerCase() === id.toLowerCase());
  const inParty = (party: string): readonly Person[] =>
    reachable.filter(({ departments }) => departments.includes(Number(party)));
  const tagged = (tag: string): readonly Person[] =>
    reachable.filter((person) => person.tags.includes(Number(tag)));
  if (isAll) return { people: reachable, invalid: { invaliduser: "", invalidparty: "", invalidtag: "" } };
  const people = [
    ...users.flatMap((id) => named(id) ?? []),
    ...parties.flatMap(inParty),
    ...tags.flatMap(tagged),
  ];
  return {
    people: [...new Set(people)],
    invalid: {
      invaliduser: users.filter((id) => named(id) === undefined).join("|"),
      invalidparty: parties.filter((party) => inParty(party).length === 0).join("|"),
      invalidtag: tags.filter((tag) => tagged(tag).length === 0).join("|"),
    },
  };
}
