/** A proxy that will not do its work. Whoever was meant has heard nothing, and it is put right there or in the environment. */
import { SendError } from "../../alerts/channel.ts";

export class ProxyRefusal extends SendError {
  /** `status` is what the proxy answered. */
  constructor(status: number) {
    const words =
      status === 407 ? "the proxy wants a name and a password" : "the proxy does not let the request through";
    super(`${words} (${status})`, { next: "retry", code: String(status) });
    this.name = "ProxyRefusal";
  }
}
