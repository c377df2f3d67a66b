"""Passwords that are easy to guess are refused, and passphrases are not."""

from __future__ import annotations

import pytest

from services.profiles.accounts.common_passwords import LOOKED_AT, is_common

OWN = ("sam.smith@sunnyside.example", "Samuel Müller-Smith")


@pytest.mark.parametrize(
    "password",
    [
        # words, repeated, reversed, with digits for letters
        "passwordpassword",
        "PasswordPassword",
        "p4ssw0rdp4ssw0rd",
        "drowssapdrowssap",
        "Password123!",
        "welcome12345",
        "letmeinletmein",
        "monkeydragon12",
        "iloveyou2026!",
        "Summer2026!!",
        "Passwort2026!",
        "password is sam",
        "IseeDeadPeople",
        "trustno1trustno1",
        "парольпароль",
        # repetitions and sequences
        "aaaaaaaaaaaa",
        "aaaaaaaaaaaab",
        "            ",
        "яяяяяяяяяяяя",
        "\u4e00" * 12,
        "abcabcabcabc",
        "abababababab",
        "aaaabbbbcccc",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "123456789012",
        "210987654321",
        "111122223333",
        "1a2b3c4d5e6f",
        # runs on keyboards
        "qwertyuiopas",
        "Qwerty123456",
        "mnbvcxzlkjhg",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "qwertzuiopas",
        "qwertzuiopü+",
        "azertyuiopqs",
        "йцукенгшщзхъ",
        # words with accents, and letters one by one
        "contraseña12",
        "pásswörd1234",
        "p a s s w o r d 1",
        "p.a.s.s.w.o.r.d",
        # dates
        "12.04.1985Berlin",
        "19850412 19850412",
        "12.04.1985 12.04.1985",
        "2026-11-29 2026",
        # the service
        "firststep1234",
        "firststep-2026",
        "Firststep2026!",
        "F1rstst3p2026",
        "petstsrif1234",
        "first step 123",
        "First-Step-2026",
        "first.step.first",
        # the account
        "sam.smith@sunnyside.example",
        "Sam.Smith@Sunnyside.Example",
        "sam.smith@sunnyside.example1",
        "elpmaxe.edisynnus@htims.mas",
        "sunnyside.example",
        "sunnyside1234",
        "sam.smith2026",
        "samsmith1234",
        "smithsmith12",
        "Samuel Smith",
        "SamuelMüller1985",
        "müller-smith",
    ],
)
def test_what_is_tried_first_is_common(password: str) -> None:
    assert is_common(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "demo password, not a secret",
        "another password altogether",
        "parasol-kettle-orbit-7",
        "my cat sleeps at noon",
        "blue table river",
        "12 digits 34",
        "kV9#xq2LmP7w",
        "849 3027 58163 94",
        "wir essen gern Kuchen am See",
        "jeg elsker å gå tur",
        "только буквы и пробелы",
        "мой кот любит рыбу",
        "我帮助焦虑的人我的猫爱吃鱼吧",
        "私の猫は魚が好きですよね",
        "كلمة السر الخاصة بي",
        "तीन चार पेड़ और एक नदी",
        "correct horse battery staple " * 6,
    ],
)
def test_a_passphrase_is_not(password: str) -> None:
    assert not is_common(password, OWN)


def test_of_a_long_password_the_beginning_is_looked_at() -> None:
    assert is_common("4@3!1$5(0|%" * 18) == is_common(("4@3!1$5(0|%" * 18)[:LOOKED_AT])
    assert is_common("a" * 200)
