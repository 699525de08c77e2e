"""Samples in a CSV file beside the scenario: what is read, what is refused and where, and what is out of reach."""

import io
import os
import sys
from pathlib import Path

import pytest

from backprop_tui.cli import main
from backprop_tui.core.scenario import Sample, ScenarioError
from backprop_tui.core.scenario_file import load, parse

TWO_TO_ONE = '[[layer]]\nactivation = "sigmoid"\nneurons = 1\n'
CLASSES = 'loss = "cross_entropy"\n[[layer]]\nactivation = "softmax"\nneurons = 3\n'
GIVEN = '[[layer]]\nactivation = "identity"\nweights = [[1, 2], [3, 4]]\nbiases = [5, 6]\n'


def scenario_in(folder: Path, content: str | bytes, network: str = TWO_TO_ONE, name: str = "points.csv") -> str:
    """The path of a scenario in `folder` that names a file of that content."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "points.csv").write_bytes(data)
    path = folder / "own.toml"
    path.write_text(f"samples = '{name}'\n{network}")
    return str(path)


@pytest.mark.parametrize(
    ("content", "network", "samples"),
    [
        ("x1,x2,y\n1,2,3\n-4.5,1e-3,0\n", TWO_TO_ONE, [((1, 2), (3,)), ((-4.5, 0.001), (0,))]),
        ("x,y\n1,2\n", TWO_TO_ONE, [((1,), (2,))]),
        ("x1,y1\n1,2\n", TWO_TO_ONE, [((1,), (2,))]),
        ("y2,x2,y1,x1\n1,2,3,4\n", GIVEN, [((4, 2), (3, 1))]),
        ("X1, X2 ,Y\n 1 , 2,3 \n", TWO_TO_ONE, [((1, 2), (3,))]),
        ("\ufeffx1,x2,y\r\n\r\n1,2,3\r\n   \r\n4,5,6", TWO_TO_ONE, [((1, 2), (3,)), ((4, 5), (6,))]),
        ('"x1","x2","y"\n"1","−2","+.5"\n', TWO_TO_ONE, [((1, -2), (0.5,))]),
        ("x1,class\n1,1\n2,3\n", CLASSES, [((1,), (1, 0, 0)), ((2,), (0, 0, 1))]),
        ("x,y1,y2,y3\n1,0.2,0.3,0.5\n", CLASSES, [((1,), (0.2, 0.3, 0.5))]),
    ],
)
def test_columns_are_found_by_their_names(
    content: str, network: str, samples: list[tuple[tuple[float, ...], tuple[float, ...]]], tmp_path: Path
) -> None:
    assert load(scenario_in(tmp_path, content, network)).samples == tuple(Sample(*sample) for sample in samples)


def test_the_same_numbers_in_the_file_itself_make_the_same_scenario(tmp_path: Path) -> None:
    path = scenario_in(tmp_path, "x1,x2,y\n0,1,1\n1,1,0\n", f'batch_size = "all"\nseed = 4\n{TWO_TO_ONE}')
    inside = (
        f'batch_size = "all"\nseed = 4\n{TWO_TO_ONE}[[sample]]\nx = [0, 1]\ny = [1]\n[[sample]]\nx = [1, 1]\ny = [0]\n'
    )
    assert load(path) == parse(inside, "own")


WRONG: dict[str, tuple[str | bytes, str, str, str]] = {
    "empty": ("", TWO_TO_ONE, "", "is empty; expected a header such as x1,x2,y"),
    "blank": ("\n \n", TWO_TO_ONE, "", "is empty"),
    "header alone": ("x,y\n", TWO_TO_ONE, "", "has a header and nothing below it"),
    "no header": ("1,2\n3,4\n", TWO_TO_ONE, "line 1", "a header such as x1,x2,y is missing"),
    "no header after blank lines": ("\n\n1,2\n", TWO_TO_ONE, "line 3", "a header such as x1,x2,y is missing"),
    "other name": ("x,weight\n", TWO_TO_ONE, "line 1, column 2", "'weight' is no name of a column"),
    "label": ("x,label\n", TWO_TO_ONE, "line 1, column 2", "did you mean y?"),
    "label of classes": ("x,label\n", CLASSES, "line 1, column 2", "did you mean class?"),
    "no name": ("x,y,\n", TWO_TO_ONE, "line 1, column 3", "the name of a column is missing"),
    "numbered from 0": ("x0,x1,y\n", TWO_TO_ONE, "line 1, column 1", "'x0' is no name of a column"),
    "no input": ("y\n", TWO_TO_ONE, "line 1", "the column x is missing; here is y"),
    "a long number": (
        f"x1,x1{'0' * 50},y\n",
        TWO_TO_ONE,
        "line 1",
        "the column x2 is missing; here are x1, x1000000…, y",
    ),
    "one of many": (
        f"{','.join(f'x{i}' for i in range(1, 31) if i != 5)},y\n",
        TWO_TO_ONE,
        "line 1",
        "the column x5 is missing; here are x1, x2, x3, x4, x6, x7, …, y",
    ),
    "many too many": (
        f"x,{','.join(f'y{i}' for i in range(1, 31))}\n",
        TWO_TO_ONE,
        "line 1",
        "expected y, one per neuron of the last layer, not y1, y2, y3, y4, y5, y6, …, y30",
    ),
    "no target": ("x1,x2\n", TWO_TO_ONE, "line 1", "the column y is missing; here are x1, x2"),
    "a gap": ("x1,x3,y\n", TWO_TO_ONE, "line 1", "the column x2 is missing"),
    "twice": ("x1,y,X1\n", TWO_TO_ONE, "line 1, column 3", "x1 is named twice, first in column 1"),
    "y and class": ("x,class,y\n1,1,1\n", CLASSES, "line 1, column 2 (class)", "y or class, not both"),
    "class without classes": ("x,class\n1,1\n", TWO_TO_ONE, "line 1, column 2 (class)", 'needs loss = "cross_entropy"'),
    "too many inputs": ("x1,x2,x3,y1,y2\n", GIVEN, "line 1", "expected x1 to x2, one per input, not x1, x2, x3"),
    "too few targets": ("x1,x2,y\n", GIVEN, "line 1", "expected y1 to y2, one per neuron of the last layer, not y"),
    "semicolons": ("x1;x2;y\n", TWO_TO_ONE, "line 1", "separated by semicolons; expected commas"),
    "tabs": ("x1\ty\n", TWO_TO_ONE, "line 1", "separated by tabs"),
    "word": ("x1,y\n1,2\n\n3,red\n", TWO_TO_ONE, "line 4, column 2 (y)", "expected a number, not 'red'"),
    "fraction": ("x1,y\n1/2,2\n", TWO_TO_ONE, "line 2, column 1 (x1)", "not '1/2'; write 0.5"),
    "decimal comma": ('x1,y\n"1,5",2\n', TWO_TO_ONE, "line 2, column 1 (x1)", "write 1.5"),
    "nan": ("x1,y\nnan,2\n", TWO_TO_ONE, "line 2, column 1 (x1)", "expected a finite number, not 'nan'"),
    "too large": ("x1,y\n1,1e999\n", TWO_TO_ONE, "line 2, column 2 (y)", "expected a finite number"),
    "nothing": ("x1,x2,y\n1,,2\n", TWO_TO_ONE, "line 2, column 2 (x2)", "a number is missing"),
    "too few": ("x1,x2,y\n1,2,3\n1,2\n", TWO_TO_ONE, "line 3, column 3 (y)", "expected 3 fields, not 2"),
    "too many": ("x1,y\n1,2,3\n", TWO_TO_ONE, "line 2, column 3", "one too many; the header names 2"),
    "class 0": ("x,class\n1,0\n", CLASSES, "line 2, column 2 (class)", "expected a whole number from 1 to 3, not 0"),
    "class 4": ("x,class\n1,1\n1,4\n", CLASSES, "line 3, column 2 (class)", "from 1 to 3, not 4"),
    "class 1.5": ("x,class\n1,1.5\n", CLASSES, "line 2, column 2 (class)", "from 1 to 3, not 1.5"),
    "class by name": ("x,class\n1,cat\n", CLASSES, "line 2, column 2 (class)", "expected a number, not 'cat'"),
    "open quote": ('x,y\n1,2\n3,"4\n5,6\n', TWO_TO_ONE, "line 3", "a quote is not closed"),
    "after a quote": ('x,y\n"1"2,3\n', TWO_TO_ONE, "line 2", "no CSV: "),
    "a long field": (f"x,y\n{'1' * 200_000},3\n", TWO_TO_ONE, "line 2", "no CSV: field larger"),
    "line ends in a field": ('x,y\n"\n\n",2\n3,red\n', TWO_TO_ONE, "line 2, column 1 (x)", "a number is missing"),
    "Latin-1": ("x,y\n1,2\n3,é\n".encode("latin-1"), TWO_TO_ONE, "line 3, column 2", "not UTF-8 text (byte 11)"),
    "UTF-16": ("x,y\n1,2\n".encode("utf-16"), TWO_TO_ONE, "line 1, column 1", "not UTF-8 text (byte 1)"),
    "1 MB and a byte": (b"x,y\n" + b"1,2\n" * 249_999 + b"\n", TWO_TO_ONE, "", "has at most 1 MB"),
    "10,001 rows": ("x,y\n" + "1,2\n" * 10_001, TWO_TO_ONE, "line 10002", "at most 10,000 samples"),
    "probability": (
        "x,y\n1,0\n\n1,2\n",
        f'loss = "bce"\n{TWO_TO_ONE}',
        "line 4, y",
        "bce needs a target from 0 to 1, not 2",
    ),
    "sum": ("x,y1,y2,y3\n1,1,1,1\n", CLASSES, "line 2, y", "with the sum 1"),
}


@pytest.mark.parametrize(("content", "network", "place", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line_and_column(
    content: str | bytes, network: str, place: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scenario_in(tmp_path, content, network)
    assert main(["trace", path]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"backprop-tui: {path}: samples, points.csv{place and ', '}{place}: ")
    assert expected in err
    assert err.count("\n") == 1
    assert len(err) < len(path) + 200


def test_limits_are_inclusive(tmp_path: Path) -> None:
    assert len(load(scenario_in(tmp_path, "x,y\n" + "1,2\n" * 10_000)).samples) == 10_000
    full = "x,y\n1,2\n"
    full += "\n" * (1_000_000 - len(full))
    assert len(load(scenario_in(tmp_path, full)).samples) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("samples = [[1, 2]]", 'expected the name of a CSV file beside this one, such as "points.csv"'),
        ("samples = 3", 'such as "points.csv"'),
        ("[[samples]]\nx = [1]", "a sample in this file is a [[sample]]"),
        ("samples = ''", 'such as "points.csv"'),
        ("samples = 'points.csv'\n[[sample]]\nx = [1]\ny = [1]", "[[sample]] tables or samples = a CSV file, not both"),
    ],
)
def test_the_name_is_a_text_and_excludes_samples_in_the_file(line: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"{line}\n{TWO_TO_ONE}")
    with pytest.raises(ScenarioError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: samples: ")
    assert expected in str(caught.value)


ELSEWHERE = "x,y\n13579,24680\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a folder in it, links that stay inside, and links, devices and pipes that do not."""
    folder = tmp_path / "home"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "points.csv").write_text("x,y\n1,2\n")
    (tmp_path / "elsewhere.csv").write_text(ELSEWHERE)
    (tmp_path / "home-too").mkdir()
    (tmp_path / "home-too" / "elsewhere.csv").write_text(ELSEWHERE)
    (folder / "inside.csv").symlink_to("data/points.csv")
    (folder / "out.csv").symlink_to(tmp_path / "elsewhere.csv")
    (folder / "away").symlink_to(tmp_path)
    (folder / "twice.csv").symlink_to("out.csv")
    (folder / "self.csv").symlink_to("self.csv")
    (folder / "zero.csv").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.csv")
    return folder


