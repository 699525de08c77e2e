import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.ascii import ASCII, ascii_row
from backprop_tui.present.ascii import in_ascii as foreign_in_ascii
from backprop_tui.present.canvas import Row, Style, text_of, width_of
from backprop_tui.present.help import help_rows
from backprop_tui.present.loss.bars import loss_rows
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.state import Position, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, shown

WIDTH = 80

# The screen at ∂L/∂w, and the same in ASCII.  ¤ stands for a · that means "not yet".
SCREEN = """\
 article-7 · one neuron · identity · mse · lr 0.1       epoch 1 · stage 8 of 11
 forward ✓✓ → loss ✓ → local derivatives ✓✓✓✓ → CHAIN RULE ●○ → update ¤¤
── Computation graph ────────── ● just computed  ○ next  ¤ not yet  ╳ blocked ──
  x  2 ────────────────┐
  w  1.5 ──────────────┼─▶ z = w·x + b ────▶ a = z ───────┬─▶ L = (a − y)²
  b  0.5 ──────────────┘   3.5               3.5          │   0.25
  y  4 ───────────────────────────────────────────────────┘    ║
                                                               ║
  ∂L/∂w ●−2 ◀══ ∂z/∂w  2 ═══◀══ ∂a/∂z  1 ════◀══ ∂L/∂a  −1 ════╝
  ∂L/∂b ○¤      ∂z/∂b  1
── Derivatives and update ────── with numbers ──────── value ────┬─ Loss ───────
   ∂L/∂a  2(a − y)               2(3.5 − 4)             −1       │ top 0.25
   ∂a/∂z  1                                              1       │ █
   ∂z/∂w  x                                              2       │ █
   ∂z/∂b  1                                              1       │ █
 ● ∂L/∂w  ∂L/∂a · ∂a/∂z · ∂z/∂w  −1 · 1 · 2             −2       │ █
 ○ ∂L/∂b  ∂L/∂a · ∂a/∂z · ∂z/∂b                          ¤       │ epoch 1
   w ←    w − lr · ∂L/∂w                                 ¤       │ now 0.25
   b ←    b − lr · ∂L/∂b                                 ¤       │
── ● ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2 ─────────── next ○ ∂L/∂b ──
  −2 is the gradient: raise w a little and the loss falls twice as much. Chain
  rule: links multiply, as a nudge shows: w + 0.01 → z + 0.02 → a + 0.02 →
  L − 0.0196. A gradient only describes: w is still 1.5."""

IN_ASCII = """\
 article-7 - one neuron - identity - mse - lr 0.1       epoch 1 - stage 8 of 11
 forward ++ -> loss + -> local derivatives ++++ -> CHAIN RULE @~ -> update ..
-- Computation graph ---------- @ just computed  ~ next  . not yet  X blocked --
  x  2 ----------------+
  w  1.5 --------------+-> z = w*x + b ----> a = z -------+-> L = (a - y)^2
  b  0.5 --------------+   3.5               3.5          |   0.25
  y  4 ---------------------------------------------------+    |
                                                               |
  dL/dw @-2 <== dz/dw  2 ===<== da/dz  1 ====<== dL/da  -1 ====+
  dL/db ~.      dz/db  1
-- Derivatives and update ------ with numbers -------- value ----+- Loss -------
   dL/da  2(a - y)               2(3.5 - 4)             -1       | top 0.25
   da/dz  1                                              1       | #
   dz/dw  x                                              2       | #
   dz/db  1                                              1       | #
 @ dL/dw  dL/da * da/dz * dz/dw  -1 * 1 * 2             -2       | #
 ~ dL/db  dL/da * da/dz * dz/db                          .       | epoch 1
   w <-   w - lr * dL/dw                                 .       | now 0.25
   b <-   b - lr * dL/db                                 .       |
-- @ dL/dw = dL/da * da/dz * dz/dw = -1 * 1 * 2 = -2 ----------- next ~ dL/db --
  -2 is the gradient: raise w a little and the loss falls twice as much. Chain
  rule: links multiply, as a nudge shows: w + 0.01 -> z + 0.02 -> a + 0.02 ->
  L - 0.0196. A gradient only describes: w is still 1.5."""


