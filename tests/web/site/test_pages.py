"""The public pages as a visitor, a search engine and an attacker see them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.contrib.staticfiles import finders

from needlework import i18n, workflow
from needlework.evidence import Knowledge
from needlework.web.site import citing, hours, views
from tests.web import people
from tests.web.site.places import ALL_PATHS, CHECKS, PATHS, open_clinic
from tests.web.site.reading import Element, one, read
from tests.web.site.test_figures import bare_texts, messages

pytestmark = pytest.mark.django_db
HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }} {% raw %} ${x}",
    "-->]]>&lt;&amp;\u2028\u2029",
    "\u202edoof \N{GRINNING FACE} مرحبا",
    "N" * 120,
)


def get(path: str, **headers: str) -> Any:
    return people.browser().get(path, headers=headers)


def structured(root: Element) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one(root, "script", type="application/ld+json").text)
    return found


# --- ways in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("es-MX,es;q=0.9", "es"), ("en-GB", "en"), ("fr,de;q=0.8", "en"), ("", "en"), (";;q=x", "en")],
)
def test_the_start_leads_to_the_only_clinic_in_the_visitors_language(
    accepts: str, language: str
) -> None:
    open_clinic()
    answer = get("/", accept_language=accepts)
    assert answer.status_code == 302
    assert answer["Location"] == f"/{language}/harbour/"
    assert "Accept-Language" in answer["Vary"]


def test_several_clinics_are_listed_and_those_who_do_not_wish_it_are_not() -> None:
    open_clinic()
    people.clinic("elsewhere", name="Elsewhere Skin")
    people.clinic("hidden", name="Hidden Skin", is_listed=False)
    answer = people.browser().get("/", follow=True)
    text = answer.content.decode()
    assert "Harbour Skin" in text
    assert "Elsewhere Skin" in text
    assert "Hidden Skin" not in text
    hidden = get("/en/hidden/")
    assert hidden.status_code == 200
    assert one(read(hidden.content), "meta", name="robots")["content"] == "noindex"


def test_without_a_clinic_the_list_says_so() -> None:
    answer = people.browser().get("/", follow=True)
    assert answer.status_code == 200
    assert "No clinic has published its page" in answer.content.decode()


@pytest.mark.parametrize("path", ["/en/none/", "/es/none/", "/en/none/skin/microneedling/"])
def test_an_unknown_clinic_is_a_page_in_the_sites_look(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    root = read(answer.content)
    assert one(root, "html")["lang"] == path[1:3]
    assert one(root, "a", class_="button button--quiet")["href"] == f"/{path[1:3]}/"


def test_an_unknown_language_is_not_found() -> None:
    open_clinic()
    assert get("/fr/harbour/").status_code == 404


@pytest.mark.parametrize("path", ALL_PATHS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_are_for_reading(path: str, method: str) -> None:
    if path in CHECKS and method == "post":
        pytest.skip("the self-check is answered; its own tests send it everything")
    open_clinic()
    assert getattr(people.browser(), method)(path).status_code == 405


@pytest.mark.parametrize("path", ALL_PATHS)
def test_head_answers_like_get_without_a_body(path: str) -> None:
    open_clinic()
    head = people.browser().head(path)
    assert head.status_code == get(path).status_code
    assert head.content == b""


@pytest.mark.parametrize("path", [*ALL_PATHS, "/en/none/"])
def test_a_visitor_gets_no_cookie(path: str) -> None:
    open_clinic()
    answer = get(path, accept_language="es")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "") or path == "/"


def test_pages_may_be_kept_for_a_while_and_the_open_sign_only_briefly() -> None:
    open_clinic()
    assert get("/en/harbour/")["Cache-Control"] == "public, max-age=60"
    assert get("/en/harbour/skin/microneedling/")["Cache-Control"] == "public, max-age=600"


# --- what a page says -------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_head_of_each_page(path: str) -> None:
    open_clinic()
    answer = get(path)
    root = read(answer.content)
    language = path[1:3]
    assert one(root, "html")["lang"] == language
    assert answer["Content-Language"] == language
    address = f"http://testserver{path}"
    assert one(root, "link", rel="canonical")["href"] == address
    for other in ("en", "es"):
        assert one(root, "link", hreflang=other, rel="alternate")["href"] == address.replace(
            f"/{language}/", f"/{other}/", 1
        )
    assert "Harbour Skin" in one(root, "title").text
    assert 40 < len(one(root, "meta", name="description")["content"]) < 180
    assert one(root, "meta", property="og:url")["content"] == address
    assert len(list(root.all("h1"))) == 1
    other = "es" if language == "en" else "en"
    assert one(root, "a", href=f"/{other}{path[3:]}")["lang"] == other
    text = one(root, "footer").text
    assert {"en": "makes no diagnosis", "es": "No hace diagnósticos"}[language] in text
    assert one(root, "a", href="/accounts/login/").text == {"en": "Staff log-in"}.get(
        language, "Acceso del personal"
    )


def test_headings_do_not_skip_a_level() -> None:
    open_clinic()
    for path in PATHS:
        levels = [
            int(each.tag[1])
            for each in read(get(path).content).all()
            if re.fullmatch(r"h[1-6]", each.tag)
        ]
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


def test_the_clinic_as_machines_read_it() -> None:
    open_clinic(about="Calm & careful.")
    found = structured(read(get("/es/harbour/").content))
    assert found["@type"] == "MedicalClinic"
    assert found["name"] == "Harbour Skin"
    assert found["telephone"] == "+16175550147"
    assert found["address"]["addressLocality"] == "Boston"
    assert found["geo"]["latitude"] == 42.36
    assert found["hasMap"].startswith("https://www.google.com/maps/")
    assert {"@type": "OpeningHoursSpecification", "dayOfWeek": "https://schema.org/Saturday"} | {
        "opens": "10:00",
        "closes": "14:00",
    } in found["openingHoursSpecification"]
    assert found["availableService"]["@type"] == "MedicalProcedure"
    assert found["availableService"]["url"] == "http://testserver/es/harbour/skin/microneedling/"
    page = structured(read(get("/en/harbour/skin/microneedling/").content))
    assert {each["@type"] for each in page["@graph"]} == {"MedicalWebPage", "MedicalClinic"}
    assert "lastReviewed" not in json.dumps(page)
    assert "rating" not in json.dumps(page).lower()


def test_a_clinic_that_gave_little_invents_nothing() -> None:
    people.clinic(
        phone_e164="", whatsapp_e164="", latitude=None, longitude=None, emergency_number=""
    )
    root = read(get("/en/harbour/").content)
    assert set(structured(root)) == {"@context", "@type", "@id", "name", "url", "availableService"}
    text = one(root, "main").text
    for missing in ("WhatsApp", "Get directions", "Telephone", "Call "):
        assert missing not in text
    assert "Emergency number" not in get("/en/harbour/skin/microneedling/").content.decode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    open_clinic(name=name, about=name, street=name, city=name[:80])
    for path in (*PATHS, "/en/"):
        root = read(get(path).content)
        assert not list(root.all("img"))
        assert not any(key.startswith("on") for each in root.all() for key in each.attributes)
        scripts = list(root.all("script"))
        if path == "/en/":
            assert not scripts
            continue
        assert [each["type"] for each in scripts] == ["application/ld+json"]
        clinic = structured(root)
        clinic = clinic.get("@graph", [None, clinic])[1]
        assert clinic["name"] == name
        assert name in one(root, "title").text
    assert name in one(read(get("/en/harbour/").content), "h1").text


def test_only_those_whom_the_clinic_publishes_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: people.NOW)
    clinic = open_clinic()

    def member(name: str, **facts: Any) -> None:
        made = people.member(clinic, "practitioner", email=f"{name}@harbour.example", **facts)
        made.user.name = name.title()
        made.user.save()

    member("shown", is_public=True, licence_number="RN-55", licence_authority="Board of Nursing")
    member("private")
    member("lapsed", is_public=True, licence_until=date(2026, 11, 21))
    member("departed", is_public=True, left_at=datetime(2026, 1, 1, tzinfo=UTC))
    member("unnamed-profession", is_public=True, profession="")
    for path in ("/en/harbour/", "/en/harbour/skin/microneedling/"):
        text = one(read(get(path).content), "main").text
        assert "Shown" in text
        assert "Licence RN-55, Board of Nursing" in text
        for hidden in ("Private", "Lapsed", "Departed", "Unnamed"):
            assert hidden not in text


# --- languages --------------------------------------------------------------------------------


def cited_texts(root: Element) -> set[str]:
    """The claims' texts that the page's notes show."""
    release = workflow.known().knowledge.release
    found = set()
    for note in root.all("li"):
        if not note.get("id").startswith("claim-"):
            continue
        claim = release.claims[note["id"].removeprefix("claim-")]
        value = {claim.value} if claim.quantity in {"text", "term"} else set()
        lines = (*claim.supports, *claim.contradicts)
        found |= {claim.statement, *(str(each) for each in value), *(line.says for line in lines)}
    return found - {""}


def test_every_text_of_the_site_has_its_spanish() -> None:
    open_clinic()
    root = read(get("/en/harbour/skin/microneedling/").content)
    ours = {
        *messages(),
        *(text for pair in citing.UNITS.values() for text in pair),
        *(*citing.BASES.values(), *citing.CERTAINTIES.values(), *hours.WEEKDAYS),
        *(citing.UNKNOWN, citing.UNKNOWN_BRIEFLY, "{low} to {high}", "Source: {about}"),
        *cited_texts(root),
    }
    assert len(ours) > 400
    assert sorted(ours - i18n._messages("es").keys()) == []


def test_nothing_stands_in_a_template_outside_the_catalogue() -> None:
    words = {word for word in bare_texts() if any(letter.isalpha() for letter in word)}
    assert words == {'class="site"', "page--narrow"}, "only classes, which two blocks hold"


def test_the_spanish_page_holds_no_english_sentence() -> None:
    open_clinic()
    text = one(read(get("/es/harbour/skin/microneedling/").content), "article").text
    english = [each for each in messages() if len(each) > 25 and "{" not in each]
    assert [each for each in english if each in text] == []


# --- search engines, weight -------------------------------------------------------------------


def test_robots_and_sitemap() -> None:
    open_clinic()
    people.clinic("demo", name="Demo", is_demo=True)
    people.clinic("hidden", name="Hidden", is_listed=False)
    robots = get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in robots.content.decode()
    for private in ("/clinic/", "/my/", "/l/", "/accounts/"):
        assert f"Disallow: {private}\n" in robots.content.decode()
    answer = get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    tree = ET.fromstring(answer.content)  # noqa: S314 - our own answer
    places = [
        each.text or "" for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert sorted(urlsplit(each).path for each in places) == sorted(PATHS)
    links = list(tree.iter("{http://www.w3.org/1999/xhtml}link"))
    assert len(links) == 2 * len(places)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_weighs_little_with_all_that_it_loads(path: str) -> None:
    """At most 100 kB over the wire: the page and its styles compressed, and the font."""
    open_clinic()
    answer = get(path, accept_encoding="gzip")
    assert answer["Content-Encoding"] == "gzip"
    root = read(gzip.decompress(answer.content))
    loaded = {
        each["href"].removeprefix("/static/")
        for each in root.all("link")
        if each.get("rel") in {"stylesheet", "preload", "icon"}
    }
    assert any(each.endswith(".woff2") for each in loaded)
    weight = len(answer.content)
    for name in loaded:
        found = finders.find(name)
        assert isinstance(found, str), name
        body = Path(found).read_bytes()
        weight += len(body if name.endswith(".woff2") else gzip.compress(body))
    assert weight <= 100_000


def test_knowledge_is_the_one_that_the_clinic_works_with(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    known = workflow.known()

    def known_for(clinic: Any) -> workflow.Known:
        asked.append(clinic.slug)
        return workflow.Known(Knowledge(known.knowledge.release), known.lexicon)

    open_clinic()
    monkeypatch.setattr(views, "known_for", known_for)
    get("/en/harbour/skin/microneedling/")
    assert asked == ["harbour"]
