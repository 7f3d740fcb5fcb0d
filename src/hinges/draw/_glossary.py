"""The glossary: what the words of reports mean, each in one or two plain sentences. docs/glossary.md is the same."""

import html
import re
from functools import cache

PAGE = "docs/glossary.md"

MEANINGS = {
    "activation": "What a unit does to its sum before it passes it on. relu keeps what is above 0 and gives 0 below; "
    "tanh and sigmoid are smooth steps that go flat on both sides.",
    "affine map": "A straight line, a plane, or the same in more inputs: each output is a sum of inputs times numbers, "
    "plus a constant. A network without activations can be nothing else.",
    "always-on unit": "A ReLU unit that is on for every row of the data: there it is a straight line. One of them for "
    "each input is useful, the others add nothing that one does not give.",
    "bias": "The number that a unit adds to its weighted sum. Together with the weight it says where the unit bends: "
    "at minus the bias divided by the weight.",
    "constant column": "A column of the inputs that is the same on every row. It tells the network nothing.",
    "cross-entropy": "The loss for classes: how surprised the network is by the right answers. Guessing evenly among "
    "10 classes has 2.3, being right and sure has 0.",
    "dead unit": "A ReLU unit that is off for every row of the data: it gives 0 whatever the row. Training cannot wake "
    "it, because no gradient reaches it.",
    "duplicate units": "Units that do the same, up to a factor: they bend at one place, and together are worth one.",
    "extrapolation": "Asking a network about inputs beyond those it was trained on. A ReLU network goes straight on "
    "there along its last line, a tanh network goes flat.",
    "floor": "The smallest loss that any network of this size can have on these data, proven. No training goes below "
    "it; more units have a lower one.",
    "gap": "A stretch of the inputs without rows. What a network does there was never checked.",
    "gradient": "For every weight, how much the loss rises when that weight grows a little. Training follows it "
    "downhill; where it is zero, training stands still.",
    "hinge": "What one ReLU unit adds to the output: 0 on one side of its kink, a sloped line on the other.",
    "kink": "The place where a unit switches on or off, and the curve changes its slope. A network of straight pieces "
    "follows a curved target only where it has kinks.",
    "learning rate": "How far each step of training goes along the gradient. Too large, and the loss jumps or "
    "explodes; too small, and nothing is learned in the time.",
    "loss": "One number for how wrong the network is on the data: smaller is better.",
    "mean squared error": "The loss for numbers: the distance between prediction and target, squared, on average over "
    "the rows.",
    "noise": "The part of the targets that does not depend on the inputs. A network that follows it has learned "
    "accidents.",
    "outlier": "A row whose target is far from all others. With squared errors a few of them outweigh all other rows.",
    "overfitting": "Learning the training rows by heart, noise included: the loss on them is small, on other rows it "
    "is large.",
    "piece": "A stretch on which the network is one straight line. With k kinks there are k + 1 of them.",
    "plateau": "A loss at which training stands still although a better network exists: the gradient is next to zero. "
    "More steps do not help there; moving units does.",
    "pre-activation": "The weighted sum of a unit, bias included, before its activation.",
    "residual": "Target minus prediction, row by row: what the network has not learned yet.",
    "saturation": "A tanh or sigmoid unit so far out on its flat side that it hardly changes from row to row. Hardly "
    "any gradient passes through it.",
    "standardise": "To subtract from a column its mean and divide it by its spread, so that it lies around 0 with a "
    "spread of 1. Networks start with their kinks near 0, so that is where data should be.",
    "step": "One change of all weights along the gradient, computed from some of the rows.",
    "unit": "One neuron: it adds up its inputs times its weights, plus its bias, and passes that through an "
    "activation.",
    "validation": "Rows that are kept out of training, to see how the network does on rows it has not learned.",
    "variance": "How much the targets spread around their mean, squared: the mean squared error of always predicting "
    "the mean.",
    "weight": "A number by which a unit multiplies one of its inputs. Training changes weights and biases, and "
    "nothing else.",
}

# What else stands for a word in a sentence, as a pattern; the word itself and its plural always do.
_SAYS = {
    "always-on unit": r"always on|always-on|on for all rows|on for all",
    "affine map": r"affine",
    "constant column": r"constant columns?|constant input",
    "dead unit": r"dead|off on every row|off for all rows",
    "duplicate units": r"duplicates?|the same unit twice",
    "gradient": r"gradients?",
    "noise": r"noisy?",
    "outlier": r"outliers?",
    "overfitting": r"overfit\w*|by heart",
    "plateau": r"stands? still|standstill",
    "pre-activation": r"pre-activations?",
    "saturation": r"saturated|saturates?",
    "standardise": r"standardi[sz]\w*|mean 0 and spread 1",
    "bias": r"biases",
    "variance": r"variance",
    "gap": r"gaps? in the data",
}


def anchor(word: str) -> str:
    """Give the address of a word's meaning."""
    return f"{PAGE}#{word.replace(' ', '-')}"


def words_in(text: str) -> tuple[str, ...]:
    """Give the words of the glossary that a text uses, in the order in which it does."""
    return tuple(dict.fromkeys(_word_of(found) for found in _pattern().finditer(text)))


def explained(text: str, known: set[str] | None = None) -> str:
    """Give a text as HTML in which each word of the glossary, where it is first used, tells its meaning.

    Words in `known` were explained before; those explained here are added to it.
    """
    told = set[str]() if known is None else known
    parts: list[str] = []
    end = 0
    for found in _pattern().finditer(text):
        word = _word_of(found)
        if word in told:
            continue
        told.add(word)
        parts.append(html.escape(text[end : found.start()]))
        meaning = html.escape(MEANINGS[word], quote=True)
        parts.append(f'<abbr title="{meaning}">{html.escape(found[0])}</abbr>')
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])


@cache
def _pattern() -> re.Pattern[str]:
    """Give the pattern of all words, the longest first, each a group."""
    groups: list[tuple[str, str]] = []
    for i, word in enumerate(MEANINGS):
        plain = re.escape(word) + ("" if word.endswith("s") else "s?")
        groups.append((word, f"(?P<w{i}>{plain}{'|' + _SAYS[word] if word in _SAYS else ''})"))
    groups.sort(key=lambda pair: -len(pair[0]))
    return re.compile(rf"(?<![\w#'\"-])(?:{'|'.join(group for _, group in groups)})(?![\w-])", re.IGNORECASE)


def _word_of(found: re.Match[str]) -> str:
    assert found.lastgroup is not None
    return tuple(MEANINGS)[int(found.lastgroup[1:])]
