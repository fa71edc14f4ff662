// Passkeys for visitors without a session. What the page sends as context says who they claim to be:
//
//   new EMAIL     a new user, created once the passkey is verified
//   owner EMAIL   an account's owner, whose claim counts as verified
//   claim EMAIL   the same without any proof
//   other EMAIL   whoever registers, and the hook gives the passkey to this user
//
// Anything else is nobody.
import { passkey } from "@better-auth/passkey";

const words = (context) => /^(new|owner|claim|other) (\S+@\S+)$/.exec(context ?? "") ?? [];
const find = async (ctx, email) => (await ctx.context.internalAdapter.findUserByEmail(email))?.user;

async function resolveUser({ ctx, context }) {
  const [, who, email] = words(context);
  if (who === "new") return { id: "pending", name: email, displayName: email.split("@")[0] };
  if (who === "owner" || who === "claim") return { id: (await find(ctx, email))?.id, name: email };
  return undefined;
}

async function afterVerification({ ctx, context }) {
  const [, who, email] = words(context);
  if (who === "new") {
    const { id } = await ctx.context.internalAdapter.createUser({ name: email.split("@")[0], email, emailVerified: false });
    return { userId: id, name: "Made at sign-up" };
  }
  if (who === "other") return { userId: (await find(ctx, email))?.id };
  return undefined;
}

/** Configures the passkey plugin of a server anew; without `resolves` it has nobody to ask who visitors are. */
export function admitVisitors(options, { resolves }) {
  const registration = { requireSession: false, ...(resolves && { resolveUser, afterVerification }) };
  options.plugins = options.plugins.map((plugin) => (plugin.id === "passkey" ? passkey({ ...plugin.options, registration }) : plugin));
}
