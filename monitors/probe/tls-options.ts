/** How a probe speaks TLS: Prometheus' `tls_config`, with the text of its files. */
import { type ConnectionOptions, rootCertificates, type SecureVersion } from "node:tls";
import { z } from "zod";

/** Prometheus' names of the versions and Node's. */
const VERSIONS = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
} as const satisfies Record<string, SecureVersion>;

type Version = keyof typeof VERSIONS;

/** An option that names a version of TLS, as Prometheus writes it. */
export const tlsVersionOption = z.enum(Object.keys(VERSIONS) as [Version, ...Version[]]);

/** `ca`, `cert` and `key` are PEM; in `gengfu.yml` they stand in files (`ca_file`, …). */
export const tlsConfigOption = z
  .strictObject({
    ca: z.string().min(1).optional(),
    cert: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
    server_name: z.string().min(1).max(253).optional(),
    insecure_skip_verify: z.boolean().optional(),
    min_version: tlsVersionOption.optional(),
    max_version: tlsVersionOption.optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), "cert and key go together");

export type TlsConfig = z.output<typeof tlsConfigOption>;

/** What Node wants to hear. `certificates` are authorities to trust besides Node's own, in PEM. */
export function tlsConnection(
  config: TlsConfig | undefined,
  certificates: string | undefined,
): ConnectionOptions {
  const { ca, cert, key, server_name, insecure_skip_verify, min_version, max_version } = config ?? {};
  const trusted = ca ?? (certificates === undefined ? undefined : [...rootCertificates, certificates]);
  const old = [min_version, max_version].some((version) => version === "TLS10" || version === "TLS11");
  return {
    ...(trusted === undefined ? {} : { ca: trusted }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(server_name === undefined ? {} : { servername: server_name }),
    ...(insecure_skip_verify === true ? { rejectUnauthorized: false } : {}),
    ...(max_version === undefined ? {} : { maxVersion: VERSIONS[max_version] }),
    ...(min_version !== undefined || old ? { minVersion: VERSIONS[min_version ?? "TLS10"] } : {}),
    // OpenSSL speaks the versions before 1.2 only to those who lower its guard.
    ...(old ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
  };
}
