"""What a learner reads after a typical mistake, word for word, and that its snippet shows the mistake when pasted.

After a change that is meant: ``GOLDEN=write pytest tests/test_golden.py``, then read the difference as a learner would.
"""

import ast
import contextlib
import io
import os
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.answer.load import Answer
from grader.authoring.wrong_answers import misconception_source
from grader.kit.outline import Outline, read_outline
from grader.kit.record import FOLDER, SUFFIX, Record, left_out
from grader.model import CRITERIA, PartReport
from grader.model.source import definition
from grader.report.screen import AnswerPaths, first_failure, plain_text
from grader.study.check import Checker
from grader.study.hints import hint
from grader.study.page import paths
from grader.study.unwritten import left
from tests.school import FLATTEN

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
WIDTH, HEIGHT = 80, 24
"""The smallest terminal."""
MOST_LINES = 15
"""Lines of a snippet, nine times in ten."""
MISTAKES = {
    "modules/tools": [
        "count_parameters: counts_buffers", "freeze: star_stops_at_dots", "optimizer_step: inside_the_graph",
    ],
    "modules/module": [
        "Module: CountsSharedTwice", "Module: SavesEverything", "Module: ReplacesByAnything",
        "Sequential: CountsFromOne", "ModuleList: ListNoNegativeIndex", "ModuleDict: SortsItsKeys",
    ],
    "linear/linear": [
        "Linear: NoBiasAttribute", "Linear: WeightTheOtherWayRound", "Linear: BiasAsARow", "Linear: ForgetsTheBias",
        "Linear: WeightData", "Linear: AlwaysDouble", "Linear: NormalWeights", "Linear: TakesWhatItNeeds",
        "Linear: OneRowAtATime", "Linear: SubclassOfTorchs", "Linear: KeepsInputOnItself", "Flatten: EndIsExclusive",
        "Flatten: ViewsOnly",
    ],
    "normalization/layernorm": [
        "LayerNorm: LastAxisOnly", "LayerNorm: ChangesItsInput", "LayerNorm: ConstantStatistics",
        "LayerNorm: MeanOfSquares",
        "LayerNorm: NotRegistered"],
    "normalization/batchnorm": [
        "batch_norm: torch_momentum", "BatchNorm2d: MomentumOfTheOld", "BatchNorm2d: ZeroVariance",
        "BatchNorm2d: ChecksDimensionsOnly", "BatchNorm2d: MeanOfSquares", "BatchNorm2d: RemembersTheGraph",
        "BatchNorm2d: PlainAttributes", "BatchNorm2d: NoneIsTheDefault",
    ],
    "normalization/switchable": ["SwitchableNorm2d: MixesDeviations"],
    "normalization/groupnorm": ["InstanceNorm2d: MomentumBackwards", "InstanceNorm2d: UpdatesInEvaluation"],
    "convolution/arithmetic": ["conv_output_size: rounds_up", "pool_output_size: stride_of_one"],
    "convolution/separable": ["DepthwiseSeparableConv2d: PadsTwice", "DepthwiseSeparableConv2d: Activates"],
    "convolution/conv": ["Conv2d: Flipped", "Conv2d: CircularIsReflect", "Conv2d: AlwaysABias"],
    "convolution/transpose": ["ConvTranspose2d: ForgetsOutputPadding"],
    "convolution/fold": ["Unfold: WindowsAsRows", "Fold: Averages"],
    "upsampling/pixelshuffle": [
        "PixelShuffle: RowsAndColumnsSwapped", "PixelShuffle: DropsWhatIsLeft", "PixelShuffle: Backwards",
    ],
    "upsampling/upsample": [
        "Upsample: FirstFactorForAll", "Upsample: HalfPixelForgotten", "Upsample: AlwaysAligned",
        "Upsample: PixelByPixel", "Upsample: CoarseWeights",
    ],
    "recurrent/cells": [
        "RNNCell: TransposedRecurrence", "RNNCell: OutputAndState", "RNNCell: OverwritesTheStateInRNNCell",
        "LSTMCell: ForgetGateFirst", "LSTMCell: HiddenOnly", "GRUCell: KeepsTheComplement",
    ],
    "recurrent/layers": [
        "GRU: ResetBeforeTheProduct", "GRU: DetachesEachStepInGRU", "GRU: OneMaskForAllTimesInGRU",
        "GRU: SequenceBySequenceInGRU", "LSTM: NoCellState", "LSTM: ZerosInDefaultDtypeInLSTM",
        "RNN: KeepsTheBatchAxisInRNN", "RNN: ZeroBiasesInRNN",
    ],
    "blocks/resnet": [
        "BasicBlock: SumNotRectified", "BasicBlock: AddsInPlace", "BasicBlock: StrideForgotten",
        "BasicBlock: FirstNormalisedTwice",
    ],
    "blocks/densenet": ["DenseBlock: OnlyTheLast"],
    "blocks/nin": ["GlobalAvgPoolHead: SqueezesEverything"],
    "blocks/inception": ["Inception: OtherOrder"],
    "blocks/vgg": ["vgg_block: ListOfLayers"],
    "blocks/classic": ["LeNet: SoftmaxAtTheEnd"],
    "linear/embedding": ["Embedding: PaddingLearns", "Embedding: TableTransposed"],
    "linear/dropout": ["Dropout: NoScaling", "Dropout2d: SingleElements"],
    "linear/padding": ["ZeroPad2d: HeightFirst"],
    "activations/activations": ["ReLU: AStep", "LeakyReLU: FixedSlope", "PReLU: SlopesStayAsTheyAre"],
    "activations/softmax": ["Softmax: AlwaysTheLastDimension", "Softmin: ForgetsTheMinus"],
    "losses/losses": ["MSELoss: HalfTheSquare", "BCELoss: LogarithmsUnclamped", "CrossEntropyLoss: AnyReduction"],
    "pooling/maxpool": ["MaxPool2d: PadsWithZeros", "MaxPool2d: PlaceInTheWindow"],
    "pooling/avgpool": ["AvgPool2d: AlwaysTheWholeWindow"],
    "pooling/adaptive": ["AdaptiveAvgPool2d: RemainderForTheLast"],
    "normalization/rmsnorm": ["RMSNorm: SubtractsTheMean"],
    "transformer/attention": ["MultiheadAttention: ScalesByAllFeatures", "MultiheadAttention: SoftmaxOverQueries"],
    "transformer/layers": ["TransformerEncoderLayer: IgnoresTheMask"],
    "transformer/models": ["TransformerEncoder: OneLayerSharedByAll"],
    "backward/dense": ["linear_backward: AveragesBoth"],
    "backward/norms": ["batch_norm_backward: ConstantStatistics"],
    "backward/convolution": ["conv2d_backward: StridesSwapped"],
    "backward/recurrent": ["lstm_cell_backward: ForgetGateSeesTheNewCell"],
}  # fmt: skip
"""Known-wrong answers of the course, by exercise."""

