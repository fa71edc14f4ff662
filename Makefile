.PHONY: help short lint test bench bench-short cost growth footprint mutants conformance reference quickstart fuzz

# The comment behind a target is its line in make help.
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

short: ## formatting, vet, fast Go tests on SQLite, the rules of the house: no Node, no PostgreSQL, nothing installed
	@.ci/short

lint: ## formatting, vet, golangci-lint as .golangci.yml says, the rules of the house
	@.ci/lint

test: ## everything the project can prove, as .ci/run does; prepares what that needs (INSTALL=no: installs nothing)
	@.ci/test

# In one run, so that the ratios are of one machine at one time. ONLY=TEXT measures the rows with the text and writes nothing.
bench: ## speed beside the TypeScript server and what is written by hand, held to aims; renews docs/performance.md
	go run ./benchmarks $(if $(ONLY),-only '$(ONLY)',-write docs)

# Fails where a server does not start or answers otherwise, or an operation allocates more than is kept. No time is measured.
bench-short: ## every server of the comparison once, answers and allocations compared: in under a minute
	go run ./benchmarks -short

# Fails where ten times the size takes more than twelve times the time.
cost: ## what a request costs against its size
	go run ./benchmarks/cost

# Fails where a statement reads a whole table and kept.go does not allow it. Twenty minutes, 20 GB of disk.
growth: ## how the cost of operations grows to ten million sessions, and why: writes docs/growth.md
	go run ./benchmarks/growth -o docs/growth.md

# Fails where a package or a module more is linked or listed.
footprint: ## what a user pays: packages linked, size and modules of the smallest program
	go test -count=1 -v -run Footprint ./benchmarks/footprint

# The figure at the end says what was compared.
conformance: ## the official client and the TypeScript server against the Go server
	conformance/install.sh
	go test ./conformance/...
	cd conformance && npm test --silent

# Records anew and prints what changed.
reference: ## moves the comparison to another release of the TypeScript server: make reference VERSION=1.7.25
	conformance/install.sh
	node conformance/release/move.mjs "$(VERSION)"

# One package or file: make mutants PKG=internal/cookie, PKG=betterauth/signin.go. Slow without.
# internal/mutants/survivors.txt lists what may survive, with the reason.
mutants: ## what no test notices when the code of the mechanisms and gates is changed
	go run ./internal/mutants $(PKG)

quickstart: ## runs the example with a page, at http://localhost:3000
	go run ./examples/quickstart

FUZZTIME ?= 30s
fuzz: ## each fuzz target for FUZZTIME (default 30s)
	@set -e; for pkg in $$(go list work); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; done
