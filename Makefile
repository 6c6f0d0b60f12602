# A menu: each target is one line, logic lives in tests and in the binary.
SHARED ?= ../shared/data
CARGO ?= cargo
CRATE ?=
# One profile for everything that is run, so that nothing is built twice; `dev` for a debugger.
PROFILE ?= demo
NPM ?= $(shell command -v npm)
BIN := target/demo/deskmeter
TRIAL := target/demo/trial
TEST := $(CARGO) test --locked --profile $(PROFILE)
# SQLite, or a PostgreSQL server that is thrown away afterwards, with a standby where STANDBY says so.
STATE ?= sqlite
BESIDE = $(if $(filter postgres,$(STATE)),scripts/postgres.sh $(STANDBY))
crash faults model: STANDBY := --standby
SEEDS := $(if $(filter postgres,$(STATE)),$(if $(LONG),1000,40),$(if $(LONG),10000,2000))
export SHARED_DATA := $(abspath $(SHARED))

.DEFAULT_GOAL := help
.PHONY: help demo build ui ui-check flows lighthouse test test-postgres check fmt clippy doc update acceptance prove crash faults model soak load fuzz bench bench-10m release clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: build ## generate a support desk, import it, answer three questions, serve on 127.0.0.1:8080
	$(BIN) demo --data target/demo-desk $(DEMO)

build: ui ## the binary with optimised hot crates and the user interface (target/demo/deskmeter)
	$(CARGO) build --locked --profile demo -p app -p trial

ui: $(if $(NPM),ui/node_modules/.package-lock.json) ## the user interface (ui/build), where npm is installed
	$(if $(NPM),@scripts/ui.sh,@echo 'npm is not installed: building without the user interface; Node.js 20.19 or newer brings it')

ui/node_modules/.package-lock.json: ui/package-lock.json
	$(NPM) --prefix ui ci

test: ## all tests; one room with CRATE=facts
	$(TEST) $(if $(CRATE),-p $(CRATE),--workspace)

test-postgres: ## the store's tests with the state on a real PostgreSQL server, thrown away afterwards
	scripts/postgres.sh $(TEST) --workspace --test it

check: fmt clippy doc test test-postgres ui-check flows ## formatting, lints, documentation and all tests

ui-check: ui/node_modules/.package-lock.json ## formatting, lints, types and tests of the user interface
	$(NPM) --prefix ui run lint
	$(NPM) --prefix ui run check
	$(NPM) --prefix ui test

flows: build ## walk through the user interface in Chromium, against the real server; LONG=1: each page in each theme at each size
	env -u SHARED_DATA $(if $(LONG),LONG=1) $(NPM) --prefix ui run flows

lighthouse: build ## what Lighthouse says of the home page; figures for docs/benchmarks.md
	$(NPM) --prefix ui run lighthouse

fmt:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --locked --profile $(PROFILE) --workspace --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --profile $(PROFILE) --workspace --no-deps --document-private-items

update: ## accept changed snapshots and regenerate schemas, openapi.json and reference pages
	UPDATE=1 INSTA_UPDATE=always $(TEST) --workspace

acceptance: build ## real data from $(SHARED), where it is present, the browser's import too; other readers of our files
	acceptance/run.sh $(BIN) $(SHARED)
	scripts/readers.sh $(BIN)
	$(NPM) --prefix ui run flows -- import

prove: build ## what follows, the short way, two beside each other where nothing is timed; of PostgreSQL, crash
	$(MAKE) --jobs 2 --output-sync=target model crash faults soak
	$(MAKE) crash STATE=postgres
	$(MAKE) load fuzz

crash: build ## SIGKILL the program in whatever it does, 15 times; LONG=1: 300 times; STATE=postgres
	$(BESIDE) $(TRIAL) crash --deskmeter $(BIN) --segment-tickets 256 --kills $(if $(LONG),300,15)
	$(if $(LONG),$(TEST) --workspace --test crash -- --ignored --nocapture)

faults: build ## failing calls, a full disk, jumping clocks, damaged files, databases; LONG=1: ten lives each; STATE=postgres
	$(BESIDE) $(TRIAL) faults --deskmeter $(BIN) --segment-tickets 64 --lives $(if $(LONG),10,2)

model: ## seeded schedules of the store with crashes, 2,000 of them; LONG=1: 10,000; STATE=postgres: 40, 1,000
	MODEL_SEEDS=$(SEEDS) $(BESIDE) $(TEST) --workspace --test it -- model

soak: ## a simulated month of jobs, policies and retention; LONG=1: a year
	$(if $(LONG),SOAK_MONTHS=12) $(TEST) --workspace --test soak -- --ignored --nocapture

fuzz: ## feed the readers with mutated input, ten seconds each; LONG=1: ten minutes each
	fuzz/run.sh $(if $(LONG),600,10)

load: build $(if $(LONG),release) ## a steady stream, dashboards and a burst; LONG=1: 20,000 events/s, 10 min, 1 M tickets; STATE=postgres
	$(BESIDE) $(if $(LONG),target/release/trial,$(TRIAL)) load --deskmeter $(if $(LONG),target/release/deskmeter --tickets 1000000 --rate 20000 --seconds 600 --batch 100,$(BIN) --seconds 30)

bench: ## import, rebuild and dashboard of docs/benchmarks.md at 1 M tickets, beside DuckDB
	bench/run.sh 1000000

bench-10m: ## the same at 10 M tickets
	bench/run.sh 10000000

release: ui ## the optimised binary, and what drives it for figures
	$(CARGO) build --locked --release -p app -p trial

clean: ## remove what was built
	$(CARGO) clean
