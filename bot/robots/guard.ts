/**
 * Keeps every robot below what its platform allows, whoever makes it speak: one message more than that, and the
 * platform silences it for minutes. Kept in memory; what a restart forgets is held by the budgets of the targets.
 */

/** When robots may speak, each by its token. */
export interface Guard {
  /** When it may say one more thing; `at` or before when it may now. */
  freeAt(token: string, at: number): number;
  /** It begins to say something. Call what this gives back once its platform has answered: only then it counts. */
  begin(token: string, at: number): (at: number) => void;
  /** Its platform wants it to be silent until then. */
  rest(token: string, at: number, until: number): void;
}

interface Known {
  /** When each of its last messages was answered, or began while it is not; oldest first. */
  said: { at: number }[];
  rest: { readonly since: number; readonly until: number } | undefined;
}

/** Opens one that lets fewer than `messages` go in whatever window of `perMs`. */
export function openGuard({ messages, perMs }: { readonly messages: number; readonly perMs: number }): Guard {
  const robots = new Map<string, Known>();

  function known(token: string): Known {
    const robot = robots.get(token) ?? { said: [], rest: undefined };
    robots.set(token, robot);
    return robot;
  }

  return {
    freeAt(token, at) {
      const { said, rest } = known(token);
      // A moment that lies in the future was before the clock was put back: it counts from now.
      const nth = said[said.length - (messages - 1)];
      const room = nth === undefined ? at : Math.min(nth.at, at) + perMs;
      return rest === undefined || rest.since > at ? room : Math.max(room, rest.until);
    },
    begin(token, at) {
      const robot = known(token);
      const one = { at };
      robot.said = [...robot.said, one].slice(-messages);
      return (answered) => {
        // It may have reached its platform at any moment until then.
        one.at = Math.max(at, answered);
        robot.said.sort((a, b) => a.at - b.at);
      };
    },
    rest(token, at, until) {
      known(token).rest = { since: at, until };
    },
  };
}
