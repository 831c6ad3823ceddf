"""A sibling of actions.py."""

EXPECTED = "2.0.0"
