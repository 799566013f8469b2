"""The marks that make a function a hook, or the implementation of one."""

import pluggy

__all__ = ["hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("coronal")
hookimpl = pluggy.HookimplMarker("coronal")
