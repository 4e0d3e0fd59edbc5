/** One look at the files of a `log` monitor. */

import type { Look } from "../monitor.ts";
import { decodeLines } from "./decode.ts";
import { expand } from "./files.ts";
import type { Followed } from "./memory.ts";
import { pathsOf } from "./options.ts";
import { CHUNK, readOn } from "./read-on.ts";
import { type Place, recognise } from "./recognise.ts";
import type { Standing } from "./report.ts";
import type { Session } from "./session.ts";
import { outcomeOf } from "./trouble.ts";

/** Of a file that is begun with at its end, so much is looked at to know what kinds of lines there are. Bytes. */
const LEARNT_FROM = 262_144;

export interface Looked {
  readonly outcome: Pick<Look, "failure" | "remark" | "unknown">;
  readonly standing: Omit<Standing, "templates">;
}

export async function lookAtFiles(session: Session): Promise<Looked> {
  const { options, handles, isFirst, signal } = session;
  const before = session.memory();
  const paths = pathsOf(options);
  const found = await expand(paths, signal);
  const at = session.now();
  const fromEnd = isFirst && options.from === "end";
  const recognised = await recognise({ before: before.files, found, handles, fromEnd, at });
  const { places, absent } = recognised;
  let cut = 0;

  const save = async (): Promise<void> => {
    const files = places.map(({ state, seen }): Followed => ({ ...state, size: seen.size }));
    await session.save({
      files: [...absent, ...files],
      rotations: before.rotations + recognised.rotations,
      truncations: before.truncations + recognised.truncations,
      cut: before.cut + cut,
    });
  };

  if (fromEnd) for (const place of places) await learnFrom(place, session);
  for (const place of places) {
    let counted = place.state.offset;
    const count = (): void => {
      session.addBytes(place.state.offset - counted);
      counted = place.state.offset;
    };
    if (!session.isSpent()) {
      await readOn(place, {
        ...options,
        take: session.take,
        cut: () => {
          cut++;
        },
        async goOn() {
          count();
          if (session.isFull()) await save();
          return !session.isSpent();
        },
      });
      count();
    }
  }
  await save();
  await handles.keep(new Set(places.map(({ state }) => state.id)));
  signal.throwIfAborted();
  const lag = places.reduce((sum, { seen, state }) => sum + Math.max(0, seen.size - state.offset), 0);
  const changed = places.map(({ seen }) => seen.changedAt);
  return {
    outcome: outcomeOf(paths, found, [...found.unseen, ...recognised.unseen], session.isSpent() ? lag : 0),
    standing: {
      files: found.files.length,
      lag,
      changedAt: changed.length === 0 ? undefined : Math.max(...changed),
    },
  };
}

async function learnFrom({ handle, state }: Place, session: Session): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (let from = Math.max(0, state.offset - LEARNT_FROM); from < state.offset; from += CHUNK) {
    if (session.isSpent()) return;
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK, state.offset - from), from);
    // The first and the last are parts of lines.
    const lines = decodeLines(chunk.subarray(0, bytesRead), session.options.encoding).slice(1, -1);
    for (const line of lines) session.learn(line);
  }
}
