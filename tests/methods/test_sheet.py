import pytest

from commonweal.methods.sheet import harmless


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_no_spreadsheet_takes_a_text_for_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["A lamp", 5, -5.5, None, "路燈", ""])
def test_what_is_harmless_stays(cell: object) -> None:
    assert harmless(cell) == cell
