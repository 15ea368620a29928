from dataclasses import dataclass

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from trayapp.desktop.window.rows import KEY_ROLE, ORDER_ROLE, RowModel
from trayapp.presentation.words import Mark


@dataclass(frozen=True)
class Line:
    key: str
    cells: tuple[str, ...] = ("a", "b")
    mark: Mark | None = None
    order: tuple[float | str, ...] = (1.0, "b")


def lines(keys: str) -> list[Line]:
    return [Line(each) for each in keys]


def keys(model: RowModel) -> str:
    return "".join(str(model.index(place, 0).data(KEY_ROLE)) for place in range(model.rowCount()))


def test_rows_come_go_and_move(qtmodeltester: ModelTester) -> None:
    model = RowModel(("A", "B"))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt has no types for it

    for wanted in ("abc", "", "cab", "axbyc", "zyx", "xyz", "abcdefg", "gfedcba", "bdf"):
        model.show_rows(lines(wanted))

        assert keys(model) == wanted


def test_only_rows_that_differ_are_told() -> None:
    model = RowModel(("A", "B"))
    model.show_rows(lines("abc"))
    told: list[int] = []
    model.dataChanged.connect(lambda first, _last: told.append(first.row()))

    model.show_rows([Line("a"), Line("b", ("new", "b")), Line("c")])

    assert told == [1]


def test_what_is_chosen_stays_chosen(qtbot: QtBot) -> None:
    model, table = RowModel(("A", "B")), QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    model.show_rows(lines("abc"))
    table.selectionModel().setCurrentIndex(model.index(1, 0), QItemSelectionModel.SelectionFlag.SelectCurrent)

    model.show_rows(lines("xcba"))

    assert table.currentIndex().data(KEY_ROLE) == "b"


@pytest.mark.usefixtures("qapp")
def test_a_cell_has_words_an_order_a_shape_and_a_tooltip_that_is_no_markup() -> None:
    model = RowModel(("Title", "Phase"))
    model.show_rows([Line("k", ("<b>x</b>", "y"), Mark.FINE, (5.0, "y"))])
    cell = model.index(0, 0)

    assert cell.data() == "<b>x</b>"
    assert "<" not in str(cell.data(Qt.ItemDataRole.ToolTipRole))
    assert cell.data(ORDER_ROLE) == 5.0
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "Title: <b>x</b>"
    assert not cell.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert model.index(0, 1).data(Qt.ItemDataRole.DecorationRole) is None
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Phase"
    assert model.place_of("k") == 0
    assert model.place_of("other") is None
