#!/usr/bin/env bash
# Installs what the conformance folder needs: the pinned packages, better-sqlite3 compiled from its own sources, the official client's bundle, and the page
# of examples/spa, by npm ci as its documentation says.
# Nothing is fetched but npm packages; a second run with the same lock and the same Node does nothing.
# With --check it installs nothing, and fails where there would be something to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

die() { printf 'conformance/install.sh: %s\n' "$*" >&2; exit 1; }

unless_check() { [ "$check" = no ] || die "$* is not installed as the lock says: run conformance/install.sh"; }
check=no
[ "${1:-}" != --check ] || check=yes

command -v node >/dev/null || die "node is missing; Node 20 or newer is needed: apt-get install nodejs npm"
command -v npm >/dev/null || die "npm is missing: apt-get install npm"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' \
  || die "Node $(node --version) is too old; the packages need Node 20 or newer"

# The stamp names everything the result depends on: the lock, this script, and the ABI that better-sqlite3 is compiled for.
stamp="$({ cat package-lock.json package.json install.sh; node -p '[process.version, process.versions.modules, process.arch].join(" ")'; } | sha256sum | cut -d' ' -f1)"
stamp_file=node_modules/.conformance-stamp

loads_sqlite() { node -e 'new (require("better-sqlite3"))(":memory:").close()' >/dev/null 2>&1; }

# Headers of the node that runs: Debian and NodeSource put them under /usr, a tarball or nvm beside bin/. Without them node-gyp would try to download some.
node_headers() {
  local prefix major
  major="$(node -p 'process.versions.node.split(".")[0]')"
  for prefix in "$(node -p 'require("path").resolve(process.execPath, "../..")')" /usr /usr/local; do
    if grep -qs "define NODE_MAJOR_VERSION $major\$" "$prefix/include/node/node_version.h"; then
      printf '%s\n' "$prefix"
      return 0
    fi
  done
  return 1
}

# The page is installed beside the rest, which mostly compiles.
web=../examples/spa/web
web_stamp="$({ cat "$web/package-lock.json" "$web/package.json"; node -p '[process.version, process.arch].join(" ")'; } | sha256sum | cut -d' ' -f1)"
web_install=
if [ "$(cat "$web/node_modules/.stamp" 2>/dev/null || true)" != "$web_stamp" ]; then
  unless_check "the page of examples/spa"
  (cd "$web" && exec npm ci --prefer-offline --no-audit --no-fund --loglevel=error) &
  web_install=$!
  trap 'kill "$web_install" 2>/dev/null || true' EXIT
fi

if [ "$(cat "$stamp_file" 2>/dev/null || true)" != "$stamp" ] || ! loads_sqlite; then
  unless_check "the TypeScript server"
  missing=()
  command -v g++ >/dev/null || missing+=(g++)
  command -v make >/dev/null || missing+=(make)
  command -v python3 >/dev/null || missing+=(python3)
  headers="$(node_headers)" || missing+=(libnode-dev)
  [ ${#missing[@]} -eq 0 ] || die "better-sqlite3 is compiled here and needs: apt-get install ${missing[*]}
(libnode-dev holds the headers of Debian's node; a node from NodeSource or a tarball brings its own)"

  # No package's own install script runs: better-sqlite3's would try to download a prebuilt binary first.
  npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error || die "npm ci failed"

  log=node_modules/.better-sqlite3-build.log
  echo "compiling better-sqlite3 (about a minute)"
  npm run --silent --loglevel=error compile:sqlite -- --nodedir="$headers" >"$log" 2>&1 \
    || { tail -n 40 "$log" >&2; die "better-sqlite3 did not compile; the whole log is conformance/$log"; }
  loads_sqlite || die "better-sqlite3 compiled but does not load; the log is conformance/$log"
  printf '%s\n' "$stamp" >"$stamp_file"
fi

if [ -n "$web_install" ]; then
  wait "$web_install" || die "npm ci failed in examples/spa/web"
  trap - EXIT
  printf '%s\n' "$web_stamp" >"$web/node_modules/.stamp"
fi

node client/build.mjs || die "the official client was not bundled"

[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || echo "note: no Chromium at ${CHROMIUM:-/usr/bin/chromium}; the browser tests need it: apt-get install chromium" >&2