def plain(text: str) -> Row:
    return ((text, Style.PLAIN),)


def with_pending(line: str) -> Row:
    parts = line.split("¤")
    return tuple(span for part in parts for span in ((part, Style.PLAIN), ("·", Style.PENDING)))[:-1]


def screen_row(number: int, line: str) -> Row:
    if number == 1:
        return ((line, Style.TITLE),)
    return with_pending(line)


def in_ascii(row: Row, width: int = WIDTH) -> str:
    return text_of(ascii_row(row, width))


@pytest.mark.parametrize("number", range(1, 24))
def test_the_screen_is_the_same_in_ascii(number: int) -> None:
    line, expected = SCREEN.split("\n")[number - 1], IN_ASCII.split("\n")[number - 1]
    assert in_ascii(screen_row(number, line)) == expected


def test_a_dot_is_read_by_its_style() -> None:
    assert in_ascii(((" · ", Style.TITLE),)) == " -"
    assert in_ascii((("·", Style.PENDING),)) == "."
    assert in_ascii(((" ·  ", Style.DIM),)) == " ."
    assert in_ascii((("2 · 3", Style.DIM),)) == "2 * 3"
    assert in_ascii((("·", Style.NOW),)) == "*"


def test_styles_stay() -> None:
    row = (("∂L", Style.STRONG), (" ", Style.PLAIN), ("→", Style.KEY), ("▶", Style.FORWARD))
    expected = (("dL", Style.STRONG), (" ", Style.PLAIN), ("->", Style.KEY), (">", Style.FORWARD))
    assert ascii_row(row, WIDTH) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a²   b   c", "a^2  b   c"),  # the next run gives way, once
        ("a² b   c", "a^2 b  c"),  # single blanks part words
        ("a²²   b", "a^2^2 b"),
        ("∞   b   c", "inf b   c"),
        ("∞  b  c", "inf b c"),  # two runs share
        ("√x ──▶ y", "sqrtx -> y"),
        ("a² ══◀ y", "a^2 =< y"),
        ("a² ╌╌◀ y", "a^2 .< y"),
        ("     a² b", "     a^2 b"),  # what stands left of it does not
        ("a²", "a^2"),
    ],
)
def test_a_longer_spelling_takes_its_room_from_the_next_run(text: str, expected: str) -> None:
    assert in_ascii(plain(text)) == expected


def test_keys_keep_apart_as_long_as_they_fit() -> None:
    keys = (("→", Style.KEY), (" next  ", Style.PLAIN), ("←", Style.KEY), (" back", Style.PLAIN))
    assert in_ascii(keys, 16) == "-> next  <- back"
    assert in_ascii(keys, 15) == "-> next <- back"
    table = (("→", Style.KEY), ("  ", Style.PLAIN), ("next stage", Style.PLAIN))
    assert in_ascii(table) == "-> next stage"


def test_what_does_not_fit_is_cut() -> None:
    assert in_ascii(plain("x²y²"), 5) == "x^2y^"
    assert in_ascii(plain("∞∞"), 2) == "in"


def test_lines_that_mean_different_things_look_different() -> None:
    assert len({ASCII[line] for line in "─═╌│"}) == 4


def test_blocks_become_a_ramp_of_eight_that_cannot_be_read_as_not_yet_or_zero() -> None:
    ramp = [ASCII[block] for block in "▁▂▃▄▅▆▇█"]
    assert len(set(ramp)) == 8
    assert ramp[0] == "_"
    assert ramp[-1] == "#"
    assert not {".", "0", "~", "@", "X"} & set(ramp)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ≤ 1", "a <= 1"),
        ("σ′", "s'"),
        ("2/√π", "2/sqrtpi"),
        ("1–6", "1-6"),
        ("∂L/∂…", "dL/d..."),
        ("½ é 漢", "1/2 e ?"),
    ],
)
def test_other_signs_have_a_spelling(text: str, expected: str) -> None:
    assert in_ascii(plain(text)) == expected


