/** The gateways that there are, by `provider`. */
import { SendError } from "../../alerts/channel.ts";
import { aliyun } from "./aliyun.ts";
import type { GatewayConfig } from "./config.ts";
import type { Gateway } from "./gateway.ts";
import { httpGateway } from "./http-gateway.ts";
import { tencent } from "./tencent.ts";

const GATEWAYS: Readonly<Record<NonNullable<GatewayConfig["provider"]>, Gateway>> = {
  aliyun,
  tencent,
  http: httpGateway,
};

export function gatewayFor(provider: GatewayConfig["provider"]): Gateway {
  if (provider !== undefined) return GATEWAYS[provider];
  throw new SendError("nobody said which provider", { next: "give-up", code: "no-provider" });
}
