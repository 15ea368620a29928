from trayapp.presentation.popuptest import PopupTest, first_popup, lines_about, second_popup


def test_a_service_that_can_everything() -> None:
    abilities = frozenset({"actions", "persistence", "body"})
    lines = lines_about(PopupTest(server="GNOME Shell", version="47", abilities=abilities, has_replaced=True))

    assert lines[0] == "Shown by GNOME Shell 47."
    assert lines[1].startswith("Buttons on a pop-up: yes. Press")
    assert [line.rpartition(": ")[2] for line in lines[2:]] == ["yes.", "yes."]


def test_a_button_that_arrived() -> None:
    lines = lines_about(PopupTest(abilities=frozenset({"actions"}), is_pressed=True))

    assert lines[:2] == ("Shown by a service without a name.", "Buttons on a pop-up: yes, and yours arrived.")


def test_a_service_that_can_nothing() -> None:
    lines = lines_about(PopupTest(server="x" * 200))

    assert len(lines[0]) < 100
    assert all(": no" in line for line in lines[1:])


def test_no_service() -> None:
    assert lines_about(PopupTest(problem="none is there"))[0] == "No notification service: none is there."
    assert "balloon" in lines_about(PopupTest(problem="x"))[1]
    assert "nothing can pop up" in lines_about(PopupTest(problem="x", has_tray=False))[1]


def test_the_second_pop_up_has_a_button_to_press() -> None:
    assert first_popup().actions == ()
    assert [each.key for each in second_popup().actions] == ["default", "works"]