@given(st.lists(st.tuples(st.text(), st.sampled_from(Style)), max_size=6).map(tuple), st.integers(0, 40))
def test_any_row_can_be_encoded_and_fits(row: Row, width: int) -> None:
    found = ascii_row(row, width)
    assert "".join(text for text, _ in found).isascii()
    assert width_of(found) <= width


@given(st.text(alphabet="ab· │─═²→", max_size=60))
def test_a_column_behind_enough_blanks_stays_where_it_is(text: str) -> None:
    row = plain(f"{text}{' ' * 61}│")
    assert in_ascii(row, 1000)[len(text) + 61 :] == "|"


@pytest.mark.parametrize("name", builtin_names())
def test_every_loss_panel_can_be_encoded(name: str) -> None:
    first = start(load(name))
    state = apply(first, GoTo(Position(epoch=min(3, first.history.last_epoch))))
    for _ in range(40):
        for width, height in ((13, 8), (34, 15)):
            for row in loss_rows(state, width, height):
                assert text_of(ascii_row(row, width)).isascii()
                assert "?" not in text_of(ascii_row(row, width))  # nothing there is without a spelling
        state = apply(state, Move.NEXT)


@given(st.text(alphabet="ab─→▔🔎漢é\u0301…▏▋·"))
def test_a_text_that_is_not_ours_takes_as_many_cells_in_ascii(text: str) -> None:
    assert foreign_in_ascii(text).isascii()
    assert len(foreign_in_ascii(text)) == sum(map(cell_len, text))


def test_a_dot_in_a_text_that_is_not_ours_waits_parts_or_multiplies() -> None:
    assert [foreign_in_ascii(text) for text in ("·  ", "sample 2 · stage 8", "w·x")] == [
        ".  ",
        "sample 2 - stage 8",
        "w*x",
    ]


@pytest.mark.parametrize("size", [SMALLEST, DESIGN_SIZE, (120, 40)], ids=str)
async def test_every_screen_is_spelled_with_nothing_left_over(size: tuple[int, int]) -> None:
    app = app_at("relu-dead", stage=8, ascii=True)
    async with app.run_test(size=size) as pilot:
        for key in ("left", "question_mark", "v", "e", "g", "ctrl+p", "c"):
            await pilot.press(key)
            await pilot.pause()
            found = shown(app)
            assert found.isascii()
            assert re.search(r"(?<![a-z(])\?(?! +(help|this help))", found) is None, found  # no question, no key
            await pilot.press("escape")


@pytest.mark.parametrize("size", [SMALLEST, DESIGN_SIZE, (120, 40)], ids=str)
async def test_in_the_footer_arrows_have_the_room_that_they_need(size: tuple[int, int]) -> None:
    for ascii_only, arrows in ((False, "→← step"), (True, "-> <- step")):
        app = app_at(ascii=ascii_only)
        async with app.run_test(size=size):
            footer = lines(app)[-1]
            assert footer.startswith(f" {arrows}  PgDn phase  nN epoch  ")
            assert "? help  q quit" in footer
            assert ("?^p" in footer) is False


def test_the_help_spells_its_marks_and_arrows_as_the_screen_does() -> None:
    texts = [in_ascii(row) for row in help_rows(76)]
    assert any(text.startswith(".          not computed yet") for text in texts)
    assert any(text.startswith("Down       choose below, or scroll") for text in texts)


def test_a_factor_is_not_spelled_like_an_input_and_what_is_left_out_has_a_mark() -> None:
    assert text_of(ascii_row((("×1  60 × 18  ⋮ 3 more", Style.PLAIN),), 40)) == "*1  60 x 18  : 3 more"
