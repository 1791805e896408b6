"""Lessons: the shipped ones are whole, and a wrong one says in which line what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.base import lesson_file, lesson_picture, lessons
from agentguard.base.errors import CannotError, LessonError
from agentguard.model.lessons import Audience, Card, Choice, Lesson, Question, library

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 60" fill="none" stroke="black">
<rect x="1" y="1" width="20" height="10" rx="2"/>
<path d="M10 10h4v-3l2 2a4 4 0 0 1 8 0z" fill="blue" stroke-width="1.5"/>
<g stroke="red"><circle cx="5" cy="5" r="2"/><ellipse cx="9" cy="9" rx="2" ry="3"/></g>
</svg>"""
GOOD = f"""+++
id = "an-id"
version = 2
title = "A title"
measure = 4
minutes = 2
every_days = 30
acknowledge = "I do it."

[[question]]
ask = "Which?"
choices = [
  {{ text = "This.", why = "It is not." }},
  {{ text = "That.", right = true, why = "It is." }},
]
+++

## The first card

A **paragraph**.

- A point.

```svg
{PICTURE}
```

## The second card

Words.
"""


def test_the_shipped_lessons_teach_each_of_the_ten_measures() -> None:
    shipped = lessons.load()
    assert {one.measure for one in shipped} == set(range(1, 11))
    assert len({one.title for one in shipped}) == len(shipped) == 11
    kept = {"card-data", "clipboard", "lock-screen", "remote-help"}
    assert kept <= {one.id for one in shipped}, "what desks remember as done stays done"


@pytest.mark.parametrize("lesson", lessons.load(), ids=lambda one: one.id)
def test_a_shipped_lesson_is_short_drawn_and_teaches(lesson: Lesson) -> None:
    assert 2 <= lesson.minutes <= 4
    assert 3 <= len(lesson.cards) <= 5
    assert lesson.every_days + 14 < 365, "with the policy's days it is done again within the year"
    assert "PCI DSS 12.6.3" in lesson.proves
    assert lesson.acknowledge.startswith("I ")
    for card in lesson.cards:
        assert 10 <= len(card.text.split()) <= 40
        assert 0 < len(card.picture.encode()) <= 3 * 1024
    for question in lesson.questions:
        assert question.ask.endswith("?")
        assert len(question.choices) == 3
        assert all(len(one.why.split()) >= 5 for one in question.choices)


def test_the_right_answers_are_not_always_at_the_same_place() -> None:
    assert len({one.right for lesson in lessons.load() for one in lesson.questions}) == 3


def test_the_pictures_of_a_lesson_are_not_one_picture_again() -> None:
    pictures = [card.picture for lesson in lessons.load() for card in lesson.cards]
    assert len(set(pictures)) == len(pictures) > 40


def test_a_lesson_is_read() -> None:
    assert lessons.parse("x.md", GOOD) == Lesson(
        id="an-id",
        version=2,
        title="A title",
        measure=4,
        minutes=2,
        every_days=30,
        acknowledge="I do it.",
        cards=(
            Card(
                title="The first card",
                text="A **paragraph**.\n\n- A point.",
                picture=PICTURE,
            ),
            Card(title="The second card", text="Words."),
        ),
        questions=(
            Question(
                ask="Which?",
                choices=(
                    Choice(text="This.", right=False, why="It is not."),
                    Choice(text="That.", right=True, why="It is."),
                ),
            ),
        ),
    )
    more = GOOD.replace(
        "minutes = 2", 'minutes = 2\ndue_days = 3\naudience = "starters"\nproves = ["PCI DSS 1"]'
    )
    read = lessons.parse("x.md", more)
    assert (read.due_days, read.audience, read.proves) == (3, Audience.STARTERS, ("PCI DSS 1",))
    assert lessons.parse("x.md", GOOD.replace("\n", "\r\n")) == lessons.parse("x.md", GOOD)


