"""Questions that people may ask of the seeded site, each with the record that answers it.

Written by reading the records, before any ranking was looked at. A record is named by its kind and
its key; pages, news and organisations by their English title. `paraphrase`: the question has no
word of the record's titles, in any language; a test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What somebody types, and the record that must stand among the first five."""

    asked: str
    kind: str
    record: str
    paraphrase: bool = False


def _read(kind: str, rows: str) -> list[Question]:
    """Lines of "record | question"; a star before the question: no word of the title."""
    found = []
    for line in rows.strip().splitlines():
        record, _bar, asked = (part.strip() for part in line.partition("|"))
        found.append(Question(asked.lstrip("* "), kind, record, asked.startswith("*")))
    return found


RUSSIAN = [
    *_read(
        "decision",
        """
        law-60-2021 | какой закон дал больше самостоятельности районам и сёлам
        law-60-2021 | * Z2100000060
        law-41-2021 | когда ввели прямые выборы акимов сёл
        law-383-2015 | закон об общественном совете
        law-383-2015 | * 383-V
        order-295-2017 | * приказ 15630
        order-295-2017 | как проводится собрание местного сообщества, регламент
        decree-639-2021 | * указ президента 639
        resolution-1106-2013 | * отменённое постановление правительства 2013 года
        order-122-2023 | * приказ министерства национальной экономики 2023
        tax-moratorium-2020 | налоговые льготы предпринимателям
        decree-826-2022 | встреча акима с жителями
        atu-law-1993 | деление страны на области и районы, территориальное устройство
        law-36-2005 | гранты для НПО
        decree-704-2013 | регламент работы местного представительного органа
        constitution-2026 | новая конституция 2026 года референдум
        bill-lsg-withdrawn-2024 | отозванный законопроект 2024 года мажилис
        law-254-2007 | поправки к конституции 2007
        """,
    ),
    *_read(
        "page",
        """
        How an akim is elected | * согласие депутатов маслихата на кандидатуру от Президента
        How an akim is elected | * вотум недоверия, одна пятая депутатов
        How to comment on a draft | * портал legalacts публичное обсуждение
        How a local budget is discussed | * трансферты и собственные доходы сельского округа
        How a gathering decides | * могут ли несовершеннолетние участвовать в собрании жителей
        Privacy | * как удалить мой почтовый адрес, подписка на письма
        Accessibility | * экранный диктор, увеличить текст
        Who funds us | * фонд Сороса программа института «Открытое общество»
        Method | * почему нет рейтингов и баллов
        """,
    ),
    *_read(
        "organisation",
        """
        Association of Single Mothers public organisation | * кто работает в Текели
        Centre for Electoral Technologies | * карагандинские участники
        """,
    ),
    *_read("body", "central-election-commission | * Центризбирком"),
]
ENGLISH = [
    *_read(
        "decision",
        """
        law-41-2021 | direct election of village mayors
        decree-826-2022 | akims meeting residents
        order-295-2017 | rules of procedure for the community assembly
        order-122-2023 | * order of the ministry registered under 32894
        law-36-2005 | state money for NGOs: laws of 2005
        tax-moratorium-2020 | tax holiday for small companies
        decree-674-2021 | * U2100000674
        soviets-law-1991 | law on local soviets before independence
        decree-1484-2004 | * signed by the President in 2004, no longer in force
        bill-lsg-2006 | withdrawn bill brought in by the government in 2006
        law-156-2022 | election of district akims added to the election law
        decree-704-2013 | how a maslikhat works, model rules
        law-126-2009 | which law put self-government into law 148
        constitution-1995 | Constitution of 1995
        """,
    ),
    *_read(
        "page",
        """
        How an akim is elected | who appoints the governor of a region
        How an akim is elected | * vote of no confidence by one fifth of deputies
        How a local budget is discussed | * commission that monitors spending of the village
        How to comment on a draft | * where can I write my opinion before the date, Open NPA
        How a gathering decides | * delegates sent to the assembly by residents
        What local self-government is | * member of the community, place of residence
        Privacy | * does the site use analytics or advertising
        Accessibility | * screen reader
        Press | who speaks for the coalition to journalists
        Memorandum | * full level of public power, the people's power
        Four fields of experience | * strategic planning advice for local authorities
        """,
    ),
    *_read(
        "organisation",
        """
        Zubr Social Corporate Foundation | * Oskemen
        Aray Youth Centre | young people in Lepsi village
        """,
    ),
    *_read(
        "body",
        """
        senate | * upper house
        mazhilis | * lower house
        peoples-council | * advisory bodies
        """,
    ),
]
KAZAKH = [
    *_read(
        "decision",
        """
        tax-moratorium-2020 | шағын бизнестің салығы
        law-60-2021 | ауылдық деңгейге дербестік берген заң
        order-122-2023 | бөлек жиын қағидалары
        resolution-1106-2013 | * Үкіметтің күшін жойған қаулысы
        """,
    ),
    *_read(
        "page",
        """
        How an akim is elected | облыс әкімін кім тағайындайды
        How a local budget is discussed | * ауылдық округтің трансферттері мен өз кірістері
        Privacy | * пошта мекенжайымды қалай өшіремін
        """,
    ),
    *_read(
        "organisation",
        """
        Aray Youth Centre | * Сарқан ауданы
        Namys public organisation of people with disabilities | мүгедектігі бар адамдардың ұйымы
        """,
    ),
    *_read("body", "central-election-commission | * ОСК"),
]
QUESTIONS = RUSSIAN + ENGLISH + KAZAKH
