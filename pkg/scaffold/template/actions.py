"""What is done around the releases of <% .Name %>.

An action is a Prefect flow. It gets what it names as its parameters: the
deployment_id, the target_version and the current_version, the context with all
that is known of the deployment, and each of the driver's own parameters.

An action that was interrupted runs again, so the second time must do no harm.
"""

from prefect import flow
from styrmin_backend.actions import execute_commands<% if and .Workers (.Has "upgrade") %>, start_components, stop_components<% end %>
<%- if .Has "setup" %>


@flow
async def initialize(deployment_id: str) -> None:
    """The chart is installed and its pods are ready: prepares the application's data."""
    await execute_commands(
        deployment_id,
        component="<% .Main %>",
        # Put the application's own command here. It runs in a pod of the component.
        commands=[["echo", "nothing to prepare"]],
    )
<%- end %>
<%- if .Has "upgrade" %>
<%- if .Workers %>


@flow
async def stop_workers(deployment_id: str) -> None:
    """Nothing has changed yet: stops what must not see the data while it changes."""
    await stop_components(deployment_id, [<% range $i, $name := .Workers %><% if $i %>, <% end %>"<% $name %>"<% end %>])
<%- end %>


@flow
async def migrate(deployment_id: str, current_version: str, target_version: str) -> None:
    """The new version is in<% if .Workers %>, and the workers are still stopped<% end %>: migrates the data."""
    await execute_commands(
        deployment_id,
        component="<% .Main %>",
        # Put the application's own command here. When it fails, so does the upgrade.
        commands=[["echo", f"nothing to migrate from {current_version} to {target_version}"]],
    )
<%- if .Workers %>


@flow
async def start_workers(deployment_id: str) -> None:
    """The data is migrated: starts what was stopped, and waits until it is ready."""
    await start_components(deployment_id, [<% range $i, $name := .Workers %><% if $i %>, <% end %>"<% $name %>"<% end %>])
<%- end %>
<%- end %>
