"""What an action sees of Styrmin: the context and the primitives.

Actions import from ``styrmin_backend.actions``. The work on the cluster is
done by the ``styrmin-runner`` binary; this package makes it Prefect tasks.
"""
