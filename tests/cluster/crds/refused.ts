import type { PolicyKind } from "./policies.js";
import { GATEWAY_EXTENSION } from "./refused-extensions.js";
import { ROUTE_OPTION, VIRTUAL_HOST_OPTION } from "./refused-options.js";
import { TRAFFIC_POLICY } from "./refused-policies.js";
import type { Row } from "./row.js";

export const REFUSED: Readonly<Record<PolicyKind, readonly Row[]>> = {
  GatewayExtension: GATEWAY_EXTENSION,
  TrafficPolicy: TRAFFIC_POLICY,
  VirtualHostOption: VIRTUAL_HOST_OPTION,
  RouteOption: ROUTE_OPTION,
};
