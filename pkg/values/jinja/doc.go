// Package jinja is the part of Jinja2 that a template of values uses: its
// syntax, its scopes and Python's way with values, in pure functions. What it
// cannot do exactly as Jinja2 does, it refuses with an [Error]; the tests hold
// both against the real Jinja2.
//
// It differs from Jinja2 on purpose in four ways: a template reads no other
// file, nothing depends on chance or time, mappings of the context are in the
// order of their keys, and rendering is bounded in steps, depth and size.
//
// A [Template] and a [Language] do not change once made and may be used
// concurrently.
package jinja
