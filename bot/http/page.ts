/** Serves the console page: its document, its style, its compiled modules and the markdown parser, nothing else. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type Router from "@koa/router";
import type { Context } from "koa";
import type { Locale } from "../../storage/locale.ts";
import { packageRoot } from "../package-root.ts";

/** Files of the page that need no compiler. */
const AS_WRITTEN = [
  "theme.css",
  "style.css",
  "card.css",
  "chart.css",
  "board.css",
  "phone.css",
  "doors.css",
  "icon.svg",
];

/** Adds `GET /` and `GET /assets/…`. Files are read anew each time: they are few, small and asked for rarely. */
export function addPage(router: Router, { locale }: { locale: Locale }): void {
  const root = packageRoot();
  const source = join(root, "bot/console/page");
  const compiled = join(root, "dist/bot/console/page");

  router.get("/", async (ctx) => {
    const html = await readFile(join(source, "index.html"), "utf8");
    ctx.type = "html";
    send(ctx, html.replace(/(?<=<html lang=")[^"]*/, locale));
  });

  router.get("/assets/:file", async (ctx) => {
    const file = ctx["params"]["file"] as string;
    const path = await find(file);
    if (path === undefined) return;
    ctx.type = file.slice(file.lastIndexOf("."));
    const content = await readFile(path);
    // A browser knows no packages; an import map would have to stand in the document, which the policy forbids.
    send(
      ctx,
      file === "markdown.js" ? content.toString().replace('from "marked"', 'from "./marked.js"') : content,
    );
  });

  /** A name is looked up among those there are, never joined to a path. */
  async function find(file: string): Promise<string | undefined> {
    if (AS_WRITTEN.includes(file)) return join(source, file);
    if (file === "marked.js") return join(root, "node_modules/marked/lib/marked.esm.js");
    const modules = existsSync(compiled) ? await readdir(compiled) : [];
    const known = modules.find((name) => name === file && name.endsWith(".js"));
    return known === undefined ? undefined : join(compiled, known);
  }
}

function send(ctx: Context, content: string | Buffer): void {
  ctx.set("cache-control", "no-cache");
  ctx.etag = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  ctx.status = 200;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = content;
}
