"""JUnit XML, which build servers show: a test suite per student, a test case per criterion.

The schema is the one by which Jenkins's xunit plugin validates (``junit-10.xsd``).
"""

import re
from xml.etree import ElementTree

from grader.model import CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict
from grader.model.words import clean

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKIPPED = (Verdict.SKIPPED, Verdict.NOT_ATTEMPTED)


def dumps(report: GradeReport) -> str:
    """The report as an XML document, already held to the course's feedback policy."""
    root = ElementTree.Element("testsuites")
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    for submission in report.submissions:
        suite = _suite(submission)
        for name in totals:
            totals[name] += int(suite.attrib[name])
        root.append(suite)
    root.attrib |= {name: str(count) for name, count in totals.items()}
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(submission: SubmissionReport) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_clean(submission.student))
    for part in submission.parts:
        # A part that could not be judged may have no criteria: it is an error all the same.
        cases = [_case(part, item) for item in part.criteria] or [_broken(part)]
        cases[0].set("time", f"{part.seconds:.3f}")
        suite.extend(cases)
    suite.attrib |= {
        "tests": str(len(suite)),
        "failures": str(len(suite.findall("*/failure"))),
        "errors": str(len(suite.findall("*/error"))),
        "skipped": str(len(suite.findall("*/skipped"))),
        "time": f"{sum(part.seconds for part in submission.parts):.3f}",
    }
    return suite


def _case(part: PartReport, item: CriterionReport) -> ElementTree.Element:
    case = _named(part, item.name)
    if item.verdict in _SKIPPED:
        ElementTree.SubElement(case, "skipped", message=_clean(item.message))
    elif item.verdict is not Verdict.ACCEPTED:
        kind = "error" if item.verdict is Verdict.JUDGE_ERROR else "failure"
        element = ElementTree.SubElement(case, kind, type=item.verdict.value, message=_clean(item.message))
        element.text = _clean(item.counterexample.snippet) if item.counterexample else None
    return case


def _broken(part: PartReport) -> ElementTree.Element:
    case = _named(part, part.part)
    ElementTree.SubElement(case, "error", type=part.verdict.value, message=_clean(part.message))
    return case


def _named(part: PartReport, name: str) -> ElementTree.Element:
    return ElementTree.Element(
        "testcase", classname=f"{part.exercise.replace('/', '.')}.{part.part}", name=name, time="0"
    )


def _clean(text: str) -> str:
    return clean(_NOT_XML.sub("\ufffd", text))
