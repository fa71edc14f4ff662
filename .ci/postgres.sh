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

pg_folder=
pg_as=()

# start_postgres makes a cluster in a temporary folder that goes with this run.
start_postgres() {
	local bin
	bin=$(pg_bin)
	[ -n "$bin" ] || return 1
	pg_folder=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
		chown postgres "$pg_folder"
		pg_as=(runuser -u postgres --)
	fi
	timeout 120 "${pg_as[@]}" "$bin/initdb" -D "$pg_folder/data" -U postgres -A trust >/dev/null 2>&1 || return 1
	timeout 120 "${pg_as[@]}" "$bin/pg_ctl" -D "$pg_folder/data" -w -l "$pg_folder/log" -o "-p 54329 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_folder -c fsync=off" start >/dev/null || return 1
	export BETTERAUTH_TEST_POSTGRES="postgres://postgres@127.0.0.1:54329/postgres?sslmode=disable"
}

# stop_postgres ends what start_postgres began.
stop_postgres() {
	[ -n "$pg_folder" ] || return 0
	timeout 60 "${pg_as[@]}" "$(pg_bin)/pg_ctl" -D "$pg_folder/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$pg_folder"
}
