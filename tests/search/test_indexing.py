"""From a changed record to the index: outbox, lease, versions, rebuild, reconciliation."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from monitoring.core import clock, generation
from monitoring.core.models import Lease
from monitoring.search import indexing, vocabularies
from monitoring.search.analysis import NO_CONCEPTS, Concepts, Tally, pack, vocabulary
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import EngineBusyError, EngineError, Entry
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.models import Build, OutboxRow, Synonym, TitleToken, VocabularyPart
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.services import touch
from monitoring.search.streams import Streams, streams_of
from tests.factories.search import Notes, change_note, make_note


def found(text: str) -> list[str]:
    return [hit.title for hit in search(Query.parse(text), "kk").hits]


def take_lease() -> str:
    Lease.objects.update(until=clock.now() - dt.timedelta(seconds=1))
    assert Lease.objects.take(indexing.LEASE, "me", 60)
    Lease.objects.update(until=clock.now() - dt.timedelta(seconds=1))
    return "me"


def current() -> Build:
    return Build.objects.get(state=Build.State.CURRENT)


def test_a_saved_record_is_found_and_a_changed_one_by_its_new_words(notes: Notes) -> None:
    row = make_note("Мәслихаттың сессиясы")
    indexing.run()
    assert found("мәслихат") == ["Мәслихаттың сессиясы"]
    change_note(row, "Әкімдіктің қаулысы")
    indexing.run()
    assert found("мәслихат") == []
    assert found("әкімдік") == ["Әкімдіктің қаулысы"]
    assert not OutboxRow.objects.exists()


def test_a_record_that_is_no_longer_public_leaves_the_index(notes: Notes) -> None:
    row = make_note("Мәслихаттың сессиясы")
    indexing.run()
    Synonym.objects.filter(pk=row.pk).update(reviewed=False)
    touch("note", [row.pk])
    indexing.run()
    assert get_backend().versions(current().name) == {}
    assert not TitleToken.objects.exists()


def test_what_must_not_be_seen_is_not_shown_whatever_the_index_says(notes: Notes) -> None:
    row = make_note("Мәслихаттың сессиясы")
    indexing.run()
    notes.hidden.add(row.pk)
    assert found("мәслихат") == []
    notes.hidden.clear()
    Synonym.objects.filter(pk=row.pk).update(reviewed=False)  # nobody told the index
    assert found("мәслихат") == []


def test_a_change_that_is_undone_leaves_nothing_to_index(notes: Notes) -> None:
    indexing.run()
    with transaction.atomic():
        make_note("Мәслихаттың сессиясы")
        transaction.set_rollback(True)
    assert not OutboxRow.objects.exists()


@pytest.mark.parametrize("stops_at", ["_write", "_write_titles"])
def test_an_indexer_killed_on_the_way_loses_nothing(
    notes: Notes, monkeypatch: pytest.MonkeyPatch, stops_at: str
) -> None:
    indexing.run()
    make_note("Мәслихаттың сессиясы")

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(indexing, stops_at, killed)
        with pytest.raises(KeyboardInterrupt):
            indexing.run()
    assert OutboxRow.objects.exists()
    indexing.run()
    assert found("мәслихат") == ["Мәслихаттың сессиясы"]
    assert not OutboxRow.objects.exists()


def test_only_the_holder_of_the_lease_indexes(notes: Notes) -> None:
    make_note("Мәслихаттың сессиясы")
    assert Lease.objects.take(indexing.LEASE, "another", 60)
    assert indexing.run() == 0
    assert OutboxRow.objects.exists()
    Lease.objects.filter(name=indexing.LEASE).update(until=clock.now() - dt.timedelta(seconds=1))
    indexing.run()  # the other was killed, its lease ran out
    assert found("мәслихат")


def test_a_busy_index_is_left_and_its_rows_wait(notes: Notes, folder: Path) -> None:
    indexing.run()
    make_note("Мәслихаттың сессиясы")
    held = EmbeddedBackend(folder)._opened(current().name).index.writer(32_000_000, 1)
    indexing.run()
    assert OutboxRow.objects.exists()
    del held
    indexing.run()
    assert found("мәслихат")


def test_an_index_that_is_mostly_waste_is_made_anew(
    notes: Notes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_note("Мәслихаттың сессиясы")
    indexing.run()
    monkeypatch.setattr("monitoring.search.backends.embedded.WASTE_FROM", 1)
    indexing.reconcile()
    assert not Build.objects.filter(state=Build.State.BUILDING).exists()
    document = SearchDocument("note", row.pk, 10**18, {"kk": Text("Мәслихаттың сессиясы")})
    for _ in range(4):
        engine = EmbeddedBackend(folder)
        engine.write(current().name, [Entry(document, streams_of(document, NO_CONCEPTS))], [])
    indexing.reconcile()
    assert Build.objects.filter(state=Build.State.BUILDING).exists()
    indexing.run()
    indexing.reconcile()
    assert not Build.objects.filter(state=Build.State.BUILDING).exists()
    assert found("мәслихат")


def test_a_rebuild_goes_on_where_it_was_stopped_and_takes_over_whole(
    notes: Notes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    for number in range(5):
        make_note(f"Мәслихаттың {number} сессиясы")
    indexing.run()
    first = current()
    building = indexing.request_build()
    indexing._step(building, take_lease())
    building.refresh_from_db()
    assert building.last_id > 0
    assert len(found("мәслихат")) == 5  # the old index answers meanwhile
    row = make_note("Мәслихаттың жаңа сессиясы")
    call_command("search_rebuild")
    assert current() == building
    assert len(found("мәслихат")) == 6
    assert (folder / first.name).is_dir()  # a reader may still be in it
    change_note(row, "Басқа")
    call_command("search_rebuild")
    assert not (folder / first.name).exists()
    assert len(found("мәслихат")) == 5


def test_a_rebuild_that_fails_leaves_the_index_in_use(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_note("Мәслихаттың сессиясы")
    indexing.run()
    before = current()
    building = indexing.request_build()

    def broken(*args: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "_write", broken)
        indexing.run()
    building.refresh_from_db()
    assert building.state == Build.State.FAILED
    assert "no space left" in building.note
    assert current() == before
    assert found("мәслихат")


def test_a_new_synonym_makes_a_new_index_and_joins_the_languages(notes: Notes) -> None:
    make_note("Мәслихаттың сессиясы")
    indexing.run()
    assert found("депутаттар жиналысы") == []
    Synonym.objects.create(
        key="maslikhat", terms_kk="мәслихат\nдепутаттар жиналысы", terms_ru="собрание депутатов"
    )
    indexing.run()
    assert found("собраниями депутатов") == ["Мәслихаттың сессиясы"]
    assert found("депутаттар жиналысында") == ["Мәслихаттың сессиясы"]


@pytest.mark.parametrize("damage", ["lost", "garbled"])
def test_without_its_index_search_answers_from_titles_and_mends_itself(
    notes: Notes, folder: Path, damage: str
) -> None:
    make_note("Мәслихаттың сессиясы", "Мұнда бюджет талқыланды")
    indexing.run()
    if damage == "lost":
        shutil.rmtree(folder)
    else:
        for file in (folder / current().name).iterdir():
            file.write_bytes(b"x")
    results = search(Query.parse("маслихатта"), "ru")
    assert [hit.title for hit in results.hits] == ["Мәслихаттың сессиясы"]
    assert "Полный поиск" in results.notices[-1] or "Full search" in results.notices[-1]
    indexing.run()
    assert found("бюджетке") == ["Мәслихаттың сессиясы"]


def test_an_engine_that_fails_in_any_way_is_no_error_for_the_reader(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_note("Мәслихаттың сессиясы")
    indexing.run()
    for error in (EngineError("away"), EngineBusyError("locked")):

        def fails(*args: object, why: Exception = error, **options: object) -> None:
            raise why

        monkeypatch.setattr(EmbeddedBackend, "search", fails)
        results = search(Query.parse("мәслихат"), "kk")
        assert results.total == 1
        assert results.notices


def test_reconciling_finds_what_nobody_told(notes: Notes) -> None:
    kept, changed, gone = (make_note(f"Мәслихат {word}") for word in ("бір", "екі", "үш"))
    indexing.run()
    Synonym.objects.filter(pk=changed.pk).update(terms_kk="Әкімдік", terms_en="9")
    Synonym.objects.filter(pk=gone.pk).delete()
    silent = Synonym.objects.create(
        key="new", terms_kk="Мәслихат төрт", active=False, reviewed=True
    )
    assert indexing.reconcile() == 3
    indexing.run()
    assert set(get_backend().versions(current().name)) == {
        f"note:{row.pk}" for row in (kept, changed, silent)
    }
    assert indexing.reconcile() == 0


def test_health_says_what_is_wrong(notes: Notes, folder: Path) -> None:
    assert indexing.health()[0] is False
    make_note("Мәслихат")
    indexing.run()
    ok, said = indexing.health()
    assert ok
    assert "1 documents" in said
    touch("note", [1])
    OutboxRow.objects.update(at=clock.now() - dt.timedelta(hours=1))
    assert indexing.health()[0] is False


def test_an_engine_that_is_not_here_is_refused_in_words(settings: Settings) -> None:
    settings.SEARCH = {"engine": "solr"}
    with pytest.raises(ImproperlyConfigured, match="not here"):
        get_backend()


def test_a_record_is_taken_apart_once_however_many_indexes_take_it(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_note(f"Мәслихат шешімі {number}")
    indexing.run()
    monkeypatch.setattr(indexing, "BATCH", 1)
    indexing.request_build()
    holder = take_lease()
    building = Build.objects.get(state=Build.State.BUILDING)
    indexing._step(building, holder)  # half made: it takes writes beside the one in use
    taken: list[str] = []

    def counted(document: SearchDocument, concepts: Concepts) -> Streams:
        taken.append(document.key)
        return streams_of(document, concepts)

    monkeypatch.setattr(indexing, "streams_of", counted)
    row = make_note("Жаңа шешім")
    indexing._carry_outbox(holder)
    assert taken == [f"note:{row.pk}"]
    for build in (current(), building):
        assert f"note:{row.pk}" in get_backend().versions(build.name)


def test_adding_up_a_vocabulary_keeps_no_writer_waiting_and_folds_no_word_again(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing.run()
    build = current()
    for number in range(5):
        vocabularies.count_into(build, [streams_of(document(number), NO_CONCEPTS)])
    before = vocabularies._sum(VocabularyPart.objects.filter(build=build))
    outside = len(connection.savepoint_ids)
    monkeypatch.setattr(vocabulary, "_stem", lambda *_: pytest.fail("stemmed again"))
    real = Tally.dump

    def packed(tally: Tally) -> bytes:
        assert len(connection.savepoint_ids) == outside, "packed within a transaction"
        return real(tally)

    monkeypatch.setattr(Tally, "dump", packed)
    vocabularies.add_up(build)
    (part,) = VocabularyPart.objects.filter(build=build)
    assert Tally.load(bytes(part.data)) == before


def test_a_large_part_of_a_vocabulary_is_not_written_anew_for_a_few_changes(notes: Notes) -> None:
    indexing.run()
    build = current()
    large = Tally()
    large.add((f"сөз{number:x}" for number in range(4_000)), pack(()))
    kept = VocabularyPart.objects.create(build=build, data=large.dump())
    for number in range(vocabularies.KEPT):
        vocabularies.count_into(build, [streams_of(document(number), NO_CONCEPTS)])
    assert VocabularyPart.objects.filter(build=build, pk=kept.pk).exists()
    assert VocabularyPart.objects.filter(build=build).count() == 2
    assert vocabularies.vocabulary_of(build).documents == vocabularies.KEPT + 1


def test_one_request_reads_a_newer_vocabulary_and_the_others_do_not_wait(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_note("Мәслихаттың сессиясы")
    indexing.run()
    known = vocabularies.vocabulary_of(current())
    make_note("Жаңа сөз")
    indexing.run()
    monkeypatch.setattr(vocabularies, "FRESH", 0.0)
    with vocabularies._lock:  # as held by the one that reads
        assert vocabularies.vocabulary_of(current()) is known
    assert vocabularies.vocabulary_of(current()).count("жаңа")


def test_indexing_purges_no_page_of_readers(notes: Notes, settings: Settings) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    nothing = generation._read()
    make_note("Мәслихаттың сессиясы")
    assert generation._read() != nothing
    before = generation._read()
    indexing.run()
    assert VocabularyPart.objects.exists()
    assert generation._read() == before


def document(number: int) -> SearchDocument:
    return SearchDocument("note", number + 1, 1, {"kk": Text(f"Мәслихаттың {number} шешімі")})
