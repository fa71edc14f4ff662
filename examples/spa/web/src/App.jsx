import { useEffect, useState } from "react";
import { auth, greeting } from "./auth.js";

export function App() {
  const { data, isPending, error } = auth.useSession();
  if (isPending) return <p>Looking who is there…</p>;
  if (error) return <p role="alert">The server does not answer.</p>;
  return <main>{data ? <Account user={data.user} /> : <Door />}</main>;
}

/** Runs a call of the client one at a time and keeps what to say when it is refused. */
function useCall() {
  const [state, setState] = useState({ busy: false, problem: "" });
  async function run(call) {
    setState({ busy: true, problem: "" });
    const { error } = await call().catch(() => ({ error: { message: "The server does not answer." } }));
    setState({ busy: false, problem: error ? (error.message ?? "That did not work.") : "" });
  }
  return { ...state, run };
}

/** For whoever is not signed in. */
function Door() {
  const { busy, problem, run } = useCall();
  const [isNew, setNew] = useState(false);

  function submit(event) {
    event.preventDefault();
    const { name, email, password } = Object.fromEntries(new FormData(event.target));
    run(() => (isNew ? auth.signUp.email({ name, email, password }) : auth.signIn.email({ email, password })));
  }

  return (
    <>
      <h1>{isNew ? "Sign up" : "Sign in"}</h1>
      {!isNew && (
        <button disabled={busy} onClick={() => run(() => auth.signIn.passkey())}>
          Sign in with a passkey
        </button>
      )}
      <form onSubmit={submit}>
        {isNew && <Field label="Name" name="name" autoComplete="name" />}
        <Field label="E-mail" name="email" type="email" autoComplete="username" />
        <Field label="Password" name="password" type="password" minLength={8} autoComplete={isNew ? "new-password" : "current-password"} />
        <button disabled={busy}>{isNew ? "Create the account" : "Sign in with the password"}</button>
      </form>
      <p role="alert">{problem}</p>
      <button className="quiet" disabled={busy} onClick={() => setNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
    </>
  );
}

function Field({ label, ...input }) {
  return (
    <label>
      {label}
      <input required {...input} />
    </label>
  );
}

/** For whoever is signed in. */
function Account({ user }) {
  const { busy, problem, run } = useCall();
  const passkeys = auth.useListPasskeys();
  const [hello, setHello] = useState("");
  useEffect(() => {
    greeting().then(setHello, () => setHello(""));
  }, [user.id]);

  return (
    <>
      <h1>{user.name}</h1>
      <p>{user.email}</p>
      <p>The application says: {hello}</p>
      <h2>Passkeys</h2>
      <ul>
        {passkeys.data?.map((passkey) => (
          <li key={passkey.id}>
            {passkey.name}
            <button disabled={busy} onClick={() => run(() => auth.passkey.deletePasskey({ id: passkey.id }))}>
              Delete
            </button>
          </li>
        ))}
      </ul>
      <button disabled={busy} onClick={() => run(() => auth.passkey.addPasskey({ name: "This device" }))}>
        Add a passkey
      </button>
      <button disabled={busy} onClick={() => run(() => auth.signOut())}>
        Sign out
      </button>
      <p role="alert">{problem}</p>
    </>
  );
}
