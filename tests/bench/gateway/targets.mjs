// The listeners of a group, side by side in one Envoy.
import { bare, listenerOf, native, nativeWithCache, refusing, render } from "./listeners.mjs";

/** { name, url, listener, cluster } of `bare` and each of the group's listeners (groups.mjs), on one port each. */
export function targetsOf(group, jwks, ports, upstreamPort) {
  const one = render({ jwks, port: 80, upstreamPort });
  const many = group.routes === undefined ? undefined : render({ jwks, port: 80, upstreamPort, routes: group.routes });
  const kinds = {
    // Who refuses goes to no upstream: what that costs over a route that refuses by itself.
    bare: [group.requests === "none" ? refusing(one) : one, { filters: bare }],
    native: [one, { filters: native(jwks) }],
    control: [one, { filters: native(jwks) }],
    "native-cache": [one, { filters: nativeWithCache(jwks) }],
    ours: [one, {}],
    "ours-own-crypto": [one, { nativeCrypto: "never" }],
    "bare-routes": [many, { filters: bare }],
    "ours-routes": [many, {}],
  };
  return ["bare", ...group.listeners].map((name, i) => {
    const [rendered, more] = kinds[name];
    const route = name.endsWith("-routes") ? `/r${group.routes / 2}` : "/r0";
    // The last part of the path is for whoever reads a log; the route is chosen by the first.
    const url = `http://127.0.0.1:${ports[i]}${route}/${name}`;
    return { name, url, listener: listenerOf(rendered, { name, port: ports[i], ...more }), cluster: rendered.cluster };
  });
}
