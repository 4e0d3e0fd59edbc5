/** Proxies of `.env`; what an address is reached through is in webhook/request.test.ts. */
import { expect, test } from "vitest";
import { adoptProxies } from "../../../../bot/http-client/proxy.ts";

test.each([
  [
    "those of the file hold",
    { HTTP_PROXY: "http://p:1", no_proxy: "a,b" },
    {},
    { HTTP_PROXY: "http://p:1", NO_PROXY: "a,b" },
  ],
  ["small letters win", { https_proxy: "small", HTTPS_PROXY: "large" }, {}, { HTTPS_PROXY: "small" }],
  ["the environment goes before", { HTTP_PROXY: "file" }, { HTTP_PROXY: "own" }, { HTTP_PROXY: "own" }],
  ["in letters of either size", { HTTP_PROXY: "file" }, { http_proxy: "own" }, { http_proxy: "own" }],
  ["one that is empty there means none", { HTTP_PROXY: "file" }, { HTTP_PROXY: "" }, { HTTP_PROXY: "" }],
  ["an empty line of the file says nothing", { HTTP_PROXY: "", NO_PROXY: "" }, {}, {}],
  ["nothing else is taken over", { API_TOKEN: "t", FTP_PROXY: "f" }, {}, {}],
])("%s", (_, file: Record<string, string>, environment: Record<string, string>, expected) => {
  const own: Record<string, string | undefined> = { ...environment };
  adoptProxies(file, own);
  expect(own).toEqual(expected);
});
