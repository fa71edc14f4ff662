#!/usr/bin/env bash
# PostgreSQL: a domain over an enum type has no equality, though it groups, sorts and can be indexed.
#
# A domain takes over the operators of its base type: a domain over text compares with =. A domain over an enum does not, since the operators
# of enums are declared for the pseudo-type anyenum, and a domain is none. So "a = 'calm'", "a = a", "is not distinct from", a join by the column
# and max() end with 42883 (undefined_function), while "group by a", "order by a", "count(distinct a)" and "create index … (a)" work: those look
# for the operator class of the base type. A cast to the enum helps, and an index on the column still serves it.
#
# Whoever asks the catalogue what a column can hold, and looks through domains at their base type, takes such a column for one of the enum,
# and every lookup by it fails at run time.
#
# Seen with PostgreSQL 18 (PGlite 0.5.17, installed from npm); the missing = was seen with PostgreSQL 15 of Debian 12 as well.
# PostgreSQL documentation, sections 8.7 (enumerated types) and 8.18 (domain types); neither says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.17

cat >run.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";
const db = await PGlite.create();
console.log((await db.query("show server_version")).rows[0].server_version);
await db.exec(`
  create type mood as enum ('calm', 'busy');
  create domain feeling as mood;
  create domain label as text;
  create table diary (a feeling, b label, c mood);
  create index on diary (a);
  insert into diary values ('calm', 'calm', 'calm'), ('busy', 'busy', 'busy');`);
const missing = "42883";
const expected = [
  ["select count(*) n from diary where c = 'calm'", 1], // the enum itself
  ["select count(*) n from diary where b = 'calm'", 1], // a domain over text
  ["select count(*) n from diary where a = 'calm'", missing],
  ["select count(*) n from diary where a = 'calm'::feeling", missing],
  ["select count(*) n from diary where a = a", missing],
  ["select count(*) n from diary where a is not distinct from a", missing],
  ["select count(*) n from diary x join diary y using (a)", missing],
  ["select max(a) n from diary", missing],
  ["select count(distinct a) n from diary", 2],
  ["select count(*) n from (select a from diary group by a) g", 2],
  ["select a::text n from diary order by a limit 1", "calm"],
  ["select count(*) n from diary where a::mood = 'calm'", 1],
];
let changed = 0;
for (const [query, want] of expected) {
  const got = await db.query(query).then(({ rows }) => rows[0].n, (error) => error.code);
  console.log(got === want ? "as expected" : `CHANGED, expected ${want}`, "|", got, "|", query);
  if (got !== want) changed++;
}
await db.exec("set enable_seqscan = off");
const plan = (await db.query("explain select from diary where a::mood = 'calm'")).rows.map((row) => row["QUERY PLAN"]).join("\n");
if (!plan.includes("Index")) changed++;
console.log(plan);
process.exit(changed === 0 ? 0 : 1);
JS
node run.mjs