WRONG = [
    ("+++\nid", "id", 1, "begins with a head"),
    ("]\n+++\n", "]\n", 1, "begins with a head"),
    ("measure = 4", "measure = ", 5, "not TOML"),
    ("measure = 4", f"measure = {'9' * 5000}", 15, "not TOML"),
    ("measure = 4", "measure = 11", 5, "from 1 to 10"),
    ("measure = 4", "measure = true", 5, "from 1 to 10"),
    ("every_days = 30", 'every_days = "30"', 7, "“every_days” is a whole number"),
    ("every_days = 30", "every_days = 30\ndue_days = -1", 8, "“due_days”"),
    ('id = "an-id"', 'id = "An id"', 2, "The id is missing"),
    ('id = "an-id"', "", 1, "The id is missing"),
    ('title = "A title"', "", 1, "“title” is missing"),
    ('title = "A title"', 'title = " "', 4, "“title” is empty"),
    ('title = "A title"', f'title = "{"word " * 13}"', 4, "has 13 words. It may have 12"),
    ('title = "A title"', f'title = "{"w" * 41}"', 4, "a word that is too long"),
    ('title = "A title"', 'title = "<b>A</b>"', 4, "“<” in “title”"),
    ('title = "A title"', 'title = "A\\nB"', 4, "stands on one line"),
    ('title = "A title"', 'title = "A \\u202e"', 4, "U+202E"),
    ('title = "A title"', 'title = "e\\u0301"', 4, "NFC"),
    ('acknowledge = "I do it."', 'acknowledge = "See https://x.example"', 8, "no links"),
    ("minutes = 2", "minutes = 2\nwrong = 1", 7, "no key “wrong”"),
    ("minutes = 2", 'minutes = 2\naudience = "all"', 7, "everybody, starters"),
    ("minutes = 2", 'minutes = 2\nproves = "PCI"', 7, "“proves” is a list"),
    ("minutes = 2", "minutes = 2\nproves = [1]", 7, "“proves” is missing, or is no text"),
    ("[[question]]", "[question]", 1, "“[[question]]” is a list of 1 to 3"),
    ('ask = "Which?"', "ask = 1", 11, "“ask” is missing, or is no text"),
    ('ask = "Which?"', 'ask = "Which?"\nhint = "x"', 11, "“ask” and “choices”"),
    ('text = "This."', 'text = "That."', 12, "say the same"),
    ("right = true, ", "", 12, "Exactly one choice"),
    ('text = "This.",', 'text = "This.", right = true,', 12, "Exactly one choice"),
    ('text = "This.",', 'text = "This.", right = 1,', 13, "the right one"),
    ('why = "It is not."', 'wy = "It is not."', 12, "“text” and “why”"),
    ('why = "It is."', 'why = "www.example"', 14, "no links"),
    ('{ text = "This.", why = "It is not." },', "", 12, "“choices” is a list of 2 to 4"),
    ('{ text = "This.", why = "It is not." },', "1,", 12, "“text” and “why”"),
    ("\n## The first", "\nText.\n\n## The first", 18, "belongs to a card"),
    ("## The second card\n\nWords.\n", "", 16, "Here are 1"),
    ("A **paragraph**.", "word " * 41, 20, "words. It may have 40"),
    ("A **paragraph**.", "A [link](x).", 20, "no links"),
    ("A **paragraph**.", "A <b>.", 20, "no HTML"),
    ("\nWords.\n", "\n", 32, "is empty"),
    ("</svg>\n```", "</svg>\n```\n\nMore.", 24, "at the end of its card"),
    ("</svg>\n```\n", "</svg>\n", 24, "at the end of its card"),
    ("</svg>", "", 28, "not SVG"),
    ("<rect", "<script", 26, "“script”"),
    ('fill="blue"', 'fill="#123456"', 27, "“fill”"),
    ('fill="blue"', 'onclick="x"', 27, "“onclick”"),
    ('<circle cx="5"', "<circle", 28, "lacks “circle cx”"),
    ("<rect", "text<rect", 26, "“text”"),
    ("<rect", "<!-- x --><rect", 26, "“<!”"),
    ("<rect", "<?x y?><rect", 26, "“<?”"),
    ("<rect", "&lt;<rect", 26, "“&”"),
    ("<rect", "<svg/><rect", 26, "“svg”"),
    ('rx="2"/>', 'rx="2"><g/></rect>', 26, "“g”"),
    ("a4 4 0 0 1 8 0", "a4 5 0 0 1 8 0", 27, "“d: a”"),
    ("a4 4 0 0 1 8 0", "a0 0 0 0 1 8 0", 27, "“d: a”"),
    ("a4 4 0 0 1 8 0", "a4 4 9 0 1 8 0", 27, "“d: a”"),
    ("a4 4 0 0 1 8 0", "a4 4 0 2 1 8 0", 27, "“d: a”"),
    ("h4v-3", "h4l3", 27, "“d: l”"),
    ("h4v-3", "hv-3", 27, "“d: h”"),
    ('8 0z"', '8 0z1"', 27, "“d: z”"),
]


