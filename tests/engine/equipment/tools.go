//go:build tools

// Package engine names the one command that the tests build: the Pulumi engine.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
