import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { isLoadedLater, LOADED_LATER } from "../bot/build/loaded-later.ts";

/** The law of the house, written once. A folder that has no place here fails. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  storage: [],
  monitors: ["storage"],
  rules: ["storage"],
  alerts: ["storage", "rules"],
  commands: ["storage", "monitors", "rules", "alerts"],
  bot: ["storage", "monitors", "rules", "alerts", "commands"],
  bench: ["storage", "monitors", "rules", "alerts", "commands", "bot"],
};

/** Folders without product code. */
const otherFolders = ["test", "docs", "node_modules", "dist", "data"];

/** Where a package may be imported; a package that is not named here may not be imported at all. */
const home: Readonly<Record<string, readonly string[]>> = {
  koa: ["bot/http"],
  "@koa/router": ["bot/http"],
  lowdb: ["storage"],
  re2js: ["storage", "rules"],
  systeminformation: ["monitors"],
  "ipaddr.js": ["monitors", "bot"],
  "node-cron": ["storage"],
  "@prometheus-io/lezer-promql": ["rules/promql"],
  "@lezer/common": ["rules/promql"],
  "@lezer/lr": ["rules/promql"],
  yaml: ["bot"],
  pino: ["bot"],
  "prom-client": ["bot"],
  "http-proxy-agent": ["bot/http-client"],
  "https-proxy-agent": ["bot/http-client"],
  "dingtalk-stream": ["bot/dingtalk/stream"],
  "@wecom/aibot-node-sdk": ["bot/wecom/long"],
  // Installed by whoever sets WECHATY_PUPPET; file-box comes with wechaty.
  wechaty: ["bot/wechat"],
  "file-box": ["bot/wechat"],
  uqr: ["bot/wechat"],
  nodemailer: ["bot/email"],
  pg: ["monitors/sql", "storage/postgres"],
  mysql2: ["monitors/sql"],
  "ical.js": ["bot/oncall"],
  "@alicloud/pop-core": ["bot/phone"],
  "tencentcloud-sdk-nodejs-common": ["bot/phone"],
  marked: ["bot/console/page", "bot/chat"],
  // Run by the launcher, never imported.
  typescript: [],
  rolldown: ["bot/build"],
  zod: ["storage", "monitors", "rules", "alerts", "commands", "bot"],
};

/** Plug-ins of one table are strangers to each other; each folder's `index.ts` is the table. */
const pluginTables: readonly { folder: string; table: string; plugins: readonly string[] }[] = [
  {
    folder: "monitors",
    table: "monitors/index.ts",
    plugins: [
      "monitors/system",
      "monitors/http",
      "monitors/tcp",
      "monitors/tls",
      "monitors/dns",
      "monitors/icmp",
      "monitors/process",
      "monitors/systemd",
      "monitors/heartbeat",
      "monitors/flow",
      "monitors/scrape",
      "monitors/sql",
      "monitors/log",
      "monitors/prometheus",
      "monitors/elasticsearch",
    ],
  },
  {
    folder: "monitors/shaping",
    table: "monitors/shaping/steps.ts",
    plugins: [
      "monitors/shaping/drop-empty",
      "monitors/shaping/dedupe",
      "monitors/shaping/clamp",
      "monitors/shaping/outliers",
      "monitors/shaping/convert",
      "monitors/shaping/rate",
      "monitors/shaping/rename",
      "monitors/shaping/derive",
    ],
  },
  {
    folder: "bot/hooks",
    table: "bot/hooks/index.ts",
    plugins: [
      "bot/hooks/alertmanager",
      "bot/hooks/grafana",
      "bot/hooks/kibana",
      "bot/hooks/generic",
      "bot/hooks/dingtalk-robot",
      "bot/hooks/wecom-robot",
      "bot/hooks/push",
    ],
  },
];

/** Files that may be longer than the limit, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {};
const LONGEST_FILE = 400;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  /** Those of the imports that are made when they are needed. */
  readonly dynamicImports: readonly string[];
  readonly exports: readonly string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const rooms = Object.keys(mayImport);

