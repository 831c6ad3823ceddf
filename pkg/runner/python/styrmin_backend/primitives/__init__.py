"""The primitives, a file for each kind of work. Actions import them from ``styrmin_backend.actions``."""
