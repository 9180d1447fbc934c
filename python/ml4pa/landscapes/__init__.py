"""Landscapes: test functions with known derivatives and minima, in both engines."""

from __future__ import annotations

from .ackley import Ackley
from .base import Landscape
from .beale import Beale
from .booth import Booth
from .branin import Branin
from .cigar import Cigar
from .cubic import Cubic
from .discus import Discus
from .double_well import DoubleWell
from .ellipsoid import Ellipsoid
from .goldstein_price import GoldsteinPrice
from .griewank import Griewank
from .himmelblau import Himmelblau
from .levy import Levy
from .matyas import Matyas
from .mc_cormick import McCormick
from .monkey_saddle import MonkeySaddle
from .quadratic import Quadratic
from .rastrigin import Rastrigin
from .rosenbrock import Rosenbrock
from .rotated import Rotated
from .saddle import Saddle
from .schwefel import Schwefel
from .shifted import Shifted
from .six_hump_camel import SixHumpCamel
from .sphere import Sphere
from .styblinski_tang import StyblinskiTang
from .three_hump_camel import ThreeHumpCamel
from .wiggles import Wiggles

#: The registry: one line a landscape; every test of landscapes runs over it.
LANDSCAPES: tuple[type[Landscape], ...] = (
    Cubic,
    DoubleWell,
    Wiggles,
    Quadratic,
    Saddle,
    MonkeySaddle,
    Beale,
    Himmelblau,
    Booth,
    Matyas,
    ThreeHumpCamel,
    SixHumpCamel,
    GoldsteinPrice,
    Branin,
    McCormick,
    Sphere,
    Ellipsoid,
    Rosenbrock,
    Rastrigin,
    Ackley,
    Griewank,
    StyblinskiTang,
    Levy,
    Schwefel,
    Cigar,
    Discus,
)

__all__ = [
    "LANDSCAPES",
    "Ackley",
    "Beale",
    "Booth",
    "Branin",
    "Cigar",
    "Cubic",
    "Discus",
    "DoubleWell",
    "Ellipsoid",
    "GoldsteinPrice",
    "Griewank",
    "Himmelblau",
    "Landscape",
    "Levy",
    "Matyas",
    "McCormick",
    "MonkeySaddle",
    "Quadratic",
    "Rastrigin",
    "Rosenbrock",
    "Rotated",
    "Saddle",
    "Schwefel",
    "Shifted",
    "SixHumpCamel",
    "Sphere",
    "StyblinskiTang",
    "ThreeHumpCamel",
    "Wiggles",
]
