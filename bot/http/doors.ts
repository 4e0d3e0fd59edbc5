/** How doors of one kind are added to the server; each kind is a file of its own. */
import type Router from "@koa/router";

export type AddDoors = (router: Router) => void;
