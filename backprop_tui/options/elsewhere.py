"""What others call our options, and what they have as options that we have otherwise or not at all.

Imported for a wrong option only, so that its message leads somewhere.
"""

from collections.abc import Collection

from backprop_tui.core.names_elsewhere import nearest
from backprop_tui.core.optimizers import OPTIMIZERS

_ELSEWHERE = {
    **dict.fromkeys(("learning-rate", "learning_rate", "rate", "eta", "alpha", "l"), "--lr"),
    **dict.fromkeys(("act", "a", "activation-function"), "--activation"),
    **dict.fromkeys(("weights", "weight", "ws"), "--w"),
    **dict.fromkeys(("inputs", "input", "xs"), "--x"),
    **dict.fromkeys(("bias", "biases"), "--b"),
    **dict.fromkeys(("target", "targets", "label", "expected"), "--y"),
    **dict.fromkeys(("n", "e", "iterations", "steps", "iters"), "--epochs"),
    **dict.fromkeys(("step", "s"), "--stage"),
    **dict.fromkeys(("optimiser", "opt", "optim", *OPTIMIZERS), "--optimizer"),
    **dict.fromkeys(("batch", "batch_size", "minibatch", "bs"), "--batch-size"),
    **dict.fromkeys(("cost", "criterion", "error"), "--loss"),
    **dict.fromkeys(("initialization", "initialisation", "initializer", "weight-init"), "--init"),
    **dict.fromkeys(("random-seed", "random-state", "manual-seed"), "--seed"),
    **dict.fromkeys(("speed", "pace", "autoplay", "delay", "p"), "--play"),
    **dict.fromkeys(("f", "output", "o", "json", "csv", "svg", "markdown"), "--format"),
    **dict.fromkeys(("width", "height", "columns", "rows", "geometry"), "--size"),
    **dict.fromkeys(("light", "dark", "style", "colors", "colours"), "--theme"),
    **dict.fromkeys(("verify", "gradcheck", "grad-check"), "--check"),
    **dict.fromkeys(("expression", "program", "formula", "function", "eval"), "--expr"),
    **dict.fromkeys(("values", "value", "given", "point", "set", "let"), "--at"),
    **dict.fromkeys(("v", "ver"), "--version"),
    **dict.fromkeys(("?", "usage"), "--help"),
}
"""What others call our options, without dashes."""

_WITHOUT = {
    **dict.fromkeys(("no-color", "no-colour", "color", "colour", "plain"), "set NO_COLOR=1 for no colours"),
    **dict.fromkeys(("scenario", "file", "config", "model", "i"), "a scenario stands without an option"),
    **dict.fromkeys(("list", "scenarios"), "`backprop-tui scenarios` lists them"),
    **dict.fromkeys(
        ("weight-decay", "zero-grad", "beta1", "beta2", "epsilon", "eps"), "that stands in a scenario file"
    ),
    **dict.fromkeys(
        ("quiet", "silent", "q", "verbose", "log-level"), "there is nothing but results on standard output"
    ),
    **dict.fromkeys(("trace", "screen"), "commands have no dashes"),
}
"""What others have as options, and we otherwise or not at all."""


_COMMANDS = {
    **dict.fromkeys(("help", "man", "usage", "?"), "--help"),
    "version": "--version",
    **dict.fromkeys(("list", "ls", "scenario", "examples"), "scenarios"),
    **dict.fromkeys(("print", "log", "dump", "export", "text", "jsonl"), "trace"),
    **dict.fromkeys(("screenshot", "snapshot", "render", "show", "svg", "picture"), "screen"),
    **dict.fromkeys(("verify", "validate", "compare", "test", "checks"), "check"),
    **dict.fromkeys(("create", "init", "make", "generate", "scaffold", "template"), "new 2-3-1"),
    **dict.fromkeys(("run", "open", "start", "tui", "gui", "app"), ""),
}
"""What others call our commands, and those that need no word."""


def command_like(word: str, known: Collection[str]) -> str:
    """The command line that a word, which is no scenario, likely stands for; empty where it stands for none."""
    likely = _COMMANDS.get(word.lower())
    if likely is None:
        likely = nearest(word, tuple(known)) or None
    return "" if likely is None else f"backprop-tui {likely}".rstrip()


def hint(name: str, known: Collection[str]) -> str:
    """What is wrong with the option `name`, which as it stands is none of those `known`, and what would be right."""
    if name in known:
        return "takes no value; "
    word = name.strip("-").lower()
    if word in _WITHOUT:
        return f"unknown option; {_WITHOUT[word]}; "
    long = {one.strip("-"): one for one in known if one.startswith("--")}
    likely = long.get(word) or _ELSEWHERE.get(word) or long.get(nearest(word, tuple(long)))
    return f"unknown option; did you mean {likely}? " if likely else "unknown option; "
