// Makes the command line the only thing that configures the reference server. Has to be imported before the library, which keeps what it reads.

/** What BETTER_AUTH_SECRET held when the process started. */
export const secret = process.env.BETTER_AUTH_SECRET;

// The library reads all of these by itself, and a comparison must not depend on where it runs.
for (const name of Object.keys(process.env)) {
  if (/^(NODE_ENV|TEST|BASE_URL|AUTH_SECRET|((NEXT_|NUXT_)?PUBLIC_)?BETTER_AUTH_\w+|NUXT_PUBLIC_AUTH_URL)$/.test(name)) delete process.env[name];
}
