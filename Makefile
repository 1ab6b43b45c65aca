# Everything one does with this repository. Needs Node 20.20 or newer with npm, and make; brings the rest itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := node_modules/.bin
INSTALLED := node_modules/.installed
# The version is the one package.json names.
PNPM := npx --yes $(shell node -p 'require("./package.json").packageManager')
# Settings: see .env.example. The environment wins over the file.
RUN := node $(if $(wildcard .env),--env-file=.env)
# npm and npx speak up only when something fails.
export npm_config_loglevel := error

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: up
up: build ## Start everything on http://localhost:3000 and show a run, until Ctrl-C
	@$(RUN) services/standalone/dist/main.js --showcase

.PHONY: demo
demo: build ## The same once: exit 0 only if the run completed and its stream was dense
	@$(RUN) services/standalone/dist/main.js --demo

.PHONY: test
test: build ## Run all tests, or some: make test T=packages/engine
	@$(BIN)/vitest run $(T)

.PHONY: check
check: build ## Exactly what CI runs: format, lint, import rules, dead code, types, tests
	@$(BIN)/biome ci .
	@$(BIN)/tsc -p tsconfig.tests.json
	@node packages/testkit/dist/checks/main.js
	@$(BIN)/knip
	@$(BIN)/vitest run

.PHONY: screenshots
screenshots: build ## Shoot the web app in both themes into docs/screenshots
	@$(BIN)/vitest run --config web/vitest.screenshots.ts

.PHONY: bench
bench: build ## Measure throughput and latency next to their floors: make bench JSON=file
	@node bench/dist/main.js $(if $(JSON),--json $(JSON))

.PHONY: bench-limits
bench-limits: build ## Measure memory, CPU, scaling and ingest next to their limits: make bench-limits JSON=file
	@node bench/dist/limits/main.js $(if $(JSON),--json $(JSON))

.PHONY: bench-runs
bench-runs: build ## Measure the run list at a million runs, filter by filter: make bench-runs RUNS=n
	@node bench/dist/run-list/main.js $(if $(RUNS),--runs $(RUNS))

.PHONY: chaos
chaos: build ## Break real processes while runs come in: make chaos JSON=file FAULT=a,b RUNS=n QUICK=1
	@node bench/dist/chaos/main.js $(if $(JSON),--json $(JSON))

.PHONY: trials
trials: build ## Play what needs more: nginx, pgbouncer, Debian's Postgres 15, containers, killed workers; what is missing is left out, or installed as root
	@$(BIN)/vitest run --config services/standalone/vitest.trials.ts
	@deploy/trials/containers.sh

.PHONY: containers
containers: build ## Build the images and play on docker-compose.yml, as root: make containers ARGS="--pull" or "--images FILE --ca FILE"
	@deploy/trials/containers.sh $(ARGS)

.PHONY: bench-web
bench-web: build ## Measure the web app's budgets in a browser: make bench-web JSON=file
	@JSON=$(JSON) $(BIN)/vitest run --config web/vitest.bench.ts

.PHONY: millrace
millrace: build ## The command line: make millrace ARGS="list"
	@node packages/cli/dist/main.js $(ARGS)

.PHONY: sdk
sdk: build ## Pack the SDK for other projects: npm install the two archives that it leaves in dist/
	@$(PNPM) --filter @millrace/contracts --filter @millrace/sdk --silent pack --pack-destination "$(CURDIR)/dist"
	@ls dist/millrace-*.tgz

.PHONY: install
install: $(INSTALLED) ## Install dependencies, if they have changed

$(INSTALLED): pnpm-lock.yaml pnpm-workspace.yaml
	@echo 'Installing dependencies'
	@$(PNPM) install --frozen-lockfile --loglevel=error
	@touch $@

.PHONY: build
build: $(INSTALLED) web/dist/index.html ## Compile
	@$(BIN)/tsc -b

# The bundle takes seconds: only when something in it has changed. Types are tsc's business.
WEB_SOURCES := $(shell find web packages/contracts/src packages/engine/src -type f -not -path '*/node_modules/*' \
  -not -path 'web/dist/*' -not -path 'web/test/*' -not -name '*.test.ts')
web/dist/index.html: $(INSTALLED) $(WEB_SOURCES)
	@cd web && node_modules/.bin/vite build --logLevel warn

.PHONY: web
web: $(INSTALLED) ## Work on the web app: reloads at every change, on the API at MILLRACE_API or :3000
	@cd web && node_modules/.bin/vite

.PHONY: watch
watch: $(INSTALLED) ## Compile again at every change
	@$(BIN)/tsc -b --watch

.PHONY: format
format: $(INSTALLED) ## Format and fix what can be fixed
	@$(BIN)/biome check --write .

.PHONY: clean
clean: ## Remove what the build has made; data in .millrace stays
	@rm -rf {packages,services}/*/dist {db,bench,web}/dist dist
