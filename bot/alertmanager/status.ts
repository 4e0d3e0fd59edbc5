/** What `/api/v2/status` says: a single Alertmanager that speaks version 2 of the API, with the file that is in force. */

/** The version of Alertmanager whose API this is; karma and others look at it to know what they may ask. */
export const SPOKEN_VERSION = "0.28.1";

export interface StatusFacts {
  /** The version of Gengfu. */
  readonly version: string;
  readonly startedAt: string;
  /** The file that is in force, as it is written; "" when there is none. */
  readonly config: string;
  /** None of them may be shown. */
  readonly secrets: readonly string[];
}

/** An `alertmanagerStatus`. */
export function statusOf({ version, startedAt, config, secrets }: StatusFacts): object {
  return {
    cluster: { name: "", peers: [], status: "disabled" },
    config: { original: masked(config, secrets) },
    uptime: startedAt,
    versionInfo: {
      branch: "gengfu",
      buildDate: "",
      buildUser: "",
      goVersion: "",
      revision: version,
      version: SPOKEN_VERSION,
    },
  };
}

/** The longest first: one secret may be a part of another. Whoever is asked for `<secret>` knows it from Alertmanager. */
function masked(text: string, secrets: readonly string[]): string {
  return [...new Set(secrets)]
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, "<secret>"), text);
}
