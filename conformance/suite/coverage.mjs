// Which operations scenarios reach, and with which errors.
import { errorOf, operationOf, operations } from "./operations.mjs";

export class Coverage {
  #seen = new Map(Object.keys(operations).map((id) => [id, { scenarios: new Set(), compared: 0, allowed: new Set(), errors: new Set() }]));
  #names = new Set();
  #compared = 0;

  /** Counts what a scenario asked of the reference. */
  add(name, steps) {
    this.#names.add(name);
    for (const { event } of steps) {
      const id = operationOf(event);
      if (!id) continue;
      const seen = this.#seen.get(id);
      seen.scenarios.add(name);
      const error = errorOf(event);
      if (error) seen.errors.add(error);
    }
  }

  /** Counts answers of the Go server that were held against the reference's. */
  compared(name, steps) {
    for (const { event } of steps) {
      if (event.kind !== "wire") continue;
      this.#compared++;
      const id = operationOf(event);
      if (id) this.#seen.get(id).compared++;
    }
  }

  /** Notes an allowed difference at "METHOD /api/auth/path #n / field". */
  allow(where, id) {
    const [label] = where.split(" / ");
    const [method, url] = label.split(" ");
    const operation = operationOf({ kind: "wire", method, url: url ?? "" });
    if (operation) this.#seen.get(operation).allowed.add(id);
  }

  /** Operations and errors that no scenario saw at the reference. */
  gaps() {
    return [...this.#seen].flatMap(([id, { scenarios, errors }]) => [
      ...(scenarios.size === 0 ? [id] : []),
      ...operations[id][1].filter((error) => !errors.has(error)).map((error) => `${id}: ${error}`),
    ]);
  }

  get scenarios() {
    return this.#names.size;
  }

  get operations() {
    return [...this.#seen.values()].filter(({ scenarios }) => scenarios.size > 0).length;
  }

  get answers() {
    return this.#compared;
  }

  /** The lines of the table in Markdown. */
  table() {
    const lines = [...this.#seen].map(([id, { scenarios, compared, allowed, errors }]) => {
      const differences = [...allowed].sort().map((name) => `\`${name}\``).join(", ") || "none";
      return `| \`${operations[id][0]}\` | ${scenarios.size} | ${errors.size} | ${compared} | ${differences} |`;
    });
    return ["| operation | scenarios | errors seen | answers compared | allowed differences |", "|---|---|---|---|---|", ...lines].join("\n");
  }
}
