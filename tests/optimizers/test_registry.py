"""Every method has a card, and every card a method."""

from __future__ import annotations

import dataclasses
import pkgutil
from importlib import import_module

import pytest

from agentopt.errors import UsageError
from agentopt.optimizers import methods
from agentopt.optimizers.registry import OPTIMIZERS, method


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_card_leads_to_a_method_whose_settings_are_all_explained(name: str) -> None:
    found = OPTIMIZERS[name]
    assert found.name == name
    made = method(name)
    assert dataclasses.is_dataclass(made)
    assert callable(made.search)
    assert found.settings
    assert [each.name for each in found.settings if not each.means] == []


def test_every_method_has_a_card() -> None:
    places = {each.place for each in OPTIMIZERS.values()}
    for module in pkgutil.iter_modules(methods.__path__, f"{methods.__name__}."):
        found = vars(import_module(module.name))
        for name in found["__all__"]:
            if hasattr(found[name], "search"):
                assert f"{module.name}:{name}" in places


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no optimizer `hill-climb`"):
        method("hill-climb")
    with pytest.raises(UsageError, match="`opro` has no setting `childs`"):
        method("opro", {"childs": 3})
