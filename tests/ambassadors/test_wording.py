"""What is noticed in a post: the tie to the employer, and words that are not one's own."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.ambassadors import wording
from elearn.ambassadors.wording import Tie

pytestmark = pytest.mark.pure

MODEL = "Mon équipe de nuit cherche quelqu’un. Je travaille chez Morel depuis quatre ans, quatre nuits par semaine."
words = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]), max_size=40
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "company", "expected"),
    [
        ("Belle semaine à l’atelier.", "Ateliers Morel", Tie.MISSING),
        ("Belle semaine chez les ateliers Morel.", "Ateliers Morel", Tie.NAMED),
        ("Je suis fier des Ateliers Morel.", "Ateliers Morel", Tie.SAID),
        ("J’y travaille depuis six ans. #AteliersMorel", "Ateliers Morel", Tie.SAID),
        ("Notre équipe @ateliersmorel recrute", "Ateliers Morel SAS", Tie.SAID),
        ("NOTRE ENTREPRISE ouvre ses portes.", "Ateliers Morel", Tie.SAID),
        ("Mon employeur recrute.", "Ateliers Morel", Tie.SAID),
        ("Je bosse chez un fabricant de roulements.", "Ateliers Morel", Tie.SAID),
        ("I work for a small maker of bearings.", "Ateliers Morel", Tie.SAID),
        ("Collaboratrice depuis 2019, voici ce que j’apprends.", "Ateliers Morel", Tie.SAID),
        ("Les moreliens savent y faire.", "Morel", Tie.MISSING),
        ("Éléonore & Cie livre demain.", "ÉLÉONORE & CIE", Tie.NAMED),
        ("Rien.", "", Tie.MISSING),
        ("Groupe SA en forme.", "Groupe SA", Tie.NAMED),
    ],
)
def test_tie_is_said_named_or_missing(text, company, expected):
    """The employer is mentioned by an expression, or by name beside the first person."""
    assert wording.tie(text, company) is expected


@given(words, words)
def test_copied_share_is_a_share(text, source):
    """Between nothing and everything."""
    assert 0 <= wording.copied(text, [source]).share <= 1


@given(words)
def test_whole_copy_is_whole(text):
    """A text is its own copy once it is long enough to be one."""
    expected = 1 if len(text.split()) >= wording.RUN else 0
    assert wording.copied(text, [text]).share == expected


@given(words, st.lists(words, max_size=3), words)
def test_more_sources_never_make_the_share_smaller(text, sources, more):
    """What was copied from one is still copied beside another."""
    assert wording.copied(text, sources).share <= wording.copied(text, [*sources, more]).share


@given(words, words)
def test_copy_is_blind_to_case_accents_and_punctuation(text, source):
    """Dressing a copy differently does not make it one's own."""
    dressed = " !… ".join(w.upper().replace("E", "É") for w in text.split())
    assert wording.copied(dressed, [source]).share == wording.copied(text, [source]).share


@given(words)
def test_other_words_are_never_copied(text):
    """Nothing in common, nothing noticed."""
    assert wording.copied(text, ["un deux trois quatre cinq six sept huit"]).share == 0


@given(st.text(), st.text(), st.text())
def test_any_text_is_read(text, source, company):
    """No text, however strange, stops the page."""
    wording.notices(text, company, [source], [source])
    assert wording.copied(text, [text]).share in (0, 1)


def test_run_across_two_sources_is_no_copy():
    """Facts are apart from one another: words that only meet by standing side by side were not taken over."""
    assert wording.copied("un deux trois quatre cinq six", ["un deux trois", "quatre cinq six"]).share == 0


def test_passage_is_quoted_as_it_was_written():
    """The explanation cites the person's own text, with its accents, cut where it is long."""
    result = wording.copied(f"Bonsoir à tous. {MODEL}", [MODEL])
    assert result.passage.startswith("Mon équipe de nuit cherche quelqu’un. Je travaille chez Morel")
    assert result.passage.endswith(" …")


@pytest.mark.parametrize(
    ("post", "kinds"),
    [
        ("", []),
        ("  …  ", []),
        ("Belle semaine à l’atelier.", ["missing"]),
        ("Belle semaine chez Morel.", ["named"]),
        (MODEL, ["model"]),
        ("Je le dis comme je le vis : mon employeur est Morel. " * 3, []),
        ("L’offre paraît le cinq octobre sur la page carrières, et mon employeur paie le train.", ["facts"]),
    ],
)
def test_notices_of_a_post(post, kinds):
    """The model from a fifth of the post, the facts from a half, the tie always; an empty post is left alone."""
    facts = ["L’offre paraît le cinq octobre sur la page carrières."]
    assert [n.kind for n in wording.notices(post, "Morel", [MODEL], facts)] == kinds


def test_thresholds_stand_where_they_are_stated():
    """Five words of twenty-five are a fifth, and noticed; of twenty-six, not."""
    run = "un deux trois quatre cinq"
    others = [f"w{n}" for n in range(30)]
    assert wording.copied(" ".join([run, *others[:20]]), [run]).share == Fraction(1, 5)
    kinds = [n.kind for n in wording.notices(" ".join(["je morel", run, *others[:18]]), "Morel", [run], [])]
    assert kinds == ["model"]
    assert wording.notices(" ".join(["je morel", run, *others[:19]]), "Morel", [run], []) == []
