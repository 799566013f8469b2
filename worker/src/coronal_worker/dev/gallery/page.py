"""The page of the gallery, in Markdown."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import JsonValue

from coronal.spec import AlgorithmSpec, Kind
from coronal_worker.dev.gallery.drawing import picture_of, table_of
from coronal_worker.dev.gallery.entries import Gallery

__all__ = ["flow", "page_of"]

_HEAD = """\
<!-- `make gallery` generates this page from docs/gallery/gallery.yaml and the docstrings: edit those. -->

# Gallery

Each algorithm on a suitable real image, before and after. Below its name are a summary, the pipeline that
made the picture (the algorithm is its last stage), and what the picture shows. Most algorithms have more
parameters: `GET /v1/plugins/NAME` lists them.

The images come from packages that Coronal or its tests install, under their own licences:

| image | file |
|---|---|"""


def page_of(gallery: Gallery, specs: Mapping[str, AlgorithmSpec], folder: Path) -> str:
    """Return the page, for the parent folder of the pictures.

    Parameters
    ----------
    gallery
        Images and entries.
    specs
        Specifications of the algorithms, by name.
    folder
        Folder with the pictures and tables.
    """
    images = [f"| {sample.title} | `{sample.path}` |" for sample in gallery.images.values()]
    blocks = ["\n".join([_HEAD, *images])]
    for group, entries in gallery.groups.items():
        blocks.append(f"## {group}")
        for name in entries:
            blocks.extend(_section(gallery, specs[name], folder))
    return "\n\n".join(blocks) + "\n"


def _section(gallery: Gallery, spec: AlgorithmSpec, folder: Path) -> Iterator[str]:
    entry = gallery.entries[spec.name]
    yield f"### {spec.name}"
    yield spec.summary
    yield f"`{flow(entry.stages(spec.name))}` on {gallery.images[entry.image].title}: {entry.shows}"
    if entry.reference is not None:
        title = gallery.images[entry.reference.image].title
        yield f"The reference is what `{flow(list(entry.reference.stages))}` finds in {title}."
    yield f"![{spec.name}, before and after]({folder.name}/{picture_of(folder, spec.name).name})"
    if spec.kind is Kind.MEASURER:
        yield table_of(folder, spec.name).read_text("utf-8").rstrip()


def flow(value: JsonValue) -> str:
    """Return a value as YAML in one line, in short form.

    >>> flow(["slice", {"gaussian": {"sigma": 2}}, {"crop": {"x": [10, None]}}])
    '[slice, gaussian: {sigma: 2}, crop: {x: [10, null]}]'
    """
    match value:
        case list():
            return f"[{', '.join(map(_item, value))}]"
        case dict():
            return f"{{{_pairs(value)}}}"
        case str():
            return value
        case _:
            return json.dumps(value)


def _item(value: JsonValue) -> str:
    # In a list a mapping of one pair needs no braces.
    return _pairs(value) if isinstance(value, dict) and len(value) == 1 else flow(value)


def _pairs(mapping: Mapping[str, JsonValue]) -> str:
    return ", ".join(f"{key}: {flow(value)}" for key, value in mapping.items())
