"""The frozen context of a run."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args, get_origin, get_type_hints


class Section(Mapping[str, Any]):
    """A read-only mapping whose keys are attributes too.

    ``context["app"]["version"]`` and ``context.app.version`` are the same. Use
    the first form for a key that is a mapping's method, such as ``values``.
    """

    def __init__(self, data: Mapping[str, Any], inner: type[Section] | None = None) -> None:
        """Freeze data, all the way down. Sections in it are of the annotated types, or of type inner."""
        types, other = _types(type(self)), (inner or Section, Section)
        object.__setattr__(self, "_data", {key: _freeze(value, *types.get(key, other)) for key, value in data.items()})
        object.__setattr__(self, "_inner", inner)

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __getattr__(self, name: str) -> Any:
        # Only called for what is not a real attribute. Copying asks for
        # special names before _data exists.
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._data[name]
        except KeyError:
            known = ", ".join(sorted(self._data)) or "nothing"
            raise AttributeError(f"the context has no {name!r} here: it has {known}") from None

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"the context is frozen: {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"the context is frozen: {name!r} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.to_dict(), self._inner))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._data!r})"

    def to_dict(self) -> dict[str, Any]:
        """A plain, unfrozen copy."""
        return {key: _thaw(value) for key, value in self._data.items()}


class Deployment(Section):
    """The deployment: its id is ``namespace/name``."""

    id: str
    name: str
    namespace: str


class Instance(Section):
    """The instance: merged configuration, namespace and Helm release."""

    config: Section
    namespace: str
    release: str


class Chart(Section):
    """The Helm chart."""

    name: str
    version: str
    app_version: str
    #: Digests of its templates, and of all of it.
    templates: str
    digest: str


class Component(Section):
    """A part of the application: the labels of its pods."""

    labels: Mapping[str, str]


class Service(Section):
    """An endpoint of the application. The names are empty when the cluster has none for it."""

    kind: str
    scope: str
    port: int
    component: str
    primary_fqdn: str
    human_readable_fqdn: str


class App(Section):
    """The application, in the version that the run moves to."""

    name: str
    version: str
    driver_version: str
    chart: Chart


class GlobalContext(Section):
    """All that a run knows, resolved once and then frozen."""

    cluster: Section
    environment: Section
    deployment: Deployment
    instance: Instance
    app: App
    components: Mapping[str, Component]
    parameters: Section
    services: Mapping[str, Service]


@functools.cache
def _types(cls: type[Section]) -> dict[str, tuple[type[Section], type[Section]]]:
    """The types of what lies at the keys of a section, and one deeper."""
    found: dict[str, tuple[type[Section], type[Section]]] = {}
    for key, hint in get_type_hints(cls).items():
        if get_origin(hint) is Mapping and isinstance(inner := get_args(hint)[1], type) and issubclass(inner, Section):
            found[key] = (Section, inner)
        elif get_origin(hint) is None and isinstance(hint, type) and issubclass(hint, Section):
            found[key] = (hint, Section)
    return found


def _freeze(value: Any, section: type[Section], inner: type[Section]) -> Any:
    if isinstance(value, Mapping):
        return section(value, inner)
    if isinstance(value, (list, tuple)):
        return tuple(_freeze(item, Section, Section) for item in value)
    return value


def _thaw(value: Any) -> Any:
    if isinstance(value, Section):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_thaw(item) for item in value]
    return value


def instance_dir() -> Path:
    """Where the instance is mounted."""
    return Path(os.environ.get("STYRMIN_INSTANCE_DIR", "/instance"))


@functools.cache
def get_context() -> GlobalContext:
    """The context of this run."""
    path = instance_dir() / "context" / "context.json"
    return GlobalContext(json.loads(path.read_text(encoding="utf-8")))
