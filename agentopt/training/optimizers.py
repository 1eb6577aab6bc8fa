"""Named optimizers: where each is, and what a step of it needs.

The table is the whole list. An optimizer never decays weights here: a formulation says itself what it
penalizes. Learning rates are for a mean loss over columns scaled to curvature near one.
"""

from __future__ import annotations

__all__ = ["OPTIMIZERS", "Named", "Need", "made", "named"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from agentopt.errors import AvailabilityError, EngineError, nearest


class Need(StrEnum):
    """What a step needs of whoever calls it."""

    GRADIENT = "gradient"
    HESSIAN = "Hessian product"
    """Gradients that can be differentiated again: it estimates the diagonal of the Hessian itself."""
    CLOSURE = "closure"
    """It evaluates loss and gradient as often as it likes within a step: no minibatches."""
    LOSS = "loss only"
    """It only compares losses; nothing is differentiated."""
    MODES = "train/eval switch"
    """The point to use is not the one it steps from: `eval()` before looking, `train()` before going on."""
    MATRICES = "matrices"
    """Made for parameters of two axes; others are given to Adam."""


@dataclass(frozen=True)
class Named:
    """One optimizer.

    Attributes:
        home: `module:class`.
        needs: of a step.
        rate: the learning rate it starts from.
        options: fixed arguments besides.
        inner: the optimizer it wraps, by its name here.
        decays: whether its learning rate falls to zero over the steps planned.
    """

    name: str
    home: str
    source: str
    needs: frozenset[Need] = frozenset({Need.GRADIENT})
    rate: float = 0.05
    options: Mapping[str, object] = field(default_factory=dict)
    inner: str = ""
    decays: bool = True

    @property
    def package(self) -> str:
        """The distribution it is in; agentopt itself for our own."""
        return self.home.partition(":")[0].partition(".")[0]

    @property
    def available(self) -> bool:
        """Whether its package is installed, and torch, which all of them need."""
        return all(find_spec(each) is not None for each in ("torch", self.package))


_TORCH, _MORE, _OURS = "torch.optim:", "pytorch_optimizer:", "agentopt.training."
_GRADIENT = Need.GRADIENT


def _needs(*more: Need) -> frozenset[Need]:
    return frozenset({_GRADIENT, *more})


_NO_DECAY: Mapping[str, object] = {"weight_decay": 0.0}

_LIST = [
    Named("adabelief", _MORE + "AdaBelief", "Zhuang et al., 2020"),
    Named("adabound", _MORE + "AdaBound", "Luo et al., 2019"),
    Named(
        "adafactor",
        _MORE + "AdaFactor",
        "Shazeer and Stern, 2018",
        options={"scale_parameter": False, "relative_step": False},
    ),
    Named("adagrad", _TORCH + "Adagrad", "Duchi et al., 2011", rate=0.3),
    Named("adahessian", _MORE + "AdaHessian", "Yao et al., 2021", _needs(Need.HESSIAN), rate=0.1),
    Named("adam", _TORCH + "Adam", "Kingma and Ba, 2015"),
    Named("adamax", _TORCH + "Adamax", "Kingma and Ba, 2015, section 7"),
    Named("adamp", _MORE + "AdamP", "Heo et al., 2021"),
    Named("adan", _MORE + "Adan", "Xie et al., 2022"),
    Named("ademamix", _MORE + "AdEMAMix", "Pagliardini et al., 2024", rate=0.02),
    Named("adopt", _MORE + "ADOPT", "Taniguchi et al., 2024"),
    Named("amsgrad", _TORCH + "Adam", "Reddi et al., 2018", options={"amsgrad": True}),
    Named("d-adaptation", _MORE + "DAdaptAdam", "Defazio and Mishchenko, 2023", rate=1.0),
    Named("dog", _OURS + "dog:DoG", "Ivgi et al., 2023", rate=1.0, decays=False),
    Named("exadam", _MORE + "EXAdam", "Adly, 2024"),
    Named("gravity", _MORE + "Gravity", "Bahrami and Zadeh, 2021", rate=0.1),
    Named("kron", _MORE + "Kron", "Li, 2018; Pooladzandi and Li, 2024", options=_NO_DECAY, rate=0.02),
    Named("laprop", _MORE + "LaProp", "Ziyin et al., 2020"),
    Named("lbfgs", _TORCH + "LBFGS", "Liu and Nocedal, 1989", _needs(Need.CLOSURE), rate=1.0, decays=False),
    Named("lion", _MORE + "Lion", "Chen et al., 2023", rate=0.02),
    Named("lookahead", _MORE + "Lookahead", "Zhang et al., 2019", inner="adam"),
    Named("madgrad", _MORE + "MADGRAD", "Defazio and Jelassi, 2021"),
    Named("mars", _MORE + "MARS", "Yuan et al., 2024", options={**_NO_DECAY, "lr_1d": 0.05}),
    Named("muon", _OURS + "muon:Muon", "Jordan et al., 2024", _needs(Need.MATRICES), options=_NO_DECAY),
    Named("nadam", _TORCH + "NAdam", "Dozat, 2016"),
    Named("normuon", _MORE + "NorMuon", "Li et al., 2025", _needs(Need.MATRICES), options=_NO_DECAY),
    Named("prodigy", _MORE + "Prodigy", "Mishchenko and Defazio, 2023", rate=1.0),
    Named("qhadam", _MORE + "QHAdam", "Ma and Yarats, 2019"),
    Named("radam", _TORCH + "RAdam", "Liu et al., 2020"),
    Named("rmsprop", _TORCH + "RMSprop", "Hinton, 2012", rate=0.02),
    Named(
        "schedule-free-adamw",
        _MORE + "ScheduleFreeAdamW",
        "Defazio et al., 2024",
        _needs(Need.MODES),
        options=_NO_DECAY,
        decays=False,
    ),
    Named(
        "schedule-free-radam",
        _MORE + "ScheduleFreeRAdam",
        "Defazio et al., 2024",
        _needs(Need.MODES),
        decays=False,
    ),
    Named(
        "schedule-free-sgd",
        _MORE + "ScheduleFreeSGD",
        "Defazio et al., 2024",
        _needs(Need.MODES),
        rate=0.3,
        decays=False,
    ),
    Named("sgd", _TORCH + "SGD", "Polyak, 1964", rate=0.1, options={"momentum": 0.9}),
    Named("shampoo", _MORE + "Shampoo", "Gupta et al., 2018", rate=0.2),
    Named("scalable-shampoo", _MORE + "ScalableShampoo", "Anil et al., 2020"),
    Named("soap", _MORE + "SOAP", "Vyas et al., 2024", options=_NO_DECAY),
    Named(
        "sophia",
        _MORE + "SophiaH",
        "Liu et al., 2023",
        _needs(Need.HESSIAN),
        options={"p": 1.0},
    ),
    Named("spsa", _OURS + "spsa:Spsa", "Spall, 1992", frozenset({Need.LOSS}), decays=False, rate=0.1),
    Named("tiger", _MORE + "Tiger", "Su, 2023", rate=0.02, options=_NO_DECAY),
    Named("yogi", _MORE + "Yogi", "Zaheer et al., 2018"),
]

OPTIMIZERS: Mapping[str, Named] = {each.name: each for each in _LIST}
"""Every optimizer by name."""


def named(name: str) -> Named:
    """One optimizer that is installed.

    Raises:
        EngineError: there is none of that name; the hint has the nearest.
        AvailabilityError: its package is not installed.

    >>> OPTIMIZERS["schedule-free-sgd"].package
    'pytorch_optimizer'
    """
    if name not in OPTIMIZERS:
        hint = nearest(name, OPTIMIZERS) or "type `agentopt train optimizers` for the list"
        raise EngineError(f"there is no optimizer `{name}`", hint=hint)
    found = OPTIMIZERS[name]
    if not found.available:
        missing = "torch" if find_spec("torch") is None else found.package
        raise AvailabilityError(
            f"optimizer `{name}` needs the package `{missing}`, which is not installed",
            hint="pip install 'agentopt[train]'",
        )
    return found


def made(spec: Named, parameters: Sequence[Any], rate: float) -> list[Any]:
    """The optimizer over some tensors: a list of one, or of two where it is for matrices only."""
    if Need.MATRICES in spec.needs:
        matrices = [each for each in parameters if each.ndim == 2]
        others = [each for each in parameters if each.ndim != 2]
        group = [{"params": matrices, "use_muon": True}]
        parts = [_class(spec)(group, lr=rate, **spec.options)] if matrices else []
        return [*parts, *(made(named("adam"), others, rate) if others else [])]
    if spec.inner:
        inner = made(named(spec.inner), parameters, rate)
        return [_class(spec)(inner[0], **spec.options)]
    return [_class(spec)(list(parameters), lr=rate, **spec.options)]


def _class(spec: Named) -> Any:
    module, _, attribute = spec.home.partition(":")
    return getattr(import_module(module), attribute)