HEAD = "import torch\nfrom torch import nn\n\n\n"
CLASS = HEAD + "class Linear(nn.Module):\n"
BODY = """\
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
"""
WRITTEN = {
    "syntax_error": CLASS + BODY.replace("if bias else None", "if bias else"),
    "no_super": CLASS + BODY.replace("        super().__init__()\n", ""),
    "misspelt_name": CLASS + BODY.replace("return y if", "return z if"),
    "wrong_matmul": CLASS + BODY.replace("self.weight.T", "self.weight"),
    "returns_nothing": CLASS + BODY.replace("return y if self.bias is None else y + self.bias", "y + self.bias"),
    "calls_torch": CLASS + BODY.replace("x @ self.weight.T", "nn.functional.linear(x, self.weight)"),
    "import_fails": "import numpie\n" + CLASS.replace("nn.Module", "numpie.Module") + BODY,
    "half_written": CLASS
    + BODY.split("    def forward")[0]
    + "    def forward(self, x):\n        raise NotImplementedError\n",
}


FREEZE = """\
from fnmatch import fnmatchcase


def freeze(module, *patterns):
    names = [n for n, _ in module.named_parameters() if any(fnmatchcase(n, item) for item in patterns)]
    for name in names:
        module.get_parameter(name).requires_grad_(False)
    return names
"""
EXTRA = """
    def extra_repr(self):
        return f"in_features={self.weight.shape[1]}, out_features={self.weight.shape[0]}, bias={self.bias is not None}"
"""
ELSEWHERE = {
    "no_super_nor_parameters": ("linear/linear", "Flatten", "", FLATTEN.replace("        super().__init__()\n", "")),
    "misspelt_class": ("linear/linear", "Flatten", "", FLATTEN.replace("Flatten", "Flaten")),
    "quotation_mark": ("linear/linear", "Flatten", "", FLATTEN.replace("return x.", "return 'x.")),
    "misspelt_attribute": ("linear/linear", "Flatten", "", FLATTEN.replace("return x.", "return self.x.")),
    "asks_whether": ("linear/linear", "Linear", HEAD, f"class Linear(nn.Module):\n{BODY}{EXTRA}".replace("None", "0")),
    "function_syntax": ("modules/tools", "freeze", "", FREEZE.replace("patterns):\n", "patterns:\n", 1)),
    "function_raises": ("modules/tools", "freeze", "", FREEZE.replace("from fnmatch import fnmatchcase\n", "")),
    "function_recurses": ("modules/tools", "freeze", "", "def freeze(module, *patterns):\n    return freeze(module)\n"),
    "function_returns_nothing": ("modules/tools", "freeze", "", FREEZE.replace("    return names\n", "")),
}  # fmt: skip
"""More slips: the exercise, the part and the answer."""


