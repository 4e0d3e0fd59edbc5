import { describe, expect, test } from "vitest";
import { type MonitorSpec, monitorSchema } from "../../../monitors/index.ts";
import { createMonitorBook, MonitorRefused, type MonitorSource } from "../../../monitors/monitor-book.ts";
import { memoryStore } from "../../../storage/memory-store.ts";
import type { Decode, Store } from "../../../storage/store.ts";

const boss: MonitorSource = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 1_000 };
const shop = (name: string, more: object = {}): MonitorSpec =>
  monitorSchema.parse({ name, kind: "http", url: "https://shop.example/health", ...more });

function opened() {
  const store = memoryStore();
  const book = createMonitorBook(store);
  const names = () => [...book.table.values()].map(({ name }) => name);
  return { store, book, names };
}

async function refusal(work: Promise<unknown>): Promise<MonitorRefused> {
  const thrown = await work.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(MonitorRefused);
  return thrown as MonitorRefused;
}

describe("in chat", () => {
  test("a monitor is added, paused, resumed and removed", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => book.add(change, shop("shop"), boss));
    expect(book.table.get("shop")).toEqual({ ...shop("shop"), paused: false, source: boss });
    await store.commit((change) => book.pause(change, "shop", true));
    expect(book.table.get("shop")).toMatchObject({ paused: true, source: boss });
    await store.commit((change) => book.pause(change, "shop", false));
    expect(book.table.get("shop")).toMatchObject({ paused: false });
    const removed = await store.commit((change) => book.remove(change, "shop"));
    expect(removed.name).toBe("shop");
    expect(names()).toEqual([]);
  });

  test("a name is given once, also within one commit, and a refused commit changes nothing", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => book.add(change, shop("shop"), boss));
    const twice = store.commit((change) => {
      book.add(change, shop("other"), boss);
      book.add(change, shop("shop"), boss);
    });
    expect((await refusal(twice)).text).toEqual({
      zh: "已有名为“shop”的监控",
      en: 'there is a monitor named "shop" already',
    });
    expect(names()).toEqual(["shop"]);
  });

  test("what is not there can be neither removed nor paused", async () => {
    const { book, store } = opened();
    expect((await refusal(store.commit((change) => book.remove(change, "x")))).text.zh).toContain("“x”");
    await refusal(store.commit((change) => book.pause(change, "x", true)));
  });

  test("what the file names is changed in the file", async () => {
    const { book, store } = opened();
    await store.commit((change) => book.syncFileMonitors(change, [shop("shop")]));
    for (const work of [
      store.commit((change) => book.remove(change, "shop")),
      store.commit((change) => book.pause(change, "shop", true)),
    ])
      expect((await refusal(work)).text.zh).toContain("gengfu.yml");
  });

  test("what is made of readings is said, said anew and taken back; an older record has nothing", async () => {
    const { book, store } = opened();
    await store.commit((change) => book.add(change, shop("shop"), boss));
    expect(book.table.get("shop")).not.toHaveProperty("shape");
    const { shape = [] } = shop("x", { shape: "rate *_total; clamp x max=1" });
    await store.commit((change) => book.reshape(change, "shop", shape));
    expect(book.table.get("shop")?.shape).toEqual(shape);
    await store.commit((change) => book.reshape(change, "shop", []));
    expect(book.table.get("shop")).toEqual({ ...shop("shop"), paused: false, source: boss });
    await refusal(store.commit((change) => book.reshape(change, "x", shape)));
    await store.commit((change) => book.syncFileMonitors(change, [shop("file", { shape })]));
    await refusal(store.commit((change) => book.reshape(change, "file", [])));
    expect(book.table.get("file")?.shape).toEqual(shape);
  });

  test("what is built in can be paused, not removed", async () => {
    const { book, store } = opened();
    await store.commit((change) => book.syncFileMonitors(change, []));
    await refusal(store.commit((change) => book.remove(change, "system")));
    await store.commit((change) => book.pause(change, "system", true));
    await store.commit((change) => book.syncFileMonitors(change, []));
    expect(book.table.get("system")).toMatchObject({ kind: "system", paused: true });
  });
});

test("an address is found however it is written", async () => {
  const { book, store } = opened();
  await store.commit((change) => book.syncFileMonitors(change, []));
  await store.commit((change) => book.add(change, shop("shop"), boss));
  expect(book.findByUrl("HTTPS://Shop.Example:443/health#top")?.name).toBe("shop");
  expect(book.findByUrl("https://shop.example/")).toBeUndefined();
  expect(book.findByUrl("nonsense")).toBeUndefined();
});

