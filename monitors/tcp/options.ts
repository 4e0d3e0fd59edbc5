/** The options of the `tcp` monitor. */
import { z } from "zod";
import { patternOption } from "../probe/pattern.ts";
import { ipVersionOption, placeOption } from "../probe/place.ts";
import { startTlsNames } from "../probe/starttls.ts";
import { tlsConfigOption } from "../probe/tls-options.ts";

const text = z.string().min(1).max(4096);

export const tcpOptions = z.strictObject({
  target: placeOption(),
  /** TLS from the first byte. */
  tls: z.boolean().optional(),
  /** TLS as this protocol begins it. */
  starttls: z.enum(startTlsNames).optional(),
  /** blackbox_exporter's list: of each entry `expect` goes first, then `send`, then `starttls`. */
  query_response: z
    .array(
      z.strictObject({
        expect: patternOption.optional(),
        send: text.optional(),
        starttls: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(20)
    .optional(),
  /** Said once the connection stands and `query_response` is through; `\r`, `\n`, `\t`, `\\`, `\xHH` as in C. */
  send: text.optional(),
  /** An RE2 expression that a line of the answer must match. */
  expect: patternOption.optional(),
  ip_version: ipVersionOption,
  tls_config: tlsConfigOption.optional(),
});

export type TcpOptions = z.output<typeof tcpOptions>;
