"""Prices: of what is shipped, and what a user writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentopt.errors import SettingsError
from agentopt.models.openai import OPENAI_ADDRESS, Endpoint
from agentopt.models.prices import load_prices, price_of
from agentopt.models.scripted import Scripted


def of(model: str, address: str = OPENAI_ADDRESS) -> tuple[float, float] | None:
    found = price_of(Endpoint(address, model))
    return None if found is None else (found.input, found.output)


def test_the_shipped_prices_are_sane() -> None:
    prices = load_prices()
    for price in prices:
        assert 0 <= price.input <= price.output <= 200
        assert price.input == 0.0 or re.fullmatch(r"20\d\d-[01]\d", price.as_of), price
    forms = [(price.endpoint, price.model) for price in prices]
    assert len(set(forms)) == len(forms)


def test_every_shipped_price_can_be_met() -> None:
    prices = load_prices()
    for place, price in enumerate(prices):
        endpoint, model = price.endpoint.replace("*", "x"), price.model.replace("*", "x")
        assert next(n for n, each in enumerate(prices) if each.fits(endpoint, model)) == place, price


def test_the_price_of_a_smaller_model_is_not_the_larger_ones() -> None:
    nano, mini, full = of("gpt-5-nano-2025-08-07"), of("gpt-5-mini"), of("gpt-5")
    assert nano is not None
    assert mini is not None
    assert full is not None
    assert nano < mini < full
    assert of("gpt-4.1-mini-2025-04-14") != of("gpt-4.1")
    assert of("gpt-5-something-new") is None


def test_the_same_name_at_another_address_has_no_price_and_scripts_are_free() -> None:
    assert of("gpt-5", "http://localhost:8000/v1") is None
    free = price_of(Scripted([]))
    assert free is not None
    assert free.dollars(10**9, 10**9) == 0.0


def test_a_users_prices_come_first(home: Path) -> None:
    path = home / "config" / "agentopt" / "prices.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        '[[price]]\nmodel = "gpt-5"\ninput = 9\noutput = 99.5\n'
        '[[price]]\nendpoint = "http://localhost:*"\nmodel = "*"\ninput = 0\noutput = 0\n'
    )
    assert of("gpt-5") == (9.0, 99.5)
    assert of("anything", "http://localhost:8000/v1") == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[price]", "is not TOML"),
        ("price = 3", "`price` is not a list"),
        ("[[prices]]\nmodel = 'x'", "unknown `prices`"),
        ('[[price]]\nmodel = "x"\ninput = 1', "price 1, `output`"),
        ('[[price]]\nmodel = "x"\ninput = -1\noutput = 1', "price 1, `input`"),
        ('[[price]]\nmodel = "x"\ninput = 1\noutput = 1\nper = "token"', "price 1, `per`"),
    ],
)
def test_what_is_no_table_of_prices_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_prices(path)
    assert said in caught.value.message
    assert str(path) in caught.value.message
    assert "[[price]]" in caught.value.hint
