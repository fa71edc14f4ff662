# Runs named steps, each with a deadline, and says at the end what each took. Sourced, from the project's folder.
set -euo pipefail

took=()      # "seconds name" of each step
leftovers=() # folders that go with the run
left_out=()  # what could not be run, and what to do about it
packages=$(mktemp)
running= # the process of the step
beside=  # the process of what was begun and is not finished

# step SECONDS NAME COMMAND..., or step SECONDS NAME run FUNCTION ARGUMENTS... for an exported function. The run ends where a step fails. After SECONDS the
# step and all its processes are ended: first asked to, 20 seconds later killed.
step() {
	local deadline=$1 name=$2 begun=$SECONDS
	shift 2
	[ -z "$beside" ] || kill -0 "$beside" 2>/dev/null || finish # has ended, perhaps failed
	printf '\n== %s\n' "$name"
	launch "$deadline" "$@"
	running=$launched
	must_end "$running" "$deadline" "$name"
	running=
	took+=("$((SECONDS - begun)) $name")
}

# begin SECONDS NAME COMMAND... is a step beside those that follow, for what waits for a network. finish shows what it printed.
begin() {
	beside_deadline=$1 beside_name=$2 beside_said=$(mktemp)
	leftovers+=("$beside_said")
	printf '\n== %s: begun, beside the next steps\n' "$beside_name"
	launch "$beside_deadline" "${@:3}" >"$beside_said" 2>&1
	beside=$launched
}

# finish waits for what was begun, if anything was. The run ends here if that failed, or at the first step after it failed.
finish() {
	local begun=$SECONDS
	[ -n "$beside" ] || return 0
	printf '\n== %s\n' "$beside_name"
	must_end "$beside" "$beside_deadline" "$beside_name" "$beside_said"
	beside=
	took+=("$((SECONDS - begun)) waiting for $beside_name")
}

# launch SECONDS COMMAND... starts the process $launched.
launch() {
	local deadline=$1
	shift
	set -m # a process group of its own, which Ctrl+C ends as well
	if [ "$1" = run ]; then set -- bash -euo pipefail -c '"$@"' "$@"; fi
	timeout --kill-after=20 "$deadline" "$@" &
	launched=$!
	set +m
}

# must_end PROCESS SECONDS NAME [FILE] waits for a process, prints the file, and ends the run unless the process succeeded.
must_end() {
	local code=0
	wait "$1" || code=$?
	[ $# -lt 4 ] || cat "$4"
	case $code in
	0) return ;;
	124 | 137) printf '!! "%s" did not end within %s seconds: something in it waits without a deadline\n' "$3" "$2" ;;
	*) printf '!! "%s" failed; its last lines above say where to look\n' "$3" ;;
	esac
	exit 1
}

# miss WHAT: it is left out, which BETTERAUTH_REQUIRE_ALL=1 makes a failure.
miss() {
	left_out+=("$*")
	printf '!! left out: %s\n' "$*"
}

# go_test_race is go test with the race detector, except in code that would take most of its time and in which it finds nothing of ours: SQLite, translated
# from C, keeps its data in memory that the detector does not watch, got from one allocator under one lock, and a hash keeps its own to itself.
# Not more packages: findings/go-race-off-for-one-package.sh shows what that does to others. What -race looks at besides, how code turns pointers into
# numbers and back, is left out in the packages that do little else.
go_test_race() {
	local package flags=()
	for package in modernc.org/sqlite/lib modernc.org/memory golang.org/x/crypto/scrypt golang.org/x/crypto/argon2; do flags+=("-gcflags=$package=-race=false"); done
	for package in modernc.org/libc modernc.org/sqlite; do flags+=("-gcflags=$package=-d=checkptr=0"); done
	# Each program of a test would sleep for a second before it ends.
	GORACE="atexit_sleep_ms=0 ${GORACE:-}" go_test -race "${flags[@]}" "$@"
}

# go_test FLAGS... PACKAGES...: go test that also keeps how long each package took.
go_test() { go test "$@" | tee -a "$packages"; }

formatted() {
	local unformatted
	# Those that are there: one that was just removed is still in the index.
	unformatted=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh | xargs -0 gofmt -l)
	[ -z "$unformatted" ] || { printf 'not formatted; run gofmt -w on:\n%s\n' "$unformatted"; return 1; }
}

# The linter is compiled by itself, outside the workspace whose modules it reads.
lint() { "$(cd tools/lint && GOWORK=off go tool -n golangci-lint)" run $(go list -m -f '{{.Dir}}/...'); }
export -f go_test go_test_race formatted lint
export packages

summary() {
	local code=$?
	local process
	for process in $running $beside; do kill -TERM -- "-$process" 2>/dev/null || true; done
	! declare -F stop_postgres >/dev/null || stop_postgres
	if grep -q '^ok .*s$' "$packages"; then
		printf '\n== the ten slowest packages, in seconds; what is not listed was faster or unchanged\n'
		awk -F'\t' '$1 ~ /^(ok|FAIL)/ && $3 ~ /s$/ { sub("s$", "", $3); printf "%8.1f  %s\n", $3, $2 }' "$packages" | sort -rn | head -n 10
	fi
	if [ ${#took[@]} -gt 0 ]; then
		printf '\n== the seconds of each step\n'
		printf '%s\n' "${took[@]}" "$SECONDS all" | awk '{ s = $1; sub("^[0-9]+ ", ""); printf "%8d  %s\n", s, $0 }'
	fi
	if [ ${#left_out[@]} -gt 0 ]; then
		printf '\n== LEFT OUT\n'
		printf '  - %s\n' "${left_out[@]}"
		[ -z "${BETTERAUTH_REQUIRE_ALL:-}" ] || [ "$code" != 0 ] || code=1
	elif [ "$code" = 0 ] && [ -n "${whole:-}" ]; then
		printf '\nEverything was run.\n'
	fi
	rm -rf "$packages" "${leftovers[@]}"
	exit "$code"
}
trap summary EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
