// What is the same for all operations: paths, methods, media types, error pages, origins and redirect targets.
import { ada } from "../suite/world.mjs";

const { email, password } = ada;
const json = { "content-type": "application/json" };
const signIn = JSON.stringify({ email, password });

export default {
  plain: {
    "the server is there": async (s) => {
      await s.ok(s.visitor().client.ok());
    },
    "paths and methods that do not exist": async (s) => {
      const visitor = s.visitor();
      for (const [method, path] of [["GET", "/nothing"], ["GET", "/ok/"], ["GET", "//ok"], ["POST", "/ok"], ["OPTIONS", "/sign-in/email"],
        ["GET", "/sign-in/email"], ["PUT", "/sign-in/email"], ["DELETE", "/delete-user"], ["GET", ""], ["GET", "/"]]) {
        await s.answers(visitor.raw(method, path), 404);
      }
    },
    "the error page": async (s) => {
      const visitor = s.visitor();
      for (const [query, says] of [["", "UNKNOWN"], ["?error=INVALID_TOKEN", "INVALID_TOKEN"], ["?error=<script>", "UNKNOWN"], ["?error=access_denied&error_description=no", "access_denied"]]) {
        const page = await s.answers(visitor.raw("GET", `/error${query}`), 200);
        s.sees(`the page for "${query}" says`, [page.includes(says), page.includes("<script>")], [true, false]);
      }
    },
    "bodies that are no JSON": async (s) => {
      const visitor = s.visitor();
      for (const body of ["{", "nonsense", "[1,", "{'a':1}"]) await s.answers(visitor.raw("POST", "/sign-in/email", { headers: json, body }), 400);
      for (const body of ["null", "[]", "7", '"text"']) await s.answers(visitor.raw("POST", "/sign-in/email", { headers: json, body }), 400);
      await s.answers(visitor.raw("POST", "/sign-in/email"), 400);
      await s.answers(visitor.raw("POST", "/request-password-reset"), 400);
    },
    "media types that are not read": async (s) => {
      const visitor = s.visitor();
      await s.answers(visitor.raw("POST", "/sign-in/email", { headers: { "content-type": "text/plain" }, body: signIn }), 415);
      await s.answers(visitor.raw("POST", "/update-user", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "name=x" }), 415);
      await s.answers(visitor.raw("POST", "/sign-in/email", { headers: { "content-type": "multipart/form-data; boundary=x" }, body: "--x--" }), 415);
    },
    "media types that are read": async (s) => {
      await s.signedUp();
      for (const type of ["application/json; charset=utf-8", "APPLICATION/JSON"]) {
        await s.answers(s.visitor().raw("POST", "/sign-in/email", { headers: { "content-type": type }, body: signIn }), 200);
      }
    },
    "signing in from a foreign page": async (s) => {
      await s.signedUp();
      const from = (origin, headers) => s.visitor({ origin, headers }).client.signIn.email({ email, password });
      await s.refused(from("https://evil.example"), 403, "INVALID_ORIGIN");
      await s.refused(from("null"), 403, "MISSING_OR_NULL_ORIGIN");
      await s.refused(from(null, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), 403, "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED");
      await s.refused(from(null, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }), 403, "MISSING_OR_NULL_ORIGIN");
      await s.refused(from(null, { referer: "https://evil.example/page" }), 403, "INVALID_ORIGIN");
      await s.ok(from(null));
      await s.ok(from(null, { referer: `${s.server.url}/page` }));
      await s.ok(from(s.server.url, { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }));
    },
    "signing up from a foreign page": async (s) => {
      const from = (origin, headers) => s.visitor({ origin, headers }).client.signUp.email(ada);
      await s.refused(from("https://evil.example"), 403, "INVALID_ORIGIN");
      await s.refused(from(null, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), 403, "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED");
      await s.refused(from(null, { "sec-fetch-site": "same-site" }), 403, "MISSING_OR_NULL_ORIGIN");
    },
    "cookies from a foreign page": async (s) => {
      const visitor = await s.signedUp();
      const from = (origin, headers) => {
        const other = s.visitor({ origin, headers });
        other.jar = visitor.jar;
        return other.client;
      };
      await s.refused(from("https://evil.example").signOut(), 403, "INVALID_ORIGIN");
      await s.refused(from(null).signOut(), 403, "MISSING_OR_NULL_ORIGIN");
      await s.refused(from("null").revokeSessions(), 403, "MISSING_OR_NULL_ORIGIN");
      await s.refused(from(null, { referer: "https://evil.example/" }).revokeSessions(), 403, "INVALID_ORIGIN");
      await s.ok(from("null", { "sec-fetch-site": "same-origin" }).revokeOtherSessions());
      await s.ok(from("https://evil.example").getSession());
      await s.ok(from(null, { referer: `${s.server.url}/page?a=b` }).signOut());
    },
    "no cookies, no session, from a foreign page": async (s) => {
      const { client } = s.visitor({ origin: "https://evil.example" });
      await s.ok(client.signOut());
      await s.refused(client.revokeSessions(), 401, "UNAUTHORIZED");
    },
    "redirect targets that are trusted": async (s) => {
      await s.signedUp();
      for (const callbackURL of ["/", "/a/b?c=d#e", "/a?next=https://evil.example", `${s.server.url}/a`, s.server.url]) {
        await s.ok(s.visitor().client.signIn.email({ email, password, callbackURL }));
      }
    },
    "redirect targets that are not": async (s) => {
      await s.signedUp();
      for (const callbackURL of ["https://evil.example", "//evil.example", "/\\evil.example", "/%5cevil.example", "/%2Fevil.example", "javascript:alert(1)", "dashboard",
        "/a\nb", `${s.server.url}.evil.example`, `${s.server.url}@evil.example`, "http://localhost"]) {
        await s.refused(s.visitor().client.signIn.email({ email, password, callbackURL }), 403, "INVALID_CALLBACK_URL");
      }
    },
    "redirect targets of every name": async (s) => {
      const evil = "https://evil.example";
      const post = (member) => s.visitor().client.$fetch("/sign-out", { method: "POST", body: member });
      await s.refused(post({ callbackURL: evil }), 403, "INVALID_CALLBACK_URL");
      await s.refused(post({ redirectTo: evil }), 403, "INVALID_REDIRECT_URL");
      await s.refused(post({ errorCallbackURL: evil }), 403, "INVALID_ERROR_CALLBACK_URL");
      await s.refused(post({ newUserCallbackURL: evil }), 403, "INVALID_NEW_USER_CALLBACK_URL");
      await s.refused(s.visitor().client.$fetch("/sign-out", { method: "POST", body: {}, query: { callbackURL: evil } }), 403, "INVALID_CALLBACK_URL");
      await s.refused(post({ callbackURL: 7 }), 400, "Invalid callbackURL: expected a string");
      await s.refused(post({ redirectTo: ["a"] }), 400, "Invalid redirectURL: expected a string");
      await s.ok(post({ callbackURL: "", redirectTo: null }));
    },
  },
  open: {
    "pages of trusted origins": async (s) => {
      await s.signedUp();
      const from = (origin) => s.visitor({ origin }).client.signIn.email({ email, password });
      for (const origin of [s.server.url, "https://app.example.com", "https://a.wild.example", "https://a.b.wild.example"]) await s.ok(from(origin));
      for (const origin of ["http://app.example.com", "https://app.example.com:8443", "https://app.example.com.evil.example", "https://wild.example", "https://evilwild.example",
        "http://a.wild.example", "https://a.wild.example.evil.example", "https://evil.example/.wild.example", "https://APP.example.com"]) {
        await from(origin);
      }
      await s.refused(from("https://evil.example"), 403, "INVALID_ORIGIN");
    },
    "redirect targets of trusted origins": async (s) => {
      await s.signedUp();
      for (const callbackURL of ["https://app.example.com", "https://app.example.com/x?y#z", "https://a.wild.example/x", "myapp://open/this", "myapp:open"]) {
        await s.ok(s.visitor().client.signIn.email({ email, password, callbackURL }));
      }
      for (const callbackURL of ["https://wild.example/x", "https://app.example.com@evil.example", "https://evil.example?.wild.example", "https://evil.example#.wild.example",
        "https://evil.example\\.wild.example", "myapp2://open", "javascript://app.example.com/%0aalert(1)"]) {
        await s.refused(s.visitor().client.signIn.email({ email, password, callbackURL }), 403, "INVALID_CALLBACK_URL");
      }
    },
  },
};
