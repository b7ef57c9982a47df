"""How pages write days, times, numbers and names: as the reader does."""

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from recert.policy.permissions import STAFF
from recert.portal.templatetags import words
from tests.making import make_account, make_activity, make_person

DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def read_in_english():
    with translation.override("en"):
        yield


WRITTEN = {
    "en": ("March 5, 2026", "Mar 5, 2026, 5:04\u202fPM", "2.5"),
    "en-gb": ("5 March 2026", "5 Mar 2026, 17:04", "2.5"),
    "en-de": ("5 March 2026", "5 Mar 2026, 17:04", "2,5"),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_days_times_and_numbers_are_the_readers(language):
    with translation.override(language), timezone.override("America/Chicago"):
        assert (words.day(DAY), words.moment(AT), words.points(250)) == WRITTEN[language]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_language_has_its_days_and_a_name(language):
    with translation.override(language):
        assert "2026" in words.day(DAY)
        assert words.language(language).startswith("English")


def test_a_sentence_of_the_kernel_is_written_so_too():
    said = "At most 2.5 until 2026-03-05; see 4.2.1, ACT-1.10 and AC-1.5X."
    with translation.override("en-de"):
        assert words.with_days(said) == (
            "At most 2,5 until 5 March 2026; see 4.2.1, ACT-1.10 and AC-1.5X."
        )


def test_a_time_is_of_the_day_that_it_is_for_the_reader():
    with timezone.override("Asia/Manila"):
        assert words.day(AT) == "March 6, 2026"
    assert words.moment(AT.replace(tzinfo=None)).startswith("Mar 5, 2026, 11:04")
    assert words.moment(None) == ""


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 3, 5), "today"),
        (date(2026, 3, 6), "in 1 day"),
        (date(2026, 6, 13), "in 100 days"),
        (date(2026, 8, 5), "in 5 months"),
        (date(2027, 8, 8), "in 17 months"),
        (date(2029, 3, 5), "in 3 years"),
        (date(2026, 3, 1), "4 days ago"),
    ],
)
def test_how_far_away_a_day_is(day, says):
    assert words.days_until(day, DAY) == says


def test_refs_in_a_sentence_lead_to_their_activities_and_the_rest_stays_text():
    said = words.linked("The same as AC-7K3F-9QXM-2R5T <b>")
    assert said == (
        'The same as <a class="usa-link" href="/transcript/AC-7K3F-9QXM-2R5T">'
        "AC-7K3F-9QXM-2R5T</a> &lt;b&gt;"
    )


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Firefox/127.0", "Firefox, Android"),
        ("<script>", "unknown"),
    ],
)
def test_a_browser_in_few_words(agent, says):
    assert words.browser(agent) == says


def test_countries_and_roles_have_their_names():
    assert words.country("NG") == "Nigeria"
    assert words.country("??") == "??"
    assert {words.role(one) for one in STAFF} >= {"Reviewer", "Administrator"}


@pytest.mark.django_db
def test_the_desk_shows_all_of_a_long_transcript(client):
    person = make_person()
    for number in range(52):
        make_activity(person, f"Course {number}")
    client.force_login(make_account(staff=["reviewer"]))
    page = client.get(reverse("desk:person", args=[person.ref]))
    assert "and 2 earlier ones" in page.text
    assert page.text.count("desk/activities/") == 50
    page = client.get(reverse("desk:person", args=[person.ref]), {"all": "yes"})
    assert page.text.count("desk/activities/") == 52


@pytest.mark.django_db
def test_days_are_written_as_chosen_on_ones_pages(client):
    person = make_person()
    person.language = "en-gb"
    person.save(update_fields=["language"])
    activity = make_activity(person)
    client.force_login(person.account)
    page = client.get(reverse("portal:activity", args=[activity.ref]))
    assert f"{activity.completed_on.day} {activity.completed_on:%B %Y}" in page.text
