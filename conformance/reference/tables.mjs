// What a database holds: tables with columns, indexes and foreign keys, in an order that does not depend on how they were made.

const readers = { sqlite: readSQLite, postgres: readPostgres };

/** The tables of a database that openDatabase opened, sorted by name. */
export async function tablesOf({ dialect, query }) {
  return (await readers[dialect](query)).map(sorted).sort(by("name"));
}

function sorted({ name, columns, indexes, foreignKeys }) {
  return {
    name,
    columns: columns.sort(by("name")),
    indexes: indexes.sort(by("origin", "name", "columns")),
    foreignKeys: foreignKeys.sort(by("columns", "references")),
  };
}

function by(...keys) {
  const text = (value) => keys.map((key) => JSON.stringify(value[key])).join("\n");
  return (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}

async function readSQLite(query) {
  const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
  const tables = await query("select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'");
  return Promise.all(
    tables.map(async ({ name }) => {
      const columns = await query(`pragma table_info(${quoted(name)})`);
      const indexes = await query(`pragma index_list(${quoted(name)})`);
      const keys = await query(`pragma foreign_key_list(${quoted(name)})`);
      return {
        name,
        columns: columns.map((column) => ({
          name: column.name,
          type: column.type.toLowerCase(),
          nullable: column.notnull === 0,
          default: column.dflt_value,
          primaryKey: column.pk > 0,
        })),
        indexes: await Promise.all(
          indexes.map(async (index) => ({
            origin: { c: "create", u: "unique", pk: "primary" }[index.origin],
            name: index.origin === "c" ? index.name : null,
            unique: index.unique === 1,
            partial: index.partial === 1,
            columns: (await query(`pragma index_info(${quoted(index.name)})`)).map((column) => column.name),
          })),
        ),
        foreignKeys: grouped(keys, "id").map((rows) => ({
          columns: rows.map((row) => row.from),
          references: rows.map((row) => `${row.table}.${row.to}`),
          onDelete: rows[0].on_delete.toLowerCase(),
          onUpdate: rows[0].on_update.toLowerCase(),
        })),
      };
    }),
  );
}

async function readPostgres(query) {
  const tables = await query("select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()");
  const columns = await query(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
           pg_get_expr(d.adbin, d.adrelid) as default,
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)) as "primaryKey"
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`);
  const indexes = await query(`
    select c.relname as table, i.relname as name, x.indisunique as unique, x.indpred is not null as partial, k.contype::text as kind,
           array(select pg_get_indexdef(x.indexrelid, n, true) from generate_series(1, x.indnkeyatts) n) as columns
    from pg_index x
    join pg_class c on c.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid
    left join pg_constraint k on k.conindid = x.indexrelid and k.contype in ('p', 'u')
    where c.relnamespace = current_schema()::regnamespace`);
  const keys = await query(`
    select k.oid::text as id, c.relname as table, f.relname as target, k.confdeltype as deletes, k.confupdtype as updates,
           array(select a.attname::text from unnest(k.conkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as columns,
           array(select a.attname::text from unnest(k.confkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.o) as targets
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_class f on f.oid = k.confrelid
    where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace`);
  const actions = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" };
  const unquoted = (name) => name.replace(/^"(.*)"$/, "$1").replaceAll('""', '"');
  const of = (rows, name) => rows.filter((row) => row.table === name);
  return tables.map(({ name }) => ({
    name,
    columns: of(columns, name).map(({ table: _, ...column }) => column),
    indexes: of(indexes, name).map((index) => ({
      origin: { p: "primary", u: "unique" }[index.kind] ?? "create",
      name: index.kind ? null : index.name,
      unique: index.unique,
      partial: index.partial,
      columns: index.columns.map(unquoted),
    })),
    foreignKeys: of(keys, name).map((key) => ({
      columns: key.columns,
      references: key.targets.map((column) => `${key.target}.${column}`),
      onDelete: actions[key.deletes],
      onUpdate: actions[key.updates],
    })),
  }));
}

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(row[key], [...(groups.get(row[key]) ?? []), row]);
  return [...groups.values()].map((group) => group.sort((a, b) => a.seq - b.seq));
}
