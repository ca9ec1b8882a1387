"""Budgets of rural districts as a table, brought and taken out in one shape."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from monitoring.core import clock
from monitoring.core.bulk import Statements, reserve_ids
from monitoring.core.text import slugify
from monitoring.indicators.models import BudgetCard, RuralDistrict
from monitoring.intake.sheet.kinds import (
    CHANGED,
    ERROR,
    NEW,
    SAME,
    Cells,
    Column,
    RowPlan,
    Sheet,
    choice_of,
    text_of,
)
from monitoring.vocabulary.models import District, Verified

SUMS = ("plan", "own_revenue", "transfers")
COLUMNS = (
    Column("rural", gettext_lazy("code of the rural district"), "kz-…"),
    Column("district", gettext_lazy("district"), gettext_lazy("for a rural district that is new")),
    Column("name_kk", gettext_lazy("name in Kazakh")),
    Column("name_ru", gettext_lazy("name in Russian")),
    Column("name_en", gettext_lazy("name in English")),
    Column("year", gettext_lazy("year")),
    Column("plan", gettext_lazy("plan, thousand tenge")),
    Column("own_revenue", gettext_lazy("own revenue, thousand tenge")),
    Column("transfers", gettext_lazy("transfers, thousand tenge")),
    Column("act_words", gettext_lazy("act in words")),
    Column("source", gettext_lazy("source")),
    Column("verified", gettext_lazy("how sure"), "yes, partly, secondary, no"),
)
_LABELS = {column.name: column.label for column in COLUMNS}


def money(raw: Any) -> Decimal | None:
    """Thousand tenge: «12 345,6», 12345.6; None for an empty cell. Raises ValidationError."""
    text = "".join(text_of(raw).split())
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "."))
        if not value.is_finite() or not 0 <= value < 10**13:
            raise InvalidOperation
    except InvalidOperation:
        raise ValidationError(
            _("A sum in thousand tenge is wanted, here is “%(value)s”.") % {"value": text[:40]}
        ) from None
    return value.quantize(Decimal("0.1"))


def judge(lines: Sequence[tuple[int, Cells]]) -> list[RowPlan]:
    """What each row would do, against the cards as they stand."""
    places = {one.code: one for one in RuralDistrict.objects.all()}
    districts = dict(District.objects.values_list("code", "pk"))
    cards = {(one.rural.code, one.year): one for one in
             BudgetCard.objects.select_related("rural")}  # fmt: skip
    seen: dict[tuple[str, int], int] = {}
    rows = []
    for number, cells in lines:
        row = RowPlan(number)
        _judge(row, cells, places, districts, cards)
        key = (row.values.get("rural", ""), row.values.get("year", 0))
        above = seen.setdefault(key, number)
        if not row.errors and above != number:
            row.refuse(_LABELS["year"], _("Row %(line)s says it already.") % {"line": above})
        if row.errors:
            row.state = ERROR
        rows.append(row)
    return rows


def _try(row: RowPlan, name: str, make: Callable[..., Any], *said: Any) -> Any:
    try:
        return make(*said)
    except ValidationError as error:
        row.refuse(_LABELS[name], error.messages[0])
        return None


def _judge(row: RowPlan, cells: Cells, places: Any, districts: Any, cards: Any) -> None:
    read = {
        name: _try(row, name, text_of, cells.get(name)) or ""
        for name in ("rural", "name_kk", "name_ru", "name_en", "act_words", "source", "year")
    }
    sums = {name: _try(row, name, money, cells.get(name)) for name in SUMS}
    place = places.get(read["rural"])
    district = _try(row, "district", choice_of, cells.get("district"), districts)
    if place is None and not (district and read["name_kk"] and read["name_ru"] and read["name_en"]):
        row.refuse(
            _LABELS["rural"],
            _("A rural district that is not known needs its district and three names."),
        )
    year = int(read["year"]) if read["year"].isascii() and read["year"].isdecimal() else 0
    if not 1991 <= year <= clock.today().year + 5:
        row.refuse(_LABELS["year"], _("Enter a year from 1991 on."))
    verified = (_try(row, "verified", text_of, cells.get("verified")) or "").lower()
    if verified and verified not in Verified.values:
        row.refuse(_LABELS["verified"], "yes, partly, secondary, no")
    code = read["rural"] or slugify(f"{cells.get('district')} {read['name_kk']}")
    if place is None and slugify(code) != code:
        row.refuse(_LABELS["rural"], _("Only small Latin letters, digits and hyphens."))
    place = place or places.get(code)
    current = cards.get((code, year))
    if current is None and not any(value is not None for value in sums.values()):
        row.refuse(_LABELS["plan"], _("Enter at least one of the three sums."))
    if current is None and not read["source"]:
        row.refuse(_LABELS["source"], _("Say where the figures are from."))
    for name, most in (("source", 1000), ("act_words", 300)):
        if len(read[name]) > most:
            row.refuse(_LABELS[name], _("More than %(most)s letters.") % {"most": most})
    row.name = f"{place.label if place else read['name_kk']}, {year}"
    row.pk = current.pk if current else None
    row.values = {"rural": code, "year": year}
    if place is None:
        row.values |= {
            "district": district,
            **{n: read[n] for n in ("name_kk", "name_ru", "name_en")},
        }
    said = {**sums, "act_words": read["act_words"], "source": read["source"], "verified": verified}
    for name, value in said.items():
        old = getattr(current, name, None)
        if value not in (None, "") and value != old:
            row.values[name] = str(value)
            row.differences.append(
                (str(_LABELS[name]), "" if old is None else str(old), str(value))
            )
    row.state = NEW if current is None else CHANGED if row.differences else SAME


def prepare(
    new: Sequence[RowPlan], changed: Sequence[RowPlan], file: str, by: Any
) -> Callable[[], None]:
    """New places and cards as statements, cards that stand with what changes, and the history of
    each card: file, row and person."""
    known = dict(RuralDistrict.objects.values_list("code", "pk"))
    fresh = {row.values["rural"]: row for row in new if row.values["rural"] not in known}
    ids = dict(zip(fresh, reserve_ids(RuralDistrict, len(fresh)), strict=True))
    statements = Statements()
    statements.insert(
        RuralDistrict(
            pk=ids[code],
            code=code,
            district_id=row.values["district"],
            **{name: row.values[name] for name in ("name_kk", "name_ru", "name_en")},
        )
        for code, row in fresh.items()
    )
    known |= ids
    cards = BudgetCard.objects.in_bulk([row.pk for row in changed])
    names = (*SUMS, "act_words", "source", "verified")

    def filled(card: BudgetCard, row: RowPlan) -> BudgetCard:
        for name in names:
            if name in row.values:
                value = row.values[name]
                setattr(card, name, Decimal(value) if name in SUMS else value)
        card.updated_at = clock.now()
        return card

    made = reserve_ids(BudgetCard, len(new))
    statements.insert(
        filled(BudgetCard(pk=pk, rural_id=known[row.values["rural"]], year=row.values["year"]), row)
        for pk, row in zip(made, new, strict=True)
    )
    statements.insert(
        [filled(cards[row.pk], row) for row in changed if row.pk in cards],
        update=[*names, "updated_at"],
    )
    written = [(pk, row, "wagtail.create") for pk, row in zip(made, new, strict=True)]
    written += [(row.pk or 0, row, "wagtail.edit") for row in changed if row.pk in cards]
    kind, mark = ContentType.objects.get_for_model(BudgetCard), uuid.uuid4()
    statements.insert(
        ModelLogEntry(
            content_type=kind, object_id=str(pk), label=row.name[:255], action=action,
            timestamp=clock.now(), user=by, uuid=mark, data={"file": file, "row": row.line},
            content_changed=True,
        )
        for pk, row, action in written
    )  # fmt: skip
    return statements.run


def export() -> Iterable[Sequence[Any]]:
    """Every card as a row; `judge` finds nothing to change in it."""
    cards = BudgetCard.objects.select_related("rural__district").order_by("rural__code", "year")
    for card in cards:
        sums = ["" if getattr(card, n) is None else str(getattr(card, n)) for n in SUMS]
        place = card.rural
        yield [place.code, place.district.code, place.name_kk, place.name_ru, place.name_en,
               card.year, *sums, card.act_words, card.source, card.verified]  # fmt: skip


BUDGETS = Sheet(
    kind="budgets",
    title=gettext_lazy("Budgets as a table"),
    about=gettext_lazy(
        "A row is the budget of one rural district in one year, in thousand tenge. An empty cell "
        "changes nothing and is not a zero. A rural district that is not known yet is made from "
        "its district and three names."
    ),
    columns=COLUMNS,
    judge=judge,
    prepare=prepare,
    export=export,
    rights=("indicators.add_budgetcard", "indicators.change_budgetcard"),
)
