package passkey

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-webauthn/webauthn/protocol"
)

// use is what an assertion tells of its passkey.
type use struct {
	counter    int64
	backedUp   bool
	deviceType string
}

func useOf(key *Passkey, data *protocol.AuthenticatorData) use {
	now := use{counter: int64(data.Counter), backedUp: data.Flags.HasBackupState(), deviceType: key.DeviceType}
	if data.Flags.HasBackupEligible() {
		now.deviceType = multiDevice
	}
	return now
}

// recordUse stores the new signature counter and backup state, in one statement
// that lets the counter only grow (section 7.2, step 22): of two sign-ins with
// one counter value, or a clone and its original, one fails. An authenticator
// without a counter always says zero. A passkey that was deleted since it was read is
// refused.
//
// Where there is nothing to store, as for most uses of a synced passkey, it does nothing
// and settled is false: the caller looks whether the passkey is still there, with no
// counter.
func (p *Passkeys) recordUse(ctx context.Context, key *Passkey, now use) (settled bool, err error) {
	if now.counter > maxCounter {
		return true, ErrInvalidResponse.Because(errCounterRange)
	}
	grows := database.Lt("counter", now.counter)
	if now.counter == 0 {
		grows = database.Eq("counter", 0)
	}
	set := p.changes(key, now)
	if now.counter != 0 || key.Counter != 0 {
		set["counter"] = now.counter
	}
	if len(set) == 0 {
		return false, nil
	}
	n, err := p.store.Update(ctx, set, database.Eq("id", key.ID), database.Eq("userId", key.UserID), grows)
	if err == nil && n == 0 {
		err = p.counterStands(ctx, key, now)
	}
	if err == nil && (now.backedUp != key.BackedUp || now.deviceType != key.DeviceType) {
		betterauth.Emit(ctx, p.host, BackupChanged{UserID: key.UserID, PasskeyID: key.ID, DeviceType: now.deviceType, BackedUp: now.backedUp})
	}
	return true, err
}

// changes are the columns that a use changes, without the counter.
func (p *Passkeys) changes(key *Passkey, now use) database.Set {
	set := database.Set{}
	if now.backedUp != key.BackedUp {
		set["backedUp"] = now.backedUp
	}
	if now.deviceType != key.DeviceType {
		set["deviceType"] = now.deviceType
	}
	if p.cfg.TrackLastUse {
		set[lastUsed.Column().Name] = p.host.Now()
	}
	return set
}

// counterStands decides about a passkey whose counter did not grow, or which was
// deleted or used by another request in the meantime.
func (p *Passkeys) counterStands(ctx context.Context, key *Passkey, now use) error {
	if key.Counter > 0 && now.counter <= key.Counter && p.cfg.CloneDetection != CloneIgnore {
		betterauth.Emit(ctx, p.host, CloneSuspected{UserID: key.UserID, PasskeyID: key.ID, Stored: key.Counter, Received: now.counter})
	}
	refusal := ErrInvalidResponse.Because(fmt.Errorf("the counter of passkey %s did not grow, or it was deleted", key.ID))
	if p.cfg.CloneDetection == CloneFail {
		return refusal
	}
	// The larger counter stays.
	set, ours := p.changes(key, now), []database.Cond{database.Eq("id", key.ID), database.Eq("userId", key.UserID)}
	there := true
	var err error
	if len(set) == 0 {
		there, err = p.store.Exists(ctx, ours...)
	} else if n, failed := p.store.Update(ctx, set, ours...); failed != nil || n == 0 {
		there, err = false, failed
	}
	if err == nil && !there {
		err = refusal
	}
	return err
}

// isRefusal reports whether err is an answer to a client, and no failure.
func isRefusal(err error) bool {
	var code *betterauth.ErrorCode
	return errors.As(err, &code) && code.Status < 500
}
