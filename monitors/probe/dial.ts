/** Connections to addresses that have been checked, in the clear and with TLS. */
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { type ConnectionOptions, createSecureContext, type TLSSocket, connect as tlsConnect } from "node:tls";
import type { HostAddress } from "../network.ts";

/** Where a connection goes. The name is for those who want to read it: it is never resolved again. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly HostAddress[];
}

/** Begins to connect to the first address that answers. The socket says how that went by its events. */
export function dial({ host, port, addresses }: Destination): Socket {
  return connect({
    host,
    port,
    lookup: given(addresses),
    // Node tries the next address of a host after 250 ms, which gives up on hosts that are merely far away.
    autoSelectFamilyAttemptTimeout: 2_000,
  });
}

/** A resolver that knows one answer: whatever the name, the addresses that were checked. */
function given(addresses: readonly HostAddress[]): LookupFunction {
  return (_hostname, options, done) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}

let plainContext: ReturnType<typeof createSecureContext> | undefined;

/**
 * Begins a TLS handshake over a connection. No session is resumed, since a resumed one shows no certificate.
 * `host` is the name that the certificate must be for.
 */
export function secure(socket: Socket, host: string, options: ConnectionOptions = {}): TLSSocket {
  const special = Object.keys(options).some((key) => !HARMLESS.has(key));
  // Made once: a context of its own costs more than the rest of a handshake's preparation.
  if (!special) plainContext ??= createSecureContext();
  const name = options.servername ?? host;
  return tlsConnect({
    ...options,
    ...(special || plainContext === undefined ? {} : { secureContext: plainContext }),
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : { servername: "" }),
  });
}

/** Options of a handshake that need no context of their own. */
const HARMLESS: ReadonlySet<string> = new Set(["servername", "rejectUnauthorized", "ALPNProtocols"]);

/** 4 or 6 once connected, 0 before. */
export function familyOf({ remoteFamily }: Socket): number {
  return remoteFamily === "IPv6" ? 6 : remoteFamily === "IPv4" ? 4 : 0;
}

/** What a probe opens and has to close again. */
export interface Destroyable {
  destroy(): unknown;
}

/**
 * Closes what was opened, the last first, and not before the callback that led here has returned: OpenSSL may still
 * be at work beneath it, and a connection that is taken from under its handshake brings Node 20 down.
 */
export function hangUp(opened: readonly Destroyable[]): void {
  setImmediate(() => {
    for (const one of opened.toReversed()) one.destroy();
  });
}
