/** How the stored documents get from one schema to the next. */
import type { State } from "./state.ts";
import { StoreError } from "./store-error.ts";

/** One step. It changes raw documents in place: in a state read from disk they belong to nobody yet. */
export interface Migration {
  /** What it does, for the log. */
  readonly what: string;
  migrate(state: State): void;
}

/**
 * The steps, oldest first: the first leads from schema 1 to schema 2. A step that has been released is never
 * changed or removed, since somebody's store may still have it before it.
 */
export const MIGRATIONS: readonly Migration[] = [];

/** The schema that a table of steps leads to. */
export function schemaOf(migrations: readonly Migration[]): number {
  return migrations.length + 1;
}

/**
 * Brings a state from `schema` to the newest; returns what was done. Throws a StoreError for a schema that is
 * newer than this program, and for a step that fails.
 */
export function migrate(
  path: string,
  state: State,
  schema: number,
  migrations: readonly Migration[],
): string[] {
  const newest = schemaOf(migrations);
  if (schema > newest)
    throw new StoreError({
      zh: `${path} 由更新版本的 Gengfu 写成（结构版本 ${schema}，本程序只认识 ${newest}）。请升级 Gengfu，或恢复旧备份。`,
      en: `${path} was written by a newer Gengfu (schema ${schema}; this one knows ${newest}). Upgrade Gengfu, or restore an older backup.`,
    });
  return migrations.slice(schema - 1).map((step, i) => {
    try {
      step.migrate(state);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const from = schema + i;
      throw new StoreError(
        {
          zh: `${path} 无法从结构版本 ${from} 迁移到 ${from + 1}（${step.what}）：${why}`,
          en: `${path} cannot be brought from schema ${from} to ${from + 1} (${step.what}): ${why}`,
        },
        { cause: error },
      );
    }
    return step.what;
  });
}
