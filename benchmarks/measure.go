package main

import "context"

func (p *plan) measure(ctx context.Context) error { return nil }