function listSources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return listSources(path);
    return /\.(ts|js|mts)$/.test(entry.name) ? [path] : [];
  });
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const dynamic = module.dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end).replace(/^["'`]|["'`]$/g, ""),
  );
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  const typeImports = [...text.matchAll(/\bimport\((["'])([^"']+)\1\)/g)].map((found) => found[2] ?? "");
  return {
    path,
    text,
    imports: [
      ...new Set([
        ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
        ...dynamic,
        ...reexports,
        ...typeImports,
      ]),
    ],
    dynamicImports: dynamic,
    exports: module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ exportName }) => (exportName.name === null ? [] : [exportName.name])),
    ),
  };
}

const sources = rooms.flatMap(listSources).map(readSource);
const tests = listSources("test").map(readSource);
const byPath = new Map(sources.map((source) => [source.path, source]));

/** The project file that a relative import means. `bot/launch.js` and the page name compiled files. */
function target(source: Source, request: string): string {
  return posix
    .normalize(posix.join(dirname(source.path), request))
    .replace(/^dist\//, "")
    .replace(/\.js$/, (end) => (request.includes("dist/") ? ".ts" : end));
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function packageOf(request: string): string {
  const parts = request.split("/");
  return request.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

function isRelative(request: string): boolean {
  return request.startsWith(".") || request.startsWith("/");
}

describe("the law of the house", () => {
  test("every top-level folder has a place", () => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name);
    expect(folders.filter((folder) => !rooms.includes(folder) && !otherFolders.includes(folder))).toEqual([]);
  });

  test("a room imports only from the rooms below it", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(isRelative)
        .map((request) => target(source, request))
        .filter((path) => {
          const to = roomOf(path);
          const from = roomOf(source.path);
          return to !== from && !(mayImport[from] ?? []).includes(to);
        })
        .map((path) => `${source.path} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test("relative imports name files that exist", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(isRelative)
        .filter((request) => !existsSync(join(root, target(source, request))))
        .map((request) => `${source.path} imports ${request}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no file imports itself by way of others", () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
        return;
      }
      if (done.has(path)) return;
      const source = byPath.get(path);
      if (source === undefined) return;
      for (const request of source.imports.filter(isRelative))
        visit(target(source, request), [...trail, path]);
      done.add(path);
    };
    for (const { path } of sources) visit(path, []);
    expect(cycles).toEqual([]);
  });

  test("packages stay at home", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(
          (request) =>
            !isRelative(request) && !request.startsWith("node:") && !builtinModules.includes(request),
        )
        .filter(
          (request) =>
            !(home[packageOf(request)] ?? []).some((folder) => source.path.startsWith(`${folder}/`)),
        )
        .map((request) => `${source.path} imports ${request}`),
    );
    expect(wrong).toEqual([]);
  });

  test("packages that are loaded later stay packages, and only they", () => {
    const later = sources
      .filter(({ path }) => !path.startsWith("bench/"))
      .flatMap(({ dynamicImports }) => dynamicImports)
      .filter((request) => !isRelative(request));
    expect(later.filter((request) => !isLoadedLater(request))).toEqual([]);
    expect(LOADED_LATER.filter((name) => !later.some((request) => request.startsWith(name)))).toEqual([]);
  });

  test("built-in modules are named with node:", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter((request) => builtinModules.includes(request))
        .map((request) => `${source.path}: ${request}`),
    );
    expect(wrong).toEqual([]);
  });

  test("every direct dependency is used, has a home and a line in docs/dependencies.md", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const shipped = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const page = readFileSync(join(root, "docs/dependencies.md"), "utf8");
    const named = [...shipped, ...Object.keys(manifest.devDependencies)];
    expect(named.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(shipped.filter((name) => home[name] === undefined)).toEqual([]);
  });

  test("nobody looks at test", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(isRelative)
        .map((request) => target(source, request))
        .filter((path) => roomOf(path) === "test")
        .map((path) => `${source.path} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test("plug-ins are strangers to each other, and each is in its table", () => {
    const wrong: string[] = [];
    for (const { table, plugins } of pluginTables) {
      const listed = (byPath.get(table)?.imports ?? []).map((request) =>
        target({ path: table } as Source, request),
      );
      for (const plugin of plugins) {
        if (!listed.some((path) => path.startsWith(plugin))) wrong.push(`${table} does not list ${plugin}`);
        for (const source of sources.filter(
          ({ path }) => path === `${plugin}.ts` || path.startsWith(`${plugin}/`),
        )) {
          for (const path of source.imports.filter(isRelative).map((request) => target(source, request))) {
            const other = plugins.find(
              (name) => name !== plugin && (path === `${name}.ts` || path.startsWith(`${name}/`)),
            );
            if (other !== undefined) wrong.push(`${source.path} imports ${path}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("no file is longer than one can keep in mind", () => {
    const long = [...sources, ...tests]
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ path, lines }) => lines > LONGEST_FILE && longFiles[path] === undefined)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  test("nothing is exported that nobody imports", () => {
    const everything = [...sources, ...tests].map(({ text }) => text).join("\n");
    const unused = sources
      .filter(({ path }) => !path.startsWith("bench/"))
      .flatMap(({ path, text, exports }) =>
        exports
          .filter((name) => !new RegExp(`export (interface|type) ${name}\\b`).test(text))
          .filter((name) => count(everything, name) <= count(text, name))
          .map((name) => `${path} exports ${name}`),
      );
    expect(unused).toEqual([]);
  });

  test("files open with a sentence and have kebab-case names", () => {
    const wrong = sources
      .map(({ path }) => relative("", path))
      .filter((path) => !/^[a-z0-9/-]+(\.d)?\.(ts|js)$/.test(path));
    expect(wrong).toEqual([]);
  });

  test("no file has a default export", () => {
    expect(sources.filter(({ exports }) => exports.includes("default")).map(({ path }) => path)).toEqual([]);
  });
});

function count(text: string, name: string): number {
  return text.split(new RegExp(`\\b${name.replace(/[$]/g, "\\$&")}\\b`)).length - 1;
}
