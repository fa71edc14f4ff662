package betterauth

import "context"

// Commit marks a refusal whose transaction is committed all the same: for a wrong code
// that must be counted, or a value that is used up whatever the result. The function
// given to Ctx.Transaction, Ctx.ChangeAccess or Host.Transaction returns it:
//
//	if !right {
//		if err := proof.Wrong(tx); err != nil {
//			return err
//		}
//		return betterauth.Commit(ErrWrongCode)
//	}
//
// The transaction then commits, AfterCommit functions and events run, cookies that the
// function set stay, and the caller gets ErrWrongCode without the mark. The mark counts
// for one transaction. An outer transaction, whose author may not know what was called,
// is rolled back by the refusal like by any other error, unless it continues or marks an
// error of its own.
//
// Every other error rolls everything back, even one that wraps a marked error. A mark has
// no effect in a hook, a gate, a guard or any other function that the core runs inside a
// transaction. A write that the database or a database hook refused is never committed. A
// session that was made before the refusal is not kept either: an operation that fails
// ends it. Commit(nil) is nil, and marking a marked error adds nothing.
func Commit(err error) error {
	if _, marked := unmarked(err); err == nil || marked {
		return err
	}
	return &committed{err}
}

type committed struct{ error }

func (m *committed) Unwrap() error { return m.error }

// unmarked is err without the mark, if it has one. What wraps a mark has none.
func unmarked(err error) (plain error, marked bool) {
	if m, ok := err.(*committed); ok {
		return m.error, true
	}
	return err, false
}

// undoing is err without the mark, for functions that may not keep the transaction
// they run in.
func undoing(err error) error {
	plain, _ := unmarked(err)
	return plain
}

// transaction runs f in a transaction that an error undoes, but for two kinds, with
// which it commits: step-ups and what Commit marked. They come back as answer.
func (a *Auth) transaction(ctx context.Context, f func(ctx context.Context) error) (answer, err error) {
	err = a.db.Transaction(ctx, func(ctx context.Context) error {
		err, marked := unmarked(f(ctx))
		if marked || isAnswer(err) {
			answer = err
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}
