"""Sentences for a training picture, as people type them."""

import random

from concepts import BRANCH_SITTERS, CONCEPTS, SCENES
from pictures import Look

ANY_STYLE = ["a photograph of {}", "a photograph of {}", "a picture of {}", "a photo of {}", "an image of {}", "{}", "{}"]
BY_STYLE = {
    "fluent-3d": ["a 3D render of {}", "a rendered picture of {}", "a 3D rendering of {}"],
    "noto": ["a drawing of {}", "a flat illustration of {}", "an illustration of {}"],
}
IN_GREY = ["a black and white photograph of {}", "a black and white photograph of {}", "a black and white picture of {}",
           "{}, black and white", "a grey picture of {}"]

# Words that say nothing about the picture, so that such words do no harm.
ADJECTIVES = ["beautiful", "cute", "nice", "lovely", "small", "big", "pretty", "simple"]
AFTERTHOUGHTS = [", highly detailed", ", 4k", ", digital art", " in the sun", " in a forest", " on a table", " in the park",
                 " sitting on a chair", ", trending on artstation", " at the beach", " in the garden", ", soft light"]

WITHOUT_ARTICLE = {"Santa Claus", "Santa", "New York", "New York City", "cherries", "bananas", "grapes", "skyscrapers",
                   "planet Earth", "Saturn", "coffee", "fire", "sunrise over mountains", "sunrise", "sunset", "home"}
WITH_THE = {"Statue of Liberty", "sun", "moon", "skyline of New York City", "skyline of New York City at night"}


def caption(look: Look, rng: random.Random) -> str:
    """One of the many sentences that describe this picture."""
    words = CONCEPTS[look.name]
    word = words[0] if rng.random() < 0.4 else rng.choice(words)
    sentence = template(look, rng).format(noun_phrase(word, rng))
    if look.branch:
        return sentence + rng.choice([" sitting on a tree branch", " sitting on a branch", " on a branch"])
    if look.night:
        return sentence + rng.choice([" at night", " at night", " under the stars"])
    if look.name not in SCENES and not look.grey and rng.random() < 0.25:
        return sentence + f" on a {look.background} background"
    if rng.random() < 0.10:
        return sentence + rng.choice(AFTERTHOUGHTS)
    if look.name not in BRANCH_SITTERS and rng.random() < 0.02:
        return sentence + " sitting on a tree branch"
    return sentence


def template(look: Look, rng: random.Random) -> str:
    if look.grey:
        return rng.choice(IN_GREY)
    return rng.choice(BY_STYLE[look.style] if rng.random() < 0.25 else ANY_STYLE)


def noun_phrase(word: str, rng: random.Random) -> str:
    """The word with an article, as a rule, and sometimes an adjective."""
    if word in WITH_THE:
        return rng.choice(["the ", "", "a "]) + word
    if word in WITHOUT_ARTICLE or rng.random() < 0.15:
        return word
    if rng.random() < 0.08:
        word = f"{rng.choice(ADJECTIVES)} {word}"
    return ("an " if word[0].lower() in "aeio" else "a ") + word