@pytest.mark.parametrize(("before", "after", "line", "why"), WRONG)
def test_a_wrong_lesson_says_where_and_what(before: str, after: str, line: int, why: str) -> None:
    assert before in GOOD
    with pytest.raises(LessonError) as raised:
        lessons.parse("x.md", GOOD.replace(before, after, 1))
    told = [one for one in raised.value.problems if why in one]
    assert told, raised.value.problems
    assert told[0].startswith(f"x.md:{line}: ")
    assert raised.value.exit_code == 2


def test_sizes_are_bounded() -> None:
    many = "<circle/>" * 61
    for svg, id_ in (
        ("x" * (lesson_picture.MOST_BYTES + 1), "picture-large"),
        (PICTURE.replace("</svg>", many.replace("<circle", '<circle cx="1" cy="1" r="1"')), ""),
    ):
        with pytest.raises(lesson_picture.Fault) as raised:
            lesson_picture.judge(svg)
        assert raised.value.id == (id_ or "picture-large")
    _, problems = lesson_file.read(GOOD + " " * lesson_file.MOST_BYTES)
    assert [message.id for _, message in problems] == ["lesson.problem.large"]
    long = GOOD.replace('"I do it."', f'"{"abcdefghijklmnopqrstuv " * 27}"')
    assert any("longer than 600" in one for one in _problems(long))


def _problems(text: str) -> tuple[str, ...]:
    with pytest.raises(LessonError) as raised:
        lessons.parse("x.md", text)
    return raised.value.problems


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    told = _problems(GOOD.replace("measure = 4", "measure = 0").replace("Words.", "<b>"))
    numbers = [int(re.match(r"x\.md:(\d+): ", one)[1]) for one in told]
    assert numbers == sorted(numbers)
    assert len(numbers) == 2


def test_a_file_is_named_by_its_lesson(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CannotError, match="It has to be the file's name, “other”"):
        lessons.read(tmp_path)
    (tmp_path / "other.md").rename(tmp_path / "an-id.md")
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    assert [one.id for one in lessons.read(tmp_path)] == ["an-id"]


def test_a_folder_without_lessons_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="The lessons are missing"):
        lessons.read(tmp_path)


def test_a_lesson_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(CannotError, match="could not be read"):
        lessons.read(tmp_path)


def test_a_site_adds_lessons_and_replaces_those_that_ship() -> None:
    shipped = lessons.load()
    own = lessons.of_site((GOOD, GOOD.replace('"an-id"', '"clipboard"'), "no lesson"))
    every = library(shipped, own)
    assert len(every) == len(shipped) + 1
    assert {one.id: one.title for one in every}["clipboard"] == "A title"
    assert [one.measure for one in every] == sorted(one.measure for one in every)
