/**
 * Where answers go: with every message DingTalk gives an address to which answers may be posted for a while, without a
 * call of the API, and with mentions. Such an address is a secret; it is kept in memory only.
 */

export interface Sessions {
  /** The newest address of a conversation, and until when it works, in milliseconds. */
  remember(conversation: string, url: string, expiresAt: number): void;
  /** One that still works for a while; undefined when there is none. */
  find(conversation: string, at: number): string | undefined;
  forget(conversation: string): void;
}

const MOST = 1_000;
/** One that ends any moment is not used any more. */
const SPARE_MS = 60_000;

export function openSessions(): Sessions {
  const known = new Map<string, { readonly url: string; readonly expiresAt: number }>();
  return {
    remember(conversation, url, expiresAt) {
      known.delete(conversation);
      known.set(conversation, { url, expiresAt });
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    },
    find(conversation, at) {
      const session = known.get(conversation);
      return session !== undefined && session.expiresAt - SPARE_MS > at ? session.url : undefined;
    },
    forget: (conversation) => void known.delete(conversation),
  };
}
