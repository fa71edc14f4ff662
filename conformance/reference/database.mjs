// Opens a database named on a command line: sqlite:PATH, or a PostgreSQL URL.
import Database from "better-sqlite3";
import pg from "pg";

/**
 * Opens the database and says which dialect it is.
 * The result has a `handle` for better-auth's `database` option, `query(sql)` which resolves to rows, `empty()` which deletes every row, and `close()`.
 * Throws when the name is neither form, or a PostgreSQL server cannot be used.
 */
export async function openDatabase(name) {
  if (name?.startsWith("sqlite:")) return openSQLite(name.slice("sqlite:".length));
  if (/^postgres(ql)?:\/\//.test(name ?? "")) return openPostgres(name);
  throw new Error(`--database ${name ?? "is missing"}: give sqlite:PATH or postgres://…`);
}

function openSQLite(path) {
  if (!path) throw new Error("--database sqlite: has no path");
  // Another process may hold the file at the same moment; wait for it as long as a test may take.
  const handle = new Database(path, { timeout: 60_000 });
  return {
    dialect: "sqlite",
    handle,
    query: async (sql) => handle.prepare(sql).all(),
    empty: async () => {
      const tables = handle.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all();
      // Foreign keys are looked at once, at the end.
      handle.exec(`begin; pragma defer_foreign_keys = on; ${tables.map((name) => `delete from "${name}";`).join(" ")} commit`);
    },
    close: async () => handle.close(),
  };
}

async function openPostgres(dsn) {
  const handle = new pg.Pool({ connectionString: withOptions(dsn), max: 5 });
  // A connection that breaks while it is idle must not end the process; the next query reports what is wrong.
  handle.on("error", () => {});
  const query = async (sql) => (await handle.query(sql)).rows;
  try {
    const [row] = await query("select pg_catalog.current_schema() as schema, pg_catalog.current_setting('search_path') as path");
    if (row.schema === null) throw new Error(`no schema of search_path ${row.path} exists; create it first`);
  } catch (error) {
    await handle.end();
    throw new Error(`PostgreSQL: ${error.message || error.code}`, { cause: error });
  }
  const empty = async () => {
    const tables = await query("select quote_ident(tablename) as name from pg_catalog.pg_tables where schemaname = current_schema()");
    if (tables.length > 0) await query(`truncate ${tables.map(({ name }) => name).join(", ")} cascade`);
  };
  return { dialect: "postgres", handle, query, empty, close: () => handle.end() };
}

// Go's driver takes search_path as a parameter of the URL, node-postgres only inside options; one DSN has to serve both.
function withOptions(dsn) {
  const url = new URL(dsn);
  const path = url.searchParams.get("search_path");
  if (path === null) return dsn;
  url.searchParams.delete("search_path");
  const options = [url.searchParams.get("options"), `-csearch_path=${path}`].filter(Boolean).join(" ");
  url.searchParams.delete("options");
  // Appended by hand: URLSearchParams would write the space as +, which node-postgres does not read back.
  const separator = url.search === "" ? "?" : "&";
  return `${url}${separator}options=${encodeURIComponent(options)}`;
}
