# Both images: docker build --target controller (or envoy). What they are for: docs/kubernetes.md.
#
# Base images are pinned by tag here, and for a release by digest: --build-arg NODE=node:…@sha256:… --build-arg ENVOY=…@sha256:…
ARG NODE=node:20.20.2-bookworm-slim
ARG ENVOY=envoyproxy/envoy:distroless-v1.40.0

# One stage for both, so that they have the same filter.
FROM ${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY asconfig.json tsconfig.json tsconfig.build.json ./
COPY lib lib
COPY assembly assembly
COPY controller controller
RUN npx --no-install asc assembly/index.ts --target release --disableWarning 201
RUN npx --no-install tsc -p tsconfig.build.json

FROM ${NODE} AS dependencies
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE} AS controller
WORKDIR /opt/claimgate
ENV NODE_ENV=production
COPY --from=dependencies /src/node_modules node_modules
COPY --from=build /src/build build
COPY controller/xds/protos controller/xds/protos
COPY bin bin
COPY package.json LICENSE ./
USER 65532:65532
EXPOSE 18000 8081
ENTRYPOINT ["node", "/opt/claimgate/bin/claimgate"]
CMD ["--help"]

# Envoy as it is published, and the filter. No shell, no claimgate: the bootstrap is mounted.
FROM ${ENVOY} AS envoy
COPY --from=build /src/build/claimgate.wasm /usr/share/claimgate/claimgate.wasm
COPY LICENSE /usr/share/claimgate/LICENSE
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/envoy"]
CMD ["--version"]
