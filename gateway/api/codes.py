"""Refusals of endpoints that take a second factor's code."""

from contracts.profiles.accounts import TooManyTries
from contracts.profiles.second_factors import CodesExhausted, WrongCode
from contracts.profiles.sessions import SecondFactorRequired

CODE_REFUSED = (SecondFactorRequired, WrongCode, CodesExhausted, TooManyTries)
