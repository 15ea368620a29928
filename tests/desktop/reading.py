"""What a person gets from widgets and gives to them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton, QWidget


def paste(field: QLineEdit, text: str) -> None:
    QApplication.clipboard().setText(text)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def everything_said(widget: QWidget) -> str:
    """Whatever can be seen of or heard from a widget and all below it."""
    said: list[str] = []
    for each in (widget, *widget.findChildren(QWidget)):
        face = QAccessible.queryAccessibleInterface(each)
        said += [face.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value)] if face else []
        said += [each.accessibleName(), each.accessibleDescription(), each.toolTip(), each.windowTitle()]
        for kind in (QLabel, QLineEdit, QPushButton, QCheckBox):
            if isinstance(each, kind):
                said.append(each.text())
    return "\n".join(said)
