// An application as a team writes it with the official React client, unmodified: what its hooks answer is on the page, and nothing else is.
import { passkeyClient } from "@better-auth/passkey/client";
import { createAuthClient } from "better-auth/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const client = createAuthClient({ baseURL: location.origin, plugins: [passkeyClient()] });

function App() {
  const { data, isPending, error } = client.useSession();
  const [refusal, setRefusal] = useState("");
  // Runs a method of the client. The page is told by the hooks alone that something has changed.
  const on = (method) => async () => setRefusal((await method()).error?.message ?? "");
  if (isPending) return <p>Looking who is there</p>;
  if (error) return <p role="alert">{error.message}</p>;
  return (
    <main>
      {data ? <Somebody {...data} on={on} /> : <Nobody on={on} />}
      <p role="alert">{refusal}</p>
    </main>
  );
}

function Nobody({ on }) {
  const [email, setEmail] = useState("");
  const password = "correct horse battery";
  return (
    <>
      <h1>Nobody is signed in</h1>
      <label>E-mail <input value={email} onChange={(event) => setEmail(event.target.value)} /></label>
      <button onClick={on(() => client.signUp.email({ name: "Grace Hopper", email, password }))}>Sign up</button>
      <button onClick={on(() => client.signIn.email({ email, password }))}>Sign in</button>
      <button onClick={on(() => client.signIn.passkey())}>Sign in with a passkey</button>
    </>
  );
}

function Somebody({ user, session, on }) {
  return (
    <>
      <h1>{user.name}</h1>
      <p>{user.email}</p>
      <p data-session={session.id}>until {session.expiresAt.toISOString()}</p>
      <Passkeys on={on} />
      <button onClick={on(() => client.signOut())}>Sign out</button>
    </>
  );
}

function Passkeys({ on }) {
  const { data, isPending, error } = client.useListPasskeys();
  if (isPending) return <p>Looking for passkeys</p>;
  return (
    <>
      <p>{error ? error.message : `${data.length} passkeys`}</p>
      <ul>
        {data?.map(({ id, name }) => (
          <li key={id}>
            <span>{name}</span>
            <button onClick={on(() => client.passkey.updatePasskey({ id, name: `${name}, renamed` }))}>Rename</button>
            <button onClick={on(() => client.passkey.deletePasskey({ id }))}>Delete</button>
          </li>
        ))}
      </ul>
      <button onClick={on(() => client.passkey.addPasskey({ name: "Laptop" }))}>Add a passkey</button>
    </>
  );
}

createRoot(document.getElementById("app")).render(<App />);
