/** The options of the `tls` monitor. */
import { z } from "zod";
import { ipVersionOption, placeOption } from "../probe/place.ts";
import { startTlsNames } from "../probe/starttls.ts";
import { tlsConfigOption, tlsVersionOption } from "../probe/tls-options.ts";

export const tlsOptions = z.strictObject({
  target: placeOption(443),
  /** The host name that the certificate must be for, where it is not that of `target`. */
  server_name: z.string().min(1).max(253).optional(),
  /** TLS as this protocol begins it. */
  starttls: z.enum(startTlsNames).optional(),
  /** The versions that must be accepted; all others must be refused. Costs four more handshakes a look. */
  versions: z
    .preprocess(
      // In chat a list is one word: `versions=TLS12,TLS13`.
      (given) =>
        typeof given === "string" ? given.split(",").map((one) => one.trim().toUpperCase()) : given,
      z.array(tlsVersionOption).min(1).max(4),
    )
    .optional(),
  ip_version: ipVersionOption,
  tls_config: tlsConfigOption.optional(),
});

export type TlsOptions = z.output<typeof tlsOptions>;
