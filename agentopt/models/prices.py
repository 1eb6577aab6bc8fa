"""What tokens cost, by address and model name: the user's `prices.toml` first, then the one shipped."""

from __future__ import annotations

__all__ = ["Price", "load_prices", "price_of"]

import os
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.errors import SettingsError
from agentopt.models.base import Model

_FORM = 'write [[price]], model = "NAME", input = 0.5, output = 1.5 (dollars for a million tokens)'


class Price(BaseModel):
    """Dollars for a million tokens read and written by models whose name fits a pattern.

    >>> Price(model="gpt-5*", input=1.25, output=10.0).dollars(1_000_000, 100_000)
    2.25
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    endpoint: str = "*"
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    as_of: str = ""

    def fits(self, endpoint: str, model: str) -> bool:
        """Whether it is the price of a model at an address."""
        return fnmatchcase(model, self.model) and fnmatchcase(endpoint, self.endpoint)

    def dollars(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What so many tokens cost."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


def price_of(model: Model, prices: Sequence[Price] | None = None) -> Price | None:
    """The price of a model; None when it is not known."""
    endpoint, name = str(getattr(model, "address", "")), str(getattr(model, "model", "") or model.name)
    table = load_prices() if prices is None else prices
    return next((price for price in table if price.fits(endpoint, name)), None)


def load_prices(user: Path | None = None) -> list[Price]:
    """Every price known, the user's first.

    Raises:
        SettingsError: the user's file is not a table of prices.
    """
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    own = user or base / "agentopt" / "prices.toml"
    found = _read(own.read_text(encoding="utf-8"), str(own)) if own.is_file() else []
    shipped = files("agentopt.models").joinpath("prices.toml").read_text(encoding="utf-8")
    return found + _read(shipped, "prices.toml")


def _read(text: str, where: str) -> list[Price]:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where} is not TOML: {error}", hint=_FORM) from error
    entries = written.get("price", [])
    unknown = sorted(set(written) - {"price"})
    if unknown or not isinstance(entries, list):
        found = f"unknown `{unknown[0]}`" if unknown else "`price` is not a list"
        raise SettingsError(f"{where}: {found}", hint=_FORM)
    prices = []
    for number, entry in enumerate(entries, 1):
        try:
            prices.append(Price.model_validate(entry))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"{where}: price {number}, `{field}`: {first['msg']}", hint=_FORM) from error
    return prices
