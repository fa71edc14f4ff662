package main

import "github.com/better-auth-go/better-auth/benchmarks/report"

// aims are what the figures are held to, each with the name of its figure. Where
// an engine makes no difference to what is aimed at, both are held to it.
func aims() []report.Aim {
	both := func(aim func(title string) report.Aim) []report.Aim {
		return []report.Aim{aim(", " + sqliteTitle), aim(", " + postgresTitle)}
	}
	var all []report.Aim
	add := func(more ...report.Aim) { all = append(all, more...) }
	least := func(figure, work, measure string, bound float64) report.Aim {
		return report.Aim{Figure: figure, Work: work, Measure: measure, Bound: bound}
	}
	most := func(figure, work, measure string, bound float64, unit report.Unit) report.Aim {
		return report.Aim{Figure: figure, Work: work, Measure: measure, Bound: bound, AtMost: true, Unit: unit}
	}

	add(most(inProcessFigure(passkeySignIn, bareES256), passkeySignIn, "time over a bare verification", 2.5, report.Times))
	add(most(allocationsFigure(passkeyVerify+" ES256", sqliteTitle), passkeyVerify+", SQLite", "allocations", 300, report.Count))
	add(least(servedFigure(passkeyVerify+", SQLite", byNode), passkeyVerify+", SQLite", "HTTP, beside the TypeScript server", 12))
	add(least(servedFigure(passkeyVerify+", PostgreSQL", byNode), passkeyVerify+", PostgreSQL", "HTTP, beside the TypeScript server", 10))
	for _, floor := range []struct {
		name  string
		bound float64
	}{{byWebAuthn, 0.85}, {byScs, 1.1}} {
		add(both(func(on string) report.Aim {
			return least(inProcessFigure(passkeyBoth+on, floor.name), passkeyBoth+on, "in process, beside "+floor.name, floor.bound)
		})...)
		add(both(func(on string) report.Aim {
			return least(servedFigure(passkeyBoth+on, floor.name), passkeyBoth+on, "HTTP, beside "+floor.name, floor.bound)
		})...)
	}
	add(both(func(on string) report.Aim {
		return least(inProcessFigure(password+on, byScs), password+on, "in process, beside "+byScs, 1)
	})...)
	add(most(inProcessFigure(registration, bareES256), registration, "time over a bare verification", 1.8, report.Times))
	add(most(allocationsFigure("passkey registration ES256", sqliteTitle), "passkey registration, SQLite", "allocations", 300, report.Count))
	add(both(func(on string) report.Aim {
		return least(servedFigure(passkeyOptions+on, byNode), passkeyOptions+on, "HTTP, beside the TypeScript server", 25)
	})...)
	add(most(allocationsFigure(passkeyOptions, sqliteTitle), passkeyOptions+", SQLite", "allocations", 40, report.Count))
	add(least(inProcessFigure(getSession+", SQLite", byBare), getSession+", SQLite", "in process, beside "+byBare, 0.85))
	add(least(servedFigure(getSession+", SQLite", byBare), getSession+", SQLite", "HTTP, beside "+byBare, 0.92))
	add(least(servedFigure(getSession+", SQLite", byNode), getSession+", SQLite", "HTTP, beside the TypeScript server", 35))
	add(least(inProcessFigure(cookieCache+encryptedCache, signedCache), cookieCache+encryptedCache, "in process, beside "+signedCache+", the signed one", 0.8))
	add(both(func(on string) report.Aim {
		return least(inProcessFigure(withEvery+on, threePlugins), withEvery+on, "in process, beside three plugins", 0.9)
	})...)
	add(most(inProcessFigure(route+", SQLite", bareRoute), route+", SQLite", "time over the bare route", 15, report.Micros))
	add(most(inProcessFigure(cachedRoute, bareRoute), cachedRoute, "time over the bare route", 6, report.Micros))
	add(most(inProcessFigure(passwordHash, hashAlone), passwordHash, "time over the hash alone", 1.05, report.Times))
	add(both(func(on string) report.Aim {
		return least(startFigure+on, "start to the first answer, every plugin on"+on, "beside the TypeScript server", 30)
	})...)
	add(both(func(on string) report.Aim {
		return most(memoryFigure+on, "idle memory, every plugin on"+on, "of the TypeScript server's", 0.2, report.Times)
	})...)
	return all
}
