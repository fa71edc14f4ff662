# Sets BETTERAUTH_TEST_POSTGRES to a PostgreSQL the tests may use. Sourced.

pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

# find_postgres takes the one that is named or answers without a password.
find_postgres() {
	[ -n "${BETTERAUTH_TEST_POSTGRES:-}" ] && return 0
	command -v psql >/dev/null || return 1
	local database dsn
	for database in test postgres; do
		dsn="postgres://postgres@127.0.0.1:5432/$database?sslmode=disable"
		if PGCONNECT_TIMEOUT=3 psql -w -qAt "$dsn" -c 'select 1' >/dev/null 2>&1; then
			export BETTERAUTH_TEST_POSTGRES="$dsn"
			return 0
		fi
	done
	return 1
}

# start_postgres makes a cluster in a temporary folder that goes with this run.
start_postgres() {
	[ -n "$(pg_bin)" ] || install_package postgresql || return 1
	local bin dir as=()
	bin=$(pg_bin)
	[ -n "$bin" ] || return 1
	dir=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
		chown postgres "$dir"
		as=(runuser -u postgres --)
	fi
	"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust >/dev/null 2>&1 || return 1
	"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-p 54329 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c fsync=off" start >/dev/null || return 1
	# shellcheck disable=SC2064 # the paths of now
	trap "${as[*]} '$bin/pg_ctl' -D '$dir/data' -m immediate stop >/dev/null 2>&1; rm -rf '$dir'" EXIT
	export BETTERAUTH_TEST_POSTGRES="postgres://postgres@127.0.0.1:54329/postgres?sslmode=disable"
}
