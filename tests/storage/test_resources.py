"""The shipped files are found in a checkout, a wheel and a frozen application."""

import sys
from pathlib import Path

import pytest

import trayapp
from trayapp.storage.resources import find_resources, resource, resource_dir, resource_texts


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_a_wheel_carries_them_inside_the_package(tmp_path: Path) -> None:
    inside = folder(tmp_path / "site-packages" / "trayapp" / "_resources")
    folder(tmp_path / "site-packages" / "resources")

    assert find_resources(inside.parent) == inside


def test_a_checkout_has_them_beside_the_package(tmp_path: Path) -> None:
    package = folder(tmp_path / "trayapp")
    beside = folder(tmp_path / "resources")
    (tmp_path / "pyproject.toml").touch()

    assert find_resources(package) == beside


@pytest.mark.parametrize("place", ["resources", "trayapp/_resources"])
def test_a_frozen_application_has_them_in_its_bundle(tmp_path: Path, place: str) -> None:
    bundled = folder(tmp_path / "bundle" / place)
    package = folder(tmp_path / "site-packages" / "trayapp" / "_resources").parent

    assert find_resources(package, tmp_path / "bundle") == bundled


def test_a_stranger_s_folder_beside_an_installed_package_is_not_ours(tmp_path: Path) -> None:
    package = folder(tmp_path / "site-packages" / "trayapp")
    folder(tmp_path / "site-packages" / "resources")

    with pytest.raises(FileNotFoundError, match="install it again"):
        find_resources(package)


def test_a_frozen_process_looks_into_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = folder(tmp_path / "resources")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)

    assert resource_dir() == bundled


def test_this_installation_has_its_catalogue() -> None:
    assert resource("catalogue", "ai.toml").is_file()
    assert resource_dir().is_relative_to(Path(trayapp.__file__).parents[1])


def test_texts_are_sorted_by_name_and_of_one_kind() -> None:
    names = [name for name, _text in resource_texts("catalogue", suffix=".toml")]

    assert names == ["ai.toml", "cloud.toml", "developer.toml"]
