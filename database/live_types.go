package database

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// pgTypes is what the types of a PostgreSQL database can hold. Each question is a
// small one: one statement for all of them is estimated to be so dear that the
// server compiles it, which takes seconds.
type pgTypes struct {
	names   map[int64]string   // as SQL writes them, without modifiers
	domains map[int64]pgDomain // by the domain
	labels  map[int64][]string // by the enum
	checks  map[int64][]string // by the domain
}

type pgDomain struct {
	over             int64
	typmod           int
	required, filled bool
}

// readTypes reads all domains, and names and enums for the types that are used.
func readTypes(ctx context.Context, e executor, used []int64) (*pgTypes, error) {
	out := &pgTypes{map[int64]string{}, map[int64]pgDomain{}, map[int64][]string{}, map[int64][]string{}}
	err := eachRow(ctx, e, `
select oid::bigint, typbasetype::bigint, typtypmod, typnotnull, typdefault is not null
from pg_catalog.pg_type where typtype = 'd'`, nil, func(scan func(...any) error) error {
		var oid int64
		var d pgDomain
		err := scan(&oid, &d.over, &d.typmod, &d.required, &d.filled)
		out.domains[oid] = d
		return err
	})
	if err != nil {
		return nil, err
	}
	all := slices.Clone(used)
	for _, oid := range used {
		for d, ok := out.domains[oid]; ok; d, ok = out.domains[d.over] {
			all = append(all, d.over)
		}
	}
	slices.Sort(all)
	list := []any{"{" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(slices.Compact(all))), ","), "[]") + "}"}
	// A type of an extension may live in any schema.
	err = eachRow(ctx, e, `
select t.oid::bigint, case when n.nspname = 'pg_catalog' then pg_catalog.format_type(t.oid, null) else t.typname end
from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where t.oid = any ($1::oid[])`, list, func(scan func(...any) error) error {
		var oid int64
		var name string
		err := scan(&oid, &name)
		out.names[oid] = name
		return err
	})
	if err != nil {
		return nil, err
	}
	collect := func(query string, into map[int64][]string) error {
		return eachRow(ctx, e, query, list, func(scan func(...any) error) error {
			var oid int64
			var text string
			err := scan(&oid, &text)
			into[oid] = append(into[oid], text)
			return err
		})
	}
	if err := collect(`select enumtypid::bigint, enumlabel from pg_catalog.pg_enum where enumtypid = any ($1::oid[])`, out.labels); err != nil {
		return nil, err
	}
	return out, collect(`select contypid::bigint, conname from pg_catalog.pg_constraint where contype = 'c' and contypid = any ($1::oid[])`, out.checks)
}

// describe completes a column of the type with what is under its domains.
func (p *pgTypes) describe(lc *liveColumn, oid int64, typmod int) {
	for d, ok := p.domains[oid]; ok; d, ok = p.domains[oid] {
		lc.checks = append(lc.checks, p.checks[oid]...)
		lc.domain, lc.notNull, lc.hasDefault = true, lc.notNull || d.required, lc.hasDefault || d.filled
		if typmod < 0 {
			typmod = d.typmod
		}
		oid = d.over
	}
	lc.base, lc.labels = strings.ToLower(p.names[oid]), p.labels[oid]
	lc.readLimits(typmod)
}

// readLimits reads the modifier of a type as PostgreSQL packs it.
func (lc *liveColumn) readLimits(typmod int) {
	const header = 4
	switch {
	case lc.base == "character varying" && typmod >= header:
		lc.length = typmod - header
	case lc.base == "numeric" && typmod >= header:
		lc.precision = (typmod - header) >> 16 & 0xffff
		lc.scale = ((typmod-header)&0x7ff ^ 1024) - 1024 // eleven bits with a sign
	case strings.HasPrefix(lc.base, "timestamp"):
		lc.precision = typmod
	}
}
