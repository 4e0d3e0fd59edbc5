/** The contract of a kind of hook: whose bodies it reads, and how it answers. One file, plus one line in the table `index.ts`. */
import type { z } from "zod";
import type { Read } from "../../alerts/intake/postable.ts";
import type { Refusal } from "../../alerts/intake/posted.ts";
import type { Labels } from "../../storage/labels.ts";
import type { Locale, Text } from "../../storage/locale.ts";

/** One hook of a `gengfu.yml`: a sender by name. The token is a secret: never logged. */
export interface Hook<Options = unknown> {
  /** Unique; the label `hook` of every alert that comes in by it. */
  readonly name: string;
  readonly kind: string;
  readonly token: string;
  /** Further labels of every alert; they win over those that were sent. */
  readonly labels: Labels;
  /** Who hears when no route below the root takes an alert. */
  readonly receiver: string | undefined;
  /** How long an alert counts as firing after its last word, in milliseconds. */
  readonly resolveTimeoutMs: number;
  /** The label `severity` where the sender gives none. */
  readonly severity: string | undefined;
  readonly options: Options;
}

/** When and for whom a body is read. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly locale: Locale;
  /** IANA name of the zone of times that name none. */
  readonly zone: string;
}

/** Why nothing of a request was taken. */
export type Why =
  | "no-token"
  | "wrong-token"
  | "bad-signature"
  | "bad-timestamp"
  | "too-large"
  | "unknown-encoding"
  | "not-json"
  | "wrong-shape"
  | "unknown-type"
  | "no-content"
  | "not-saved";

/** What came of a request. */
export type Outcome =
  | { readonly is: "taken"; readonly accepted: number; readonly refused: readonly Refusal[] }
  | { readonly is: "refused"; readonly why: Why; readonly text: Text };

/** What the sender is told. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A body that none of it can be taken from; thrown by `read`. */
export class Unreadable extends Error {
  readonly why: Why;
  readonly text: Text;

  constructor(why: Why, text: Text) {
    super(text.en);
    this.name = "Unreadable";
    this.why = why;
    this.text = text;
  }
}

/** A query as it came: what stands there twice is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request that shows what the kind takes. */
export interface Sample {
  readonly query?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** A door of a hook: where it is, how it is entered, and how it is shown. */
export interface DoorKind<Options> {
  /** The word in `gengfu.yml`; equal to the key in the table. */
  readonly kind: string;
  /** Where it is posted to. */
  readonly path: string;
  /** The parameter of the query that may carry the token. */
  readonly tokenIn: "token" | "access_token" | "key";
  /** Whether `Authorization: Bearer` may carry it as well. */
  readonly bearer: boolean;
  readonly summary: Text;
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** One that is answered with success. */
  sample(hook: Hook<Options>, reading: Reading): Sample;
}

/** A kind whose bodies are alerts. */
export interface HookKind<Options> extends DoorKind<Options> {
  /** What is wrong with the query beside the token. */
  check?(
    query: Query,
    hook: Hook<Options>,
    at: number,
  ): { readonly why: Why; readonly text: Text } | undefined;
  /**
   * The alerts of a body. `places` counts within the list that the sender sent; of several alerts of one place the
   * first is the one that counts. Throws Unreadable when there is nothing to take.
   */
  read(body: string, hook: Hook<Options>, reading: Reading): Read;
  answer(outcome: Outcome, locale: Locale): Answer;
}
