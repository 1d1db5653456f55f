"""Messages, calls and ways to the clinic: plain links that say nothing about anyone's health."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from needlework.i18n import translator
from needlework.web.clinics.models import Clinic
from needlework.web.site import links
from tests.web import people
from tests.web.site import reading
from tests.web.site.places import PATHS, open_clinic

HEALTH = ("needl", "aguja", "scar", "cicatri", "acne", "acné", "wrinkl", "arruga", "skin", "piel")


@pytest.mark.parametrize(
    ("e164", "digits"),
    [
        ("+16175550148", "16175550148"),
        ("+34 600 00 00 00", "34600000000"),
        ("0044 7700 900123", "447700900123"),
        ("", ""),
    ],
)
def test_digits_for_whatsapp(e164: str, digits: str) -> None:
    assert links.digits(e164) == digits


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_drafted_message_names_no_health(language: str) -> None:
    clinic = Clinic(name="Harbour Scar Clinic", whatsapp_e164="+16175550148")
    parts = urlsplit(links.whatsapp(clinic, translator(language)))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "wa.me", "/16175550148")
    assert "+" not in parts.query
    assert " " not in parts.query
    text = parse_qs(parts.query)["text"][0].lower()
    assert text.startswith({"en": "hello", "es": "hola"}[language])
    assert not any(word in text for word in HEALTH)


def test_no_number_no_button() -> None:
    assert links.whatsapp(Clinic(), translator("en")) == ""
    assert links.phone(Clinic()) is None


def test_a_telephone_is_written_as_people_write_it() -> None:
    found = links.phone(Clinic(phone_e164="+34912345678"))
    assert found == links.Phone("tel:+34912345678", "+34 912 34 56 78")
    odd = links.phone(Clinic(phone_e164="+999"))
    assert odd == links.Phone("tel:+999", "+999")


def test_ways_by_coordinates() -> None:
    clinic = Clinic(name="A & B (old)", latitude=42.36, longitude=-71.05)
    ways = {way.service: way.href for way in links.directions(clinic)}
    assert ways["Google Maps"] == (
        "https://www.google.com/maps/dir/?api=1&destination=42.360000%2C-71.050000"
    )
    assert ways["Apple Maps"] == "https://maps.apple.com/?daddr=42.360000%2C-71.050000"
    assert ways["OpenStreetMap"].startswith(
        "https://www.openstreetmap.org/?mlat=42.360000&mlon=-71.050000"
    )
    assert ways["Other map app"].startswith("geo:42.360000,-71.050000?q=")
    assert unquote(ways["Other map app"]).endswith("(A & B (old))")


def test_ways_on_the_equator_are_by_coordinates_too() -> None:
    ways = links.directions(Clinic(name="Null Island", latitude=0.0, longitude=0.0))
    assert "destination=0.000000%2C0.000000" in ways[0].href


def test_ways_by_address_where_no_coordinates_are_given() -> None:
    clinic = Clinic(street="Calle Mayor 1", postal_code="28013", city="Madrid")
    ways = links.directions(clinic)
    assert parse_qs(urlsplit(ways[0].href).query)["destination"] == ["Calle Mayor 1, 28013 Madrid"]
    assert ways[3].href == "geo:0,0?q=Calle%20Mayor%201%2C%2028013%20Madrid"
    assert links.directions(Clinic(city="Madrid")) == ()


@pytest.mark.django_db
def test_the_home_page_carries_them() -> None:
    open_clinic()
    found = reading.links(reading.read(people.browser().get("/en/harbour/").content))
    starts = [
        *(
            "https://wa.me/16175550148?text=Hello",
            "tel:+16175550147",
            "mailto:hello@harbour.example",
        ),
        *("https://www.google.com/maps/dir/?api=1", "https://maps.apple.com/?daddr="),
        *("https://www.openstreetmap.org/?mlat=", "geo:42.36"),
        *("/en/harbour/skin/", "/en/harbour/skin/microneedling/", "/es/harbour/"),
    ]
    missing = [start for start in starts if not any(each.startswith(start) for each in found)]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_loaded_from_elsewhere(path: str) -> None:
    open_clinic()
    root = reading.read(people.browser().get(path).content)
    loaded = [
        each.get("href") or each.get("src")
        for each in root.all()
        if each.tag in {"script", "img", "iframe", "source", "video"}
        or (each.tag == "link" and each.get("rel") in {"stylesheet", "preload", "icon"})
    ]
    outside = [address for address in loaded if address and not address.startswith("/static/")]
    assert outside == []
    assert not any(each.get("style") for each in root.all())
    assert not list(root.all("style"))
