"""What a plugin of Coronal is written against.

Each name in `__init__.pyi` is loaded when it is first used: the gateway reads `coronal.spec` and
`coronal.errors`, and must not load numpy for it (15 MB a process).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
