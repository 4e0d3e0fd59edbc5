/** How doors of one kind are added to the server; each kind is a file of its own. */
import type { IncomingMessage } from "node:http";
import type Router from "@koa/router";

export type AddDoors = (router: Router, busy: BusyDoors) => void;

/** What a door answers. `body` is JSON when it is not "". */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** POST doors that programs knock at all day long, by path; see busy.ts. */
export type BusyDoors = Map<string, (request: IncomingMessage) => Promise<Answer>>;
