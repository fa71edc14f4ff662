// Who has an account at the provider: any login name, until a test says more about one.

export class Accounts {
  #byLogin = new Map();

  /** The account of a login name, which is made at its first use. */
  of(login) {
    if (!this.#byLogin.has(login)) this.#byLogin.set(login, madeFor(login));
    return this.#byLogin.get(login);
  }

  /** Changes claims of the account with a login name, and returns all of them. A claim that is null is no longer told. */
  set({ login, ...claims }) {
    const account = { ...this.of(login), ...claims };
    for (const name of Object.keys(account)) if (account[name] === null) delete account[name];
    this.#byLogin.set(login, account);
    return account;
  }

  /** Removes an account: its tokens are refused from then on. */
  remove(login) {
    return this.#byLogin.delete(login);
  }

  /** The account with a subject, as oidc-provider's option findAccount answers; undefined when there is none. */
  find = async (_ctx, sub) => {
    const present = () => [...this.#byLogin.values()].find((account) => account.sub === sub);
    return present() && { accountId: sub, claims: async () => ({ ...present() }) };
  };
}

function madeFor(login) {
  const [name] = login.split("@");
  return {
    sub: `subject-of-${login}`,
    email: login.includes("@") ? login : `${login}@example.com`,
    email_verified: true,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    picture: `https://example.com/pictures/${encodeURIComponent(name)}.png`,
  };
}
