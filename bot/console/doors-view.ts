/** What `GET /api/console/doors` answers; shared with the page. */
export interface DoorsView {
  readonly doors: readonly DoorView[];
}

/** A door that other systems post to. */
export interface DoorView {
  /** The name of its hook; of a door without one, its path. */
  readonly name: string;
  readonly kind: string;
  /** What posts there, in the language of the server. */
  readonly summary: string;
  /** The whole address. */
  readonly url: string;
  /** All but the last four characters hidden; "" where none is asked for. */
  readonly token: string;
  /** A line for a shell that raises a test alert. */
  readonly curl: string;
  /** It is signed, and good for an hour. */
  readonly signed: boolean;
  /** The youngest first. */
  readonly arrivals: readonly ArrivalView[];
}

export interface ArrivalView {
  /** RFC 3339. */
  readonly at: string;
  readonly status: number;
  readonly size: number;
  readonly accepted: number;
  readonly refused: readonly { readonly index: number; readonly error: string }[];
  readonly error: string;
  /** The beginning of it, secrets made unreadable. */
  readonly body: string;
}
