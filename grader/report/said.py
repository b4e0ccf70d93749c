"""What a report says, in the language in which things are shown; the report itself stays English."""

from grader.model import Condition, Counterexample, CriterionReport, Diagnosis, PartReport
from grader.model.language import phrase, translated
from grader.model.messages import when_it_fails, with_families
from grader.model.words import mistake_in_words, one_line


def message(part: PartReport, item: CriterionReport | PartReport) -> str:
    """What is wrong with a criterion, or with a part as a whole."""
    return translated(item.message, part.exercise)


def condition(part: PartReport, item: CriterionReport) -> str:
    """When a criterion fails, as a sentence; nothing where that is not known."""
    return when(part, item.condition) if item.condition is not None else ""


def when(part: PartReport, condition: Condition) -> str:
    """When something fails, as a sentence."""
    return translated(when_it_fails(condition), part.exercise)


def transformation(part: PartReport, item: CriterionReport) -> str:
    """What turns the expected result into the answer's; nothing where that is not known."""
    return translated(item.transformation, part.exercise)


def mistake(part: PartReport, diagnosis: Diagnosis) -> str:
    """The name of a mistake, in words and in quotation marks: any words may be a name."""
    return phrase('"{0}"', mistake_in_words(one_line(diagnosis.misconception), part.part, part.exercise))


def hint(part: PartReport, diagnosis: Diagnosis) -> str:
    """The hint for a mistake."""
    return translated(diagnosis.hint, part.exercise, "hint")


def families(part: PartReport, item: CriterionReport) -> str:
    """What to add to a verdict that holds in some families of cases alone, with a space before it in English."""
    english = with_families(item.families)
    text = translated(english.strip(), part.exercise, "with")
    return text if text.startswith("（") else english


def where(example: Counterexample) -> str:
    """Where a case fails: "the output, step 2"."""
    return translated(example.where, kind="location")


def value(text: str, is_shown: bool = True) -> str:
    """A value that was expected or came; nothing where it is not to be shown."""
    return translated(text, kind="value") if is_shown else ""


def label(text: str) -> str:
    """What stands beside a value: "expected"."""
    return translated(text, kind="label")
