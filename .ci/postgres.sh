# Sets BETTERAUTH_TEST_POSTGRES to a PostgreSQL the tests may use. Sourced.

pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

# find_postgres takes one that answers without a password.
find_postgres() {
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

# What a cluster that ends with its run does not need: to outlive a crash of the machine. The tests make and drop thousands of tables.
pg_settings="-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c shared_buffers=256MB"

# start_postgres makes a cluster in a temporary folder that goes with this run. Two runs beside each other have two.
start_postgres() {
	local bin port try
	bin=$(pg_bin)
	[ -n "$bin" ] || return 1
	pg_folder=$(mktemp -d)
	if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
		chown postgres "$pg_folder"
		pg_as=(runuser -u postgres --)
	fi
	timeout 120 "${pg_as[@]}" "$bin/initdb" -D "$pg_folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null 2>&1 || return 1
	for try in 1 2 3 4 5; do # a port may be taken
		port=$((20000 + RANDOM % 10000))
		timeout 120 "${pg_as[@]}" "$bin/pg_ctl" -D "$pg_folder/data" -w -l "$pg_folder/log" \
			-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_folder $pg_settings" start >/dev/null 2>&1 || continue
		export BETTERAUTH_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
		return 0
	done
	return 1
}

# stop_postgres ends what start_postgres began.
stop_postgres() {
	[ -n "$pg_folder" ] || return 0
	timeout 60 "${pg_as[@]}" "$(pg_bin)/pg_ctl" -D "$pg_folder/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$pg_folder"
}
