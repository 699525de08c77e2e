"""A Textual in which a name is another, or a function has another signature, as a later release may have it.

``python -m tests.renamed NAME gone|signature [ARGUMENTS…]`` starts the application on it.  The name is changed
wherever textual uses it, so that textual itself works as ever; ``CLASS.NAME`` is an attribute, in that class alone.
"""

import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

ELSEWHERE = "_elsewhere"


def changed(source: str, name: str, how: str) -> str:
    """The source with the name changed."""
    kind, _, attribute = name.rpartition(".")
    if kind:
        found = re.search(rf"^class {kind}\(.*?(?=^\S)", source, re.DOTALL | re.MULTILINE)
        body = found[0] if found else ""
        return source.replace(body, re.sub(rf"\bself\.{attribute}\b", f"self.{attribute}{ELSEWHERE}", body))
    if how == "gone":
        return re.sub(rf"\b{name}\b", name + ELSEWHERE, source)
    source = re.sub(rf"(def {name}\(\s*self\b)", r"\1, _more", source)
    return re.sub(rf"(\.{name}\()(?!\))", r"\1None, ", re.sub(rf"\.{name}\(\)", f".{name}(None)", source))


class Loader(SourceFileLoader):
    """Loads a module of textual from its changed source."""

    name_changed, how = "", ""

    def get_code(self, fullname: str) -> CodeType | None:
        """The code; the one that is stored where nothing changed."""
        source = Path(self.path).read_text(encoding="utf-8")
        if self.name_changed.rpartition(".")[2] not in source:
            return super().get_code(fullname)
        return compile(changed(source, self.name_changed, self.how), self.path, "exec")


class Finder(MetaPathFinder):
    """Finds the modules of textual, also where they have another name."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """How to load it."""
        del target
        last = fullname.rpartition(".")[2]
        if not fullname.startswith("textual.") or (Loader.how, last) == ("gone", Loader.name_changed):
            return None
        spec = PathFinder.find_spec(fullname.removesuffix(ELSEWHERE), path)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        within = spec.submodule_search_locations
        loader = Loader(fullname, spec.origin)
        return spec_from_file_location(fullname, spec.origin, loader=loader, submodule_search_locations=within)


class Absent(MetaPathFinder):
    """Hides the module that is called something else now."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Nothing, or an error."""
        del path, target
        if fullname.startswith("textual.") and fullname.endswith(f".{Loader.name_changed}"):
            raise ModuleNotFoundError(fullname)
        return None


if __name__ == "__main__":
    Loader.name_changed, Loader.how = sys.argv[1:3]
    sys.meta_path[:0] = [Absent(), Finder()] if Loader.how == "gone" else [Finder()]
    from backprop_tui.cli import main

    sys.exit(main(sys.argv[3:]))
