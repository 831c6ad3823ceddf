"""Connections to PostgreSQL."""

import contextlib

import psycopg2


@contextlib.contextmanager
def transaction():
    """One connection and one transaction: committed at the end, rolled back on an exception."""
    connection = psycopg2.connect("", connect_timeout=5, application_name="notes")
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
