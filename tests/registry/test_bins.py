"""A BIN is checked by its own check digit, and what is wrong with it is said."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st
from wagtail.users.models import UserProfile

from coalition.registry.bins import check_digit, clean_bin, validate_bin
from coalition.registry.models import Organisation
from tests.factories import registry as make

HEADS = st.from_regex(r"\A[0-9]{4}[456][0-9]{6}\Z")


def make_bin(number: int) -> str:
    """The number-th made-up BIN that has a check digit."""
    head = f"05064{number:06}"
    digit = check_digit(head)
    return f"{head}{digit}" if digit is not None else make_bin(number + 500_000)


@given(HEADS)
def test_a_number_with_its_check_digit_passes_and_with_any_other_does_not(head: str) -> None:
    right = check_digit(head)
    for digit in range(10):
        if digit == right:
            validate_bin(f"{head}{digit}")
        else:
            with pytest.raises(ValidationError):
                validate_bin(f"{head}{digit}")


@given(HEADS, st.integers(0, 9), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(head: str, place: int, step: int) -> None:
    right = check_digit(head)
    assume(right is not None and place != 4)
    wrong = head[:place] + str((int(head[place]) + step) % 10) + head[place + 1 :]
    # The eleventh digit weighs 11, nothing modulo 11. Where the first run gives 10 a second one
    # takes over, and the two may meet by chance.
    first = sum(int(d) * w for d, w in zip(head, range(1, 12), strict=True)) % 11
    other = sum(int(d) * w for d, w in zip(wrong, range(1, 12), strict=True)) % 11
    assume(first != 10 and other != 10)
    with pytest.raises(ValidationError):
        validate_bin(f"{wrong}{right}")


def test_the_second_run_of_weights_is_used_when_the_first_gives_ten() -> None:
    head = next(
        f"00004{number:06}"
        for number in range(1000)
        if sum(int(d) * w for d, w in zip(f"00004{number:06}", range(1, 12), strict=True)) % 11
        == 10
    )
    second = sum(int(d) * w for d, w in zip(head, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2), strict=True))
    assert check_digit(head) == second % 11


def test_spaces_and_hyphens_are_read_over() -> None:
    assert clean_bin(" 0506 4000-1236 ") == "050640001236"


WRONG = {
    "check": (
        make_bin(1)[:-1] + str((int(make_bin(1)[-1]) + 1) % 10),
        {"kk": "Тексеру цифры", "ru": "Контрольная цифра", "en": "The check digit does not fit"},
    ),
    "short": (
        make_bin(1)[:-1],
        {"kk": "мұнда 11 цифр", "ru": "здесь их 11", "en": "here are 11"},
    ),
    "letters": (
        "05064000ABCD",
        {"kk": "тек цифр", "ru": "только цифры", "en": "digits only"},
    ),
    "person": (
        "800101300123",
        {"kk": "Жеке тұлға", "ru": "Номера людей", "en": "Personal numbers"},
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", sorted(WRONG))
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_admin_says_what_is_wrong_with_a_bin_and_keeps_it(
    client: Client, language: str, case: str
) -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    person = make.make_person("secretariat")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client.force_login(person)
    typed, sentences = WRONG[case]
    path = f"/admin/organisation/edit/{organisation.pk}/"
    form = client.get(path).context["form"]
    held = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    held = {name: value for name, value in held.items() if value not in (None, False, "")}
    answer = client.post(path, {**held, "bin": typed})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert sentences[language] in " ".join(answer.context["form"].errors["bin"])
    assert f'value="{typed}"' in text, "what was typed stays in its field"
    assert not Organisation.objects.exclude(bin="").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_bin_belongs_to_one_organisation(language: str) -> None:
    make.make_tree()
    make.make_organisation("Дана", bin=make_bin(1))
    sentence = {"kk": "бұрыннан бар", "ru": "уже", "en": "has this BIN already"}
    with translation.override(language), pytest.raises(ValidationError) as refused:
        make.make_organisation("Арай", bin=make_bin(1))
    assert sentence[language] in str(refused.value.message_dict["bin"])
    for name in ("Арай", "Үй"):
        make.make_organisation(name)  # two without a number are no clash