describe("the file", () => {
  test("adds, changes and removes its own, and leaves alone what was made in chat", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => book.add(change, shop("chat"), boss));
    await store.commit((change) => book.syncFileMonitors(change, [shop("a"), shop("b")]));
    expect(names().sort()).toEqual(["a", "b", "chat", "system"]);
    await store.commit((change) => book.syncFileMonitors(change, [shop("a", { interval: "5m" })]));
    expect(names().sort()).toEqual(["a", "chat", "system"]);
    expect(book.table.get("a")).toMatchObject({ intervalMs: 300_000, source: { kind: "file" } });
  });

  test("unchanged, changes nothing", async () => {
    const { book, store } = opened();
    const list = [shop("a", { labels: { x: "1" }, expected_status: [200, 204] }), shop("b")];
    await store.commit((change) => book.syncFileMonitors(change, list));
    const changed: string[] = [];
    book.table.watch((name) => changed.push(name));
    await store.commit((change) => book.syncFileMonitors(change, list));
    expect(changed).toEqual([]);
  });

  test("takes its name from a monitor made in chat, which is kept under a new one", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => {
      book.add(change, shop("a", { interval: "2m" }), boss);
      book.add(change, shop("a-2"), boss);
    });
    const renamed = await store.commit((change) => book.syncFileMonitors(change, [shop("a"), shop("a-3")]));
    expect(renamed).toEqual([{ from: "a", to: "a-4" }]);
    expect(names().sort()).toEqual(["a", "a-2", "a-3", "a-4", "system"]);
    expect(book.table.get("a")?.source).toEqual({ kind: "file" });
    expect(book.table.get("a-4")).toMatchObject({ intervalMs: 120_000, source: boss });
  });

  test("may not have a name twice", async () => {
    const { book, store } = opened();
    await refusal(store.commit((change) => book.syncFileMonitors(change, [shop("a"), shop("a")])));
  });

  test("that has a system monitor of its own replaces the built-in one, until it has none", async () => {
    const { book, names, store } = opened();
    const sync = (list: readonly MonitorSpec[]) =>
      store.commit((change) => book.syncFileMonitors(change, list));
    await sync([]);
    expect(names()).toEqual(["system"]);
    await sync([monitorSchema.parse({ name: "host", kind: "system", interval: "1m" })]);
    expect(names()).toEqual(["host"]);
    await sync([]);
    expect(names()).toEqual(["system"]);
    await sync([shop("system")]);
    expect(names().sort()).toEqual(["system", "system-2"]);
  });

  test("that has a system monitor takes the place of one made in chat, whatever their names", async () => {
    const machine = (name: string): MonitorSpec => monitorSchema.parse({ name, kind: "system" });
    for (const name of ["host", "system"]) {
      const { book, names, store } = opened();
      await store.commit((change) => book.syncFileMonitors(change, []));
      await store.commit((change) => book.add(change, machine("system"), boss));
      const gone = await store.commit((change) => book.syncFileMonitors(change, [machine(name)]));
      expect(gone).toEqual([{ from: "system" }]);
      expect(names()).toEqual([name]);
      expect(book.table.get(name)?.source).toEqual({ kind: "file" });
      await store.commit((change) => book.syncFileMonitors(change, []));
      expect(book.table.get("system")?.source).toEqual({ kind: "built-in" });
    }
  });
});

describe("a monitor of this machine made in chat", () => {
  const machine = (name: string): MonitorSpec => monitorSchema.parse({ name, kind: "system" });

  test("takes the place of the built-in one, which is back when it is gone", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => book.syncFileMonitors(change, []));
    await store.commit((change) => book.add(change, machine("mine"), boss));
    expect(names()).toEqual(["mine"]);
    await store.commit((change) => book.syncFileMonitors(change, []));
    expect(names()).toEqual(["mine"]);
    await store.commit((change) => book.remove(change, "mine"));
    expect(names()).toEqual(["system"]);
    expect(book.table.get("system")?.source).toEqual({ kind: "built-in" });
  });

  test("is refused where there is one of the file or of the chat, by name", async () => {
    const { book, names, store } = opened();
    await store.commit((change) => book.syncFileMonitors(change, [machine("host")]));
    const no = await refusal(store.commit((change) => book.add(change, machine("mine"), boss)));
    expect(no.text.zh).toContain("“host”");
    await store.commit((change) => book.syncFileMonitors(change, []));
    await store.commit((change) => book.add(change, machine("mine"), boss));
    await refusal(store.commit((change) => book.add(change, machine("other"), boss)));
    expect(names()).toEqual(["mine"]);
  });
});

describe("a stored monitor that cannot be understood", () => {
  const good = { ...shop("shop"), paused: false, source: boss };
  let decode: Decode<unknown> = () => undefined;
  const store = { table: (_name: string, given: Decode<unknown>) => (decode = given) } as unknown as Store;
  createMonitorBook(store);

  test("is not taken for good", () => {
    expect(decode(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  test.each([
    ["an unknown kind", { ...good, kind: "gopher" }, /gopher/],
    ["options of another kind", { ...good, options: { port: 1 } }, /port/],
    ["an unknown key", { ...good, colour: "red" }, /colour/],
    ["no source", { ...good, source: undefined }, /source/],
    ["nothing", null, /object/],
  ])("%s is an error that says so", (_what, raw, message) => {
    expect(() => decode(raw)).toThrow(message);
  });
});
