# Finds what the checks need: a PostgreSQL, Node packages, Chromium. Says what it is about to install before it does. INSTALL=no forbids that: what is then
# missing is left out and named. Node packages come beside what follows; finish waits for them. Sourced after steps.sh and postgres.sh.

browser=no
node=no

may_install() { [ "${INSTALL:-yes}" != no ]; }
may_apt() { may_install && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
has_chromium() { command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ]; }

plan() {
	local debian=() wanted=()
	[ -n "${BETTERAUTH_TEST_POSTGRES:-}" ] || [ -n "$(pg_bin)" ] || find_postgres || debian+=(postgresql)
	if has_node; then
		has_chromium || debian+=(chromium)
		conformance/install.sh --check >/dev/null 2>&1 || wanted+=("the packages of conformance/package-lock.json and examples/spa/web/package-lock.json, by npm ci, into their node_modules")
	fi
	[ ${#debian[@]} = 0 ] || ! may_apt || wanted+=("the Debian packages ${debian[*]}, by apt-get")
	if [ ${#wanted[@]} -gt 0 ] && may_install; then
		echo "About to install (INSTALL=no forbids it):"
		printf '  - %s\n' "${wanted[@]}"
	else
		echo "Nothing is installed."
	fi
	[ ${#debian[@]} = 0 ] || ! may_apt || step 900 "apt-get install ${debian[*]}" apt_install "${debian[@]}"
}

# apt_install cannot fail: what is then missing is named.
apt_install() {
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -y -qq "$@" >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq "$@" >/dev/null 2>&1; } || echo "apt-get could not install $*"
}
export -f apt_install

prepare() {
	plan
	[ -n "${BETTERAUTH_TEST_POSTGRES:-}" ] || start_postgres || find_postgres || miss "everything on PostgreSQL: none could be started and none answers at 127.0.0.1:5432; set BETTERAUTH_TEST_POSTGRES to a DSN, or apt-get install postgresql"
	if ! has_node; then
		miss "the comparison with the TypeScript server and the browser tests: install Node 20 or later with npm"
	elif may_install; then
		begin 900 "Node packages: the TypeScript server, its client, the page of examples/spa" conformance/install.sh
		node=yes
	elif conformance/install.sh --check; then
		node=yes
	else
		miss "the comparison with the TypeScript server and the browser tests: run conformance/install.sh"
	fi
	if [ "$node" = yes ]; then
		if has_chromium; then browser=yes; else miss "the browser tests: install Chromium (apt-get install chromium) or set CHROMIUM"; fi
	fi
}
