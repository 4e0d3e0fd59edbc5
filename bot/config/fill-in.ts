/** Puts environment variables into a configuration, where `${NAME}` stands. */
import type { Problem } from "./error.ts";
import { formatPath } from "./words.ts";

/** What the variables are, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What came of it: the same value with its texts filled in, and what could not be. */
export interface FilledIn {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Says a problem with the names of variables in the place of their values, which may be secrets. */
  discreet(problem: Problem): Problem;
}

/**
 * Replaces `${NAME}` in every text of `value`; `$${` stands for a plain `${`. The top-level keys of `except` are
 * left alone. A value that holds itself, by a YAML alias, is a problem too.
 */
export function fillIn(value: unknown, variables: Variables, except: readonly string[] = []): FilledIn {
  const problems: Problem[] = [];
  const above = new Set<object>();
  const used = new Map<string, string>();

  function fill(one: unknown, path: readonly PropertyKey[]): unknown {
    if (typeof one === "string") return fillText(one, path);
    if (typeof one !== "object" || one === null) return one;
    if (above.has(one)) {
      problems.push({
        path: formatPath(path),
        text: { zh: "这个别名包含它自己", en: "this alias holds itself" },
      });
      return null;
    }
    above.add(one);
    const filled = Array.isArray(one)
      ? one.map((item, i) => fill(item, [...path, i]))
      : Object.fromEntries(Object.entries(one).map(([key, item]) => [key, fill(item, [...path, key])]));
    above.delete(one);
    return filled;
  }

  function fillText(text: string, path: readonly PropertyKey[]): string {
    if (path.length > 0 && except.includes(String(path[0]))) return text;
    return text.replace(/(\$?)\$\{([^}]*)\}/g, (whole, doubled: string, name: string) => {
      if (doubled !== "") return whole.slice(1);
      const found = variables[name];
      if (found !== undefined) {
        if (found !== "") used.set(found, whole);
        return found;
      }
      problems.push({
        path: formatPath(path),
        text: /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
          ? { zh: `环境变量 ${name} 没有设置`, en: `the environment variable ${name} is not set` }
          : {
              zh: `\${${name}} 里要写环境变量的名字；想要 \${ 本身请写 $\${`,
              en: `\${${name}} must hold the name of an environment variable; write $\${ for a plain \${`,
            },
      });
      return whole;
    });
  }

  return {
    value: fill(value, []),
    problems,
    discreet({ path, text }) {
      const hide = (said: string): string =>
        [...used].reduce((rest, [secret, name]) => rest.replaceAll(`'${secret}'`, `'${name}'`), said);
      return { path, text: { zh: hide(text.zh), en: hide(text.en) } };
    },
  };
}