@pytest.fixture(scope="module")
def outline() -> Outline:
    return read_outline(ROOT)


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    cache = Path(os.environ["COURSE_CACHE"]) / "suites"
    # However slow the machine, the search for a smaller case ends by its count.
    with contextlib.closing(Checker(ROOT, tmp_path_factory.mktemp("empty"), cache, shrink_seconds=60)) as made:
        # To compile these suites takes minutes; what is released are the same.
        for slug, names in MISTAKES.items():
            exercise = made.course.exercise(slug)
            released = Record(ROOT / "assignments" / exercise.assignment / FOLDER / f"{exercise.name}{SUFFIX}")
            for symbol in {name.split(": ")[0] for name in names}:
                if not left_out(exercise.part(symbol)):
                    made.judge.suites.learn(released.suite(symbol))
        yield made


@pytest.fixture(autouse=True)
def _settings_of_torch() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")


def compare(name: str, shown: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def screen(report: PartReport, outline: Outline, slug: str) -> str:
    (lesson,) = (lesson for lesson in outline.lessons if lesson.slug == slug)
    return plain_text(report, AnswerPaths(f"{slug}.py", f"{slug}.md", lesson.text), width=WIDTH)


def pasted(code: str, name: str, source: str) -> str:
    """What a snippet prints beside an answer, up to the exception that ends it."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    printed = io.StringIO()
    try:
        exec(compile(source, f"{name}.py", "exec"), vars(module))
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "pasted", "exec"), {"__name__": "pasted"})
    except Exception as error:
        return f"{printed.getvalue()}{type(error).__name__}: {error}"
    finally:
        del sys.modules[name]
    return printed.getvalue()


CASES = [(slug, *name.split(": ")) for slug, names in MISTAKES.items() for name in names]


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "symbol", "name"), CASES, ids=[f"{symbol}-{name}" for _, symbol, name in CASES])
def test_a_typical_mistake_is_explained(slug: str, symbol: str, name: str, checker: Checker, outline: Outline) -> None:
    (lesson,) = (lesson for lesson in outline.lessons if lesson.slug == slug)
    exercise = checker.exercise(lesson)
    (item,) = (item for item in exercise.misconceptions if (item.part, item.name) == (symbol, name))
    source = misconception_source(exercise, item)
    report = checker.check_answer(lesson, symbol, Answer.from_source(f"{slug}.py", source))
    compare(f"{symbol}-{name}", screen(report, outline, slug))
    failure = first_failure(report)
    assert failure is not None
    if failure.counterexample is not None:
        code = failure.counterexample.snippet
        wrong, right = (pasted(code, exercise.name, text) for text in (source, exercise.reference_source))
        assert wrong != right, f"the snippet shows no difference:\n{code}\n{wrong}"


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_a_slip_is_explained(name: str, checker: Checker, outline: Outline) -> None:
    (lesson,) = (lesson for lesson in outline.lessons if lesson.slug == "linear/linear")
    report = checker.check_answer(lesson, "Linear", Answer.from_source("linear/linear.py", WRITTEN[name]))
    compare(f"slip-{name}", screen(report, outline, "linear/linear"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_slip_elsewhere_is_explained(name: str, checker: Checker, outline: Outline) -> None:
    slug, symbol, *texts = ELSEWHERE[name]
    (lesson,) = (lesson for lesson in outline.lessons if lesson.slug == slug)
    source = "".join(texts)
    report = checker.check_answer(lesson, symbol, Answer.from_source(f"{slug}.py", source))
    shown = screen(report, outline, slug)
    hints = [str(hint(level, lesson, symbol, report, "", source)) for level in (1, 2)]
    compare(f"slip-{name}", "\n\n".join([shown.strip("\n"), *hints]) + "\n")
    failure = first_failure(report)
    assert failure is not None
    if failure.counterexample is not None:
        reference = checker.exercise(lesson).reference_source
        code = failure.counterexample.snippet
        assert pasted(code, slug.split("/")[1], source) != pasted(code, slug.split("/")[1], reference)


@pytest.mark.slow
def test_a_class_that_is_half_written_is_no_mistake(checker: Checker, outline: Outline) -> None:
    (lesson,) = (lesson for lesson in outline.lessons if lesson.slug == "modules/module")
    written = {method for stage in lesson.stages("Module")[:2] for method in stage.methods}
    source = checker.exercise(lesson).signatures
    module = definition(source, "Module")
    assert isinstance(module, ast.ClassDef)
    lines = source.splitlines()
    later = [
        node for node in module.body
        if isinstance(node, ast.FunctionDef) and left(lesson, "Module", [lesson.stub]).count(node.name)
        and node.name not in written
    ]  # fmt: skip
    for node in later[::-1]:
        stub = f'        raise NotImplementedError("Write Module.{node.name}.")'
        lines[node.body[0].lineno - 1 : node.end_lineno] = [stub]
    answer = Answer.from_source("modules/module.py", "\n".join(lines))
    report = checker.check_answer(lesson, "Module", answer)
    unwritten = checker.unwritten(lesson, "Module", answer)
    shown = plain_text(report, paths(report, lesson, unwritten=unwritten), width=60)
    compare("Module-half_written", f"{checker.standings['Module']}\n\n{shown}")


def snippet_in(text: str) -> list[str]:
    """The lines of the snippet of a golden text."""
    after = text.partition("To see it, run this beside your answer")[2].partition("\n")[2]
    rest = re.split(r"\n\n(?=expected  |got  |largest  |your line |This looks like|lesson  |stuck\\?)", after)[0]
    return rest.strip("\n").splitlines() if after else []


TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.txt"))}


def test_the_golden_texts_are_those_of_the_tests() -> None:
    names = {f"{symbol}-{name}" for _, symbol, name in CASES} | {f"slip-{name}" for name in (*WRITTEN, *ELSEWHERE)}
    names |= {"Module-half_written"}
    assert set(TEXTS) == names
    assert len(names) >= 60


def test_nine_in_ten_snippets_are_short() -> None:
    lengths = {name: len(snippet_in(text)) for name, text in TEXTS.items() if snippet_in(text)}
    long = {name: length for name, length in lengths.items() if length > MOST_LINES}
    assert len(long) <= len(lengths) / 10, long


@pytest.mark.parametrize("name", TEXTS)
def test_the_first_screen_says_what_is_wrong_and_shows_it(name: str) -> None:
    text = TEXTS[name]
    first = text.splitlines()[:HEIGHT]
    assert first[2].partition(":")[0] in CRITERIA or "slip" in name or "half" in name
    snippet = snippet_in(text)
    assert any("course run" in line or "stuck?" in line for line in first)
    if 0 < len(snippet) <= MOST_LINES:
        assert snippet[-1] in first
