/** A process that opens a store and says what it has saved, until it is killed: `node store-child.js FOLDER`. */
import { openStore } from "../../dist/storage/embedded/embedded-store.js";

const say = (text) => process.stdout.write(`${text}\n`);
try {
  const store = await openStore({ dir: process.argv[2], compactAfterBytes: 20_000 });
  const notes = store.table("notes", (raw) => raw);
  say(`open ${process.pid}`);
  const worker = async () => {
    for (;;) {
      const number = await store.commit((change) => {
        const next = change.next("n");
        change.put(notes, `id-${next % 100}`, { number: next });
        return next;
      });
      say(`saved ${number}`);
    }
  };
  if (process.argv[3] === "load") await Promise.all([worker(), worker(), worker()]);
  else setInterval(() => {}, 1_000);
} catch (error) {
  say(`refused ${error.message}`);
  process.exitCode = 1;
}
