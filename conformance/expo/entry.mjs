// What an app imports.
export { createAuthClient } from "better-auth/client";
export { emailOTPClient, magicLinkClient } from "better-auth/client/plugins";
export { expoClient, getSetCookie } from "@better-auth/expo/client";
