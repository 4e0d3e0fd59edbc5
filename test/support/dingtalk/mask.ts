/** The log of requests without what must not be shown. */
import type { Logged } from "./http.ts";
import { TOKEN_HEADER } from "./openapi.ts";

const IN_QUERY = /\b(access_token|sign|session|ticket|appsecret)=[^&]+/g;
const IN_BODY = /"(clientSecret|appSecret|accessToken|access_token|ticket)"\s*:\s*"[^"]*"/g;
const SESSION = /session=[0-9a-f]+/g;

/** The request as it may be shown: secrets, tokens and tickets are three stars. */
export function masked(logged: Logged): Logged {
  const token = logged.headers[TOKEN_HEADER] === undefined ? {} : { [TOKEN_HEADER]: "***" };
  return {
    ...logged,
    headers: { ...logged.headers, ...token },
    query: logged.query.replace(IN_QUERY, "$1=***"),
    body: hide(logged.body),
    answer: hide(logged.answer),
  };
}

function hide(text: string): string {
  return text.replace(IN_BODY, '"$1":"***"').replace(SESSION, "session=***");
}
