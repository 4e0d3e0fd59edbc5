/** What people see, platform-neutral: the console stores it as it is, every other platform renders it. */

export type Severity = "critical" | "warning" | "info";

/** From the mildest to the worst. */
export const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

export function worseThan(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);
}

export type IncidentStatus = "firing" | "acknowledged" | "silenced" | "flapping" | "resolved";

/** A button. It carries the text of a command, so that a click and a typed line take one road. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly command: string;
}

/** `name` and `value` are plain text, never markdown. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** A place in the web to look at. `label` is plain text; `url` is http or https. */
export interface CardLink {
  readonly label: string;
  readonly url: string;
}

export interface Card {
  readonly kind: "text" | "incident" | "reply" | "digest";
  /** Plain text. */
  readonly title?: string;
  /** Markdown; whatever a person or a machine wrote goes through `escapeMarkdown` first. */
  readonly text?: string;
  readonly severity?: Severity;
  readonly status?: IncidentStatus;
  /** The number people say: `#12`. */
  readonly incident?: number;
  /** With the reply to a command that changed it: the version that this tells people of. */
  readonly says?: number;
  readonly fields?: readonly Field[];
  readonly links?: readonly CardLink[];
  /** Path or URL of a picture. */
  readonly image?: string;
  readonly actions?: readonly Action[];
  /** Whom it is for, as ids (`dingtalk:0123`): paged where the platform can; others there see it all the same. */
  readonly mentions?: readonly string[];
}
