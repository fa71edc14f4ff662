.PHONY: test bench cost mutants conformance reference quickstart fuzz

# Everything: formatting, vet, staticcheck, Go tests with the race detector on
# SQLite and PostgreSQL, the reference server, the browser.
test:
	@.ci/test

# Ratios beside the reference server and a handler by hand, in one run.
bench:
	go run ./benchmarks

# What a request costs against its size: fails where ten times the size takes
# more than twelve times the time.
cost:
	go run ./benchmarks/cost

# The official client and the reference server against the Go server; the
# figure at the end says what was compared.
conformance:
	conformance/install.sh
	go test ./conformance/...
	cd conformance && npm test --silent

# Moves the comparison to another release of the reference server, records anew
# and prints what changed: make reference VERSION=1.7.25
reference:
	conformance/install.sh
	node conformance/release/move.mjs "$(VERSION)"

# What the tests do not notice when the code is changed: every mechanism and the
# files that decide who gets in, or one package: make mutants PKG=internal/cookie.
# internal/mutants/survivors.txt lists what may survive, with the reason.
mutants:
	go run ./internal/mutants $(PKG)

quickstart:
	go run ./examples/quickstart

# Each fuzz target for FUZZTIME (default 30s).
FUZZTIME ?= 30s
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; done
