/** Lines and addresses as people may see them: one that names a password does not show it. */

/** Longer ones are cut before they are looked at. */
const LONGEST = 500;

/** Values of keys that name secrets, credentials in addresses, and tokens that are known by their shape. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [
    /((?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?)(?:(?:basic|bearer|digest|negotiate|token|apikey)\s{1,3})?[^\s"',;]+/gi,
    "$1***",
  ],
  [/\b(bearer|basic)\s{1,3}[A-Za-z0-9._~+/=-]{8,}/gi, "$1 ***"],
  [/((?:set-)?cookie["']?\s{0,3}[:=]\s{0,3})[^\r\n]+/gi, "$1***"],
  [
    /([\w.-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|密码|口令|密钥|令牌)\w{0,20}["']?\s{0,3}(?:[:=：]|=>|是)\s{0,3})(?:"[^"\r\n]*"?|'[^'\r\n]*'?|[^\s"',;&}]+)/gi,
    "$1***",
  ],
  [/(:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}@/g, "$1***@"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, "***"],
  [/\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12,}/g, "***"],
  [/\b(?:sk|pk|ghp|gho|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}/g, "***"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g, "***"],
];

/** The line, cut and with what looks like a secret struck out. Still plain text of whoever wrote it. */
export function masked(line: string, longest = LONGEST): string {
  // Not cut before it is masked: half a secret would no longer look like one. But not at any length either.
  let text = line.slice(0, 4 * longest);
  for (const [secret, instead] of SECRETS) text = text.replace(secret, instead);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

const ADDRESS = /\bhttps?:\/\/[^\s"'`<>]+/gi;

/**
 * The text with what looks like a secret struck out of the web addresses in it, such as `?token=…`, and nothing else: a
 * label or an expression around them stays as it is. For what is shown; never for what is compared or kept.
 */
export function maskedAddresses(text: string): string {
  if (!text.includes("://")) return text;
  return text.replace(ADDRESS, (address) => masked(address, Number.POSITIVE_INFINITY));
}
