// Prints what a database holds as sorted JSON, so that one made by the reference and one made elsewhere can be compared as text.
//
//   node reference/schema.mjs sqlite:auth.db
//   node reference/schema.mjs 'postgres://…/test?options=-csearch_path%3Dmine'      (the first schema of the search path)
//
// Left out on purpose: the order of columns, and the names the database gives to the indexes and constraints of UNIQUE and PRIMARY KEY.
import { openDatabase } from "./database.mjs";
import { tablesOf } from "./tables.mjs";

try {
  const database = await openDatabase(process.argv[2]);
  const tables = await tablesOf(database);
  await database.close();
  console.log(JSON.stringify({ dialect: database.dialect, tables }, null, 2));
} catch (error) {
  console.error(`schema: ${error.message}`);
  process.exit(1);
}
