// What the provider stores, in memory. oidc-provider's own memory keeps a thousand entries and forgets the rest; a test of load makes more.

const now = () => Math.floor(Date.now() / 1000);

export class Store {
  #rows = new Map(); // by model and id
  #grants = new Map(); // keys by the grant that they belong to

  /** The store of one model, in the form that oidc-provider's option `adapter` takes. */
  model(name) {
    const rows = this.#rows;
    const key = (id) => `${name}:${id}`;
    const find = (id) => this.#find(key(id));
    return {
      find: async (id) => find(id),
      findByUid: async (uid) => this.#where(name, (row) => row.uid === uid)[0],
      findByUserCode: async (code) => this.#where(name, (row) => row.userCode === code)[0],
      destroy: async (id) => void rows.delete(key(id)),
      revokeByGrantId: async (grant) => {
        for (const member of this.#of(grant)) rows.delete(member);
        this.#grants.delete(grant);
      },
      upsert: async (id, row, seconds) => {
        rows.set(key(id), { row, end: seconds ? now() + seconds : Infinity });
        if (row.grantId) this.#of(row.grantId).add(key(id));
      },
      consume: async (id) => void (find(id).consumed = now()),
    };
  }

  /** The sessions of an account. */
  sessionsOf(sub) {
    return this.#where("Session", (row) => row.accountId === sub);
  }

  #of(grant) {
    if (!this.#grants.has(grant)) this.#grants.set(grant, new Set());
    return this.#grants.get(grant);
  }

  #find(key) {
    const found = this.#rows.get(key);
    if (found && found.end > now()) return found.row;
    this.#rows.delete(key);
    return undefined;
  }

  #where(name, fits) {
    const keys = [...this.#rows.keys()].filter((key) => key.startsWith(`${name}:`));
    return keys.map((key) => this.#find(key)).filter((row) => row && fits(row));
  }
}
