"""What `tests.fuzz` types besides the keys of commands."""

# Complete sequences without a command behind them: other keys, answers to questions nobody asked, mouse and focus
# reports, pastes (with keys of commands in them), bytes that are no UTF-8.
IGNORED = (
    b"\x1bOP",
    b"\x1b[15~",
    b"\x1b[24~",
    b"\x1b[3~",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[1;5C",
    b"\x1b[?2026;2$y",
    b"\x1b[?1;2c",
    b"\x1b[200~npqe\x1b[201~",
    b"\x1b[200~\x1b[201~",
    b"\x1b[<35;10;5M",
    b"\x1b[97;5u",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xe2\x82\xac",
    b"x",
    b"0",
    b"A",
    b"\x02",
    b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;rgb:0/0/0\x07",
    b"\x1bP1$r0 q\x1b\\",
    b"\x1b_Gi=1;OK\x1b\\",
    b"\x1b^npqe\x1b\\",
    b"\x1bXnpqe\x1b\\",
)

# Truncated and malformed: what a parser makes of these is its own affair, so the run starts over after them.
BROKEN = (
    b"\x1b",
    b"\x1b[",
    b"\x1b[1;",
    b"\x1bO",
    b"\x1b]0;",
    b"\x1b[<0;",
    b"\x1b[999999999999999999;1H",
    b"\x1b[200~never closed",
    b"\x1b[;;;;m",
    b"\x1bP+r",
    b"\xf0\x9f",
    b"\x1b\x1b\x1b[",
    b"\x00\x01\x7f\x9b",
)

# What is typed into a form that is then left without applying anything: no number, too large, choices, pastes.
FORM_INPUTS = (
    b"1e999\t\t\x08,\x1b[B\x1b[A",
    b"9999999\tx",
    b"\x1b[Z\x1b[200~1,5\x1b[201~",
    b"x\r\x1b[200~e\x1b[201~\t\r",
)
# What is typed where a number is asked for: right, wrong, no number, nothing, given up, taken back.
ANSWERS = (b"3.5\r", b"-2\r", b"1,5\r", b"1/0\r", b"2*(\r", b"1e999\r", b"\x7f", b"\r", b"\x1b[C", b"\x1b[D", b" ")