@pytest.mark.parametrize("name", ["data/points.csv", "inside.csv", "./inside.csv"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_file_within_the_folder_is_read(
    name: str, *, relative: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "own.toml"
    path.write_text(f"samples = '{name}'\n{TWO_TO_ONE}")
    monkeypatch.chdir(home)
    assert load("own.toml" if relative else str(path)).samples == (Sample((1.0,), (2.0,)),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../elsewhere.csv", "leads out of the scenario's folder"),
        ("../home/data/points.csv", "leads out of the scenario's folder"),
        ("data/../../elsewhere.csv", "leads out of the scenario's folder"),
        ("..", "leads out of the scenario's folder"),
        ("{home}/data/points.csv", "leads out of the scenario's folder"),
        ("../home-too/elsewhere.csv", "leads out of the scenario's folder"),
        ("out.csv", "leads out of the scenario's folder"),
        ("twice.csv", "leads out of the scenario's folder"),
        ("away/elsewhere.csv", "leads out of the scenario's folder"),
        ("zero.csv", "leads out of the scenario's folder"),
        ("/dev/zero", "leads out of the scenario's folder"),
        ("pipe.csv", "is not a regular file"),
        ("data", "is a directory"),
        (".", "is a directory"),
        ("self.csv", "cannot be read: "),
        ("missing.csv", "no such file beside the scenario"),
        ("data/points.csv/more", "cannot be read: Not a directory"),
        ("x" * 5000, "cannot be read: File name too long"),
        (r"a\u0000b", "NUL"),
        (r"a\nb", r"'a\nb': no such file"),
    ],
)
def test_nothing_else_is_read(
    name: str, expected: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name.format(home=home)
    path = home / "own.toml"
    path.write_text(f'samples = "{name}"\n{TWO_TO_ONE}')
    monkeypatch.chdir(home)
    for spelled in (str(path), "own.toml"):
        assert main(["trace", spelled]) == 2
        out, err = capsys.readouterr()
        assert "13579" not in out + err
        assert expected in err
        assert err.startswith(f"backprop-tui: {spelled}: samples, ")
        assert len(err) < len(spelled) + 200


def test_in_a_kiosk_no_file_of_samples_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scenario_in(tmp_path, ELSEWHERE)
    opened, really_open = [], os.open
    monkeypatch.setattr(os, "open", lambda path, flags: opened.append(path) or really_open(path, flags))
    monkeypatch.setattr("backprop_tui.terminal.environment.refusal", lambda: "no terminal")
    assert main([path]) == 2
    assert capsys.readouterr().err == "backprop-tui: no terminal\n"
    assert str(tmp_path / "points.csv") in opened
    opened.clear()
    assert main([path, "--kiosk"]) == 2
    message = "samples: in a kiosk no file is read but the scenario's own; expected [[sample]] tables"
    assert capsys.readouterr().err == f"backprop-tui: {path}: {message}\n"
    assert str(tmp_path / "points.csv") not in opened


def test_nothing_is_beside_standard_input_or_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path(scenario_in(tmp_path, ELSEWHERE)).read_bytes()
    monkeypatch.chdir(tmp_path)
    message = "samples: a file of samples stands beside the scenario's own file, and this scenario has none"
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    assert main(["trace", f"/dev/fd/{reading}"]) == 2
    os.close(reading)
    assert capsys.readouterr().err == f"backprop-tui: /dev/fd/{reading}: {message}\n"
    with pytest.raises(ScenarioError, match=message):
        parse(text.decode(), "text")
    kept = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    os.dup2(reading, 0)
    try:
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        assert main(["trace", "-"]) == 2
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reading)
    assert capsys.readouterr().err == f"backprop-tui: standard input: {message}\n"
