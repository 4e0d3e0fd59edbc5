/** One human behind several accounts: the ids that are theirs, and where they are reached besides the chat. */

/** Somebody as `people:` of `gengfu.yml` lists them. */
export interface ListedPerson {
  /** `dingtalk:0123`. */
  readonly id: string;
  readonly name?: string | undefined;
  /** Other accounts of the same human: `wecom:zhangsan`. */
  readonly aliases?: readonly string[] | undefined;
  /** E.164: `+8613800138000`. Personal: shown masked, never logged. */
  readonly phone?: string | undefined;
  /** Personal: shown masked, never logged. */
  readonly email?: string | undefined;
}

/** What is known of one human. */
export interface Human {
  /** The one by which they go everywhere, whichever of `ids` was asked for. */
  readonly id: string;
  readonly name: string | undefined;
  /** E.164: `+8613800138000`. */
  readonly phone: string | undefined;
  readonly email: string | undefined;
  /** Every account of theirs, `id` first. */
  readonly ids: readonly string[];
}

export interface Humans {
  /** Whose account this is; somebody whom nobody lists is a human with this account alone, without phone and email. */
  of(id: string): Human;
}

/** The humans of a list. Asking costs nothing: they are put together once. */
export function humansOf(people: readonly ListedPerson[]): Humans {
  const known = new Map<string, Human>();
  for (const { id, name, aliases = [], phone, email } of people) {
    const human: Human = { id, name, phone, email, ids: [id, ...aliases] };
    for (const one of human.ids) known.set(one, human);
  }
  return {
    of: (id) => known.get(id) ?? { id, name: undefined, phone: undefined, email: undefined, ids: [id] },
  };
}

/** A phone number as others may see it: `+86138****8000`. */
export function maskedPhone(phone: string): string {
  return `${phone.slice(0, -8)}****${phone.slice(-4)}`;
}

/** A mail address as others may see it: `z***@shop.example`. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${[...email][0] ?? ""}***${email.slice(at)}`;
}
