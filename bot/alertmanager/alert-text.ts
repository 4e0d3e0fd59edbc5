/**
 * A `gettableAlert` as JSON. Whoever lists alerts asks again in a few seconds, and most of what was said then is said
 * again: what an alert says of itself is put into text once, for as long as it says it.
 */
import type { Labels } from "../../storage/labels.ts";

/** An alert as it is shown, with what stands in its text. */
export interface ShownAlert {
  /** What says these three: the same object as long as it says the same. */
  readonly source: object;
  readonly annotations: Labels;
  readonly generatorURL: string;
  readonly labels: Labels;
  /** What is added to its annotations: how it is handled. */
  readonly handling: Labels;
  readonly endsAt: string;
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly startsAt: string;
  readonly status: AlertStatus;
  readonly updatedAt: string;
}

export interface AlertStatus {
  readonly inhibitedBy: readonly string[];
  readonly mutedBy: readonly string[];
  readonly silencedBy: readonly string[];
  readonly state: "active" | "suppressed" | "unprocessed";
}

/** Of an alert's own: the text of its annotations without the braces, and that of what stands at the end. */
interface OwnText {
  readonly annotations: string;
  readonly end: string;
}

const ownTexts = new WeakMap<object, OwnText>();

/** Writes alerts of one answer, in Alertmanager's order of the fields. */
export function alertWriter(): (alert: ShownAlert) => string {
  // Many have these in common, even the very object.
  const common = new Map<object, string>();
  const textOf = (value: object): string => {
    let text = common.get(value);
    if (text === undefined) {
      text = JSON.stringify(value);
      common.set(value, text);
    }
    return text;
  };
  return (alert) => {
    const { endsAt, fingerprint, receivers, startsAt, status, updatedAt } = alert;
    const { annotations, end } = ownTextOf(alert);
    const handling = textOf(alert.handling).slice(1, -1);
    const comma = annotations === "" || handling === "" ? "" : ",";
    // Times and fingerprints hold nothing that must be escaped.
    return `{"annotations":{${annotations}${comma}${handling}},"endsAt":"${endsAt}","fingerprint":"${fingerprint}","receivers":${textOf(receivers)},"startsAt":"${startsAt}","status":${textOf(status)},"updatedAt":"${updatedAt}",${end}`;
  };
}

function ownTextOf({ source, annotations, handling, generatorURL, labels }: ShownAlert): OwnText {
  let text = ownTexts.get(source);
  if (text === undefined) {
    text = {
      annotations: JSON.stringify(annotations).slice(1, -1),
      end: JSON.stringify({ generatorURL, labels }).slice(1),
    };
    ownTexts.set(source, text);
  }
  return isApart(handling, annotations) ? text : { ...text, annotations: without(annotations, handling) };
}

function isApart(some: Labels, others: Labels): boolean {
  for (const name in some) if (Object.hasOwn(others, name)) return false;
  return true;
}

/** The text of annotations, less those that the sender calls like ours. */
function without(annotations: Labels, ours: Labels): string {
  const theirs = Object.entries(annotations).filter(([name]) => !Object.hasOwn(ours, name));
  return JSON.stringify(Object.fromEntries(theirs)).slice(1, -1);
}
