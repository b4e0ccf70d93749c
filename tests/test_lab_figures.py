"""The interactive figures of lessons: their arithmetic is torch's, and a keyboard and a phone are enough for them."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from grader.release import palette
from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FIGURES = Path(__file__).parents[1] / "grader" / "release" / "site" / "figures"
SOLUTIONS = Path(__file__).parents[1] / "solutions"
KINDS = {".js": "text/javascript", ".css": "text/css"}
PAGE = """<!doctype html><html lang="{language}"><meta name="viewport" content="width=device-width">
<title>Lesson</title><style>html {{ color-scheme: light dark }} body {{ margin: 16px }}</style>
<main><h1>Lesson</h1>{labs}</main><script type="module" src="/figures/labs.js"></script>"""
LAB = '<div class="lab" data-lab="{}"><p>static picture</p></div>'
SITE = "http://lessons.test/"
LABS = ("convolution", "upsampling", "normalization", "attention")

Open = Callable[..., "Page"]


@pytest.fixture
def lesson(browser: "Browser") -> Iterator[Open]:
    """Opens a lesson with figures; what a test does there must cause no word on the console and no other request."""
    said: list[str] = []
    contexts = []

    def visit(*labs: str, language: str = "en", width: int = 900, scheme: str = "light", **more: Any) -> "Page":
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

        def answer(route: Any) -> None:
            path = FIGURES / route.request.url.removeprefix(SITE + "figures/")
            if route.request.url == SITE:
                route.fulfill(
                    body=PAGE.format(labs="".join(map(LAB.format, labs)), language=language),
                    content_type="text/html; charset=utf-8",
                )
            elif path.is_file():
                route.fulfill(body=path.read_text(encoding="utf-8"), content_type=KINDS[path.suffix])
            else:
                said.append(f"asked for {route.request.url}")
                route.abort()

        page.route("**/*", answer)
        page.goto(SITE)
        if more.get("java_script_enabled", True):
            page.wait_for_function("n => document.querySelectorAll('.lab-stage svg').length === n", arg=len(labs))
        return page

    yield visit
    for context in contexts:
        context.close()
    assert said == []


# The arithmetic.

SETTINGS = [
    {"transposed": False, "i": i, "k": k, "s": s, "p": p, "d": d, "extra": 0}
    for i, k, s, p, d in itertools.product((1, 5, 8), (1, 2, 3, 5), range(1, 5), range(4), range(1, 4))
] + [
    {"transposed": True, "i": i, "k": k, "s": s, "p": p, "d": d, "extra": extra}
    for i, k, s, p, d in itertools.product((2, 6), (1, 2, 3, 4), range(1, 5), range(4), range(1, 4))
    for extra in range(max(s, d))
]
MODES = {
    "nearest": {"mode": "nearest"},
    "nearest-exact": {"mode": "nearest-exact"},
    "half": {"mode": "linear", "align_corners": False},
    "corners": {"mode": "linear", "align_corners": True},
}
SCALES = [
    {"mode": mode, "n": n, "factor": quarters / 4}
    for mode, n, quarters in itertools.product(MODES, range(2, 7), range(2, 17))
]
SHAPES = ((1, 4, 3, 2), (3, 4, 3, 2), (2, 4, 3), (2, 4), (1, 4))
NORMS = (
    [
        {"layer": layer, "shape": shape, "groups": 2, "last": 1}
        for layer in ("BatchNorm", "InstanceNorm")
        for shape in SHAPES
    ]
    + [{"layer": "GroupNorm", "shape": shape, "groups": groups, "last": 1} for shape in SHAPES for groups in (1, 2, 4)]
    + [
        {"layer": layer, "shape": shape, "groups": 2, "last": last}
        for layer in ("LayerNorm", "RMSNorm")
        for shape in SHAPES
        for last in range(1, len(shape))
    ]
)
MASKS = [
    {"causal": causal, "padding": padding, "late": late, "scaled": scaled, "d": d}
    for causal, late, scaled in itertools.product((False, True), repeat=3)
    for padding, d in itertools.product(("none", "end", "start"), (2, 32))
]
COMPUTE = """async (cases) => {
  const { settings, scales, norms, masks } = JSON.parse(cases);
  const conv = await import("/figures/convolution.js");
  const up = await import("/figures/upsampling.js");
  const norm = await import("/figures/normalization.js");
  const look = await import("/figures/attention.js");
  const steps = (count) => [...Array(count).keys()];
  return JSON.stringify({
    convolution: settings.map((each) => {
      const plan = conv.geometry(each);
      const taps = steps(plan.narrow).map((step) => conv.taps(each, step));
      return { ...plan, taps, counts: conv.touches(each), over: conv.leftOver(each), period: conv.period(each) };
    }),
    upsampling: scales.map((each) => {
      const places = steps(up.sizeOf(each.n, each.factor)).map((output) => up.source(each, output));
      return { places, ignored: up.ignored(each) };
    }),
    normalization: norms.map((each) => {
      const shared = norm.indices(each.shape).map((index) => norm.shared(each, index).join());
      const [mean, parameters] = [norm.mean(each), norm.parameters(each)];
      const [statistics, count, refused] = [norm.statistics(each), norm.count(each), norm.refused(each)];
      return { shared, mean, parameters, statistics, count, refused };
    }),
    attention: masks.map((each) => ({ ...look.vectors(each.d), weights: look.weights(each) })),
  });
}"""


def test_the_figures_compute_what_torch_computes(lesson: Open) -> None:
    page = lesson("convolution")
    found = json.loads(
        page.evaluate(COMPUTE, json.dumps({"settings": SETTINGS, "scales": SCALES, "norms": NORMS, "masks": MASKS}))
    )
    for setting, plan in zip(SETTINGS, found["convolution"], strict=True):
        (transposed if setting["transposed"] else convolved)(plan, **setting)
    for setting, plan in zip(SCALES, found["upsampling"], strict=True):
        upsampled(plan, **setting)
    for setting, plan in zip(NORMS, found["normalization"], strict=True):
        normalised(plan, **setting)
    for setting, plan in zip(MASKS, found["attention"], strict=True):
        attended(plan, **setting)


def convolved(plan: dict[str, Any], i: int, k: int, s: int, p: int, d: int, **_: Any) -> None:
    case = (i, k, s, p, d)
    try:
        size = F.conv1d(torch.empty(1, 1, i, device="meta"), torch.empty(1, 1, k, device="meta"), None, s, p, d).shape[
            -1
        ]
    except RuntimeError:
        assert plan["size"] < 1, case
        return
    assert plan["size"] == plan["narrow"] == size, case
    # Each column holds what a window reads; a place counts from 1, padding reads as 0.
    row = torch.arange(1.0, i + 1)[None, None, None]
    windows = F.unfold(row, (1, k), (1, d), (0, p), (1, s))[0].T.long().tolist()
    assert [[place - p + 1 if p <= place < p + i else 0 for place in step] for step in plan["taps"]] == windows, case
    counts = F.conv_transpose1d(torch.ones(1, 1, size), torch.ones(1, 1, k), stride=s, dilation=d)[0, 0]
    assert plan["over"] == i + 2 * p - len(counts), case
    assert plan["counts"] == [*counts.long().tolist(), *[0] * plan["over"]], case


def transposed(plan: dict[str, Any], i: int, k: int, s: int, p: int, d: int, extra: int, **_: Any) -> None:
    case = (i, k, s, p, d, extra)
    try:
        counts = (
            F.conv_transpose1d(torch.ones(1, 1, i), torch.ones(1, 1, k), None, s, p, extra, 1, d)[0, 0].long().tolist()
        )
    except RuntimeError:
        assert plan["size"] < 1, case
        return
    assert plan["size"] == len(counts), case
    assert plan["counts"][plan["from"] : plan["to"]] == counts, case
    if i == 6 and p == 0 and (i - 1) * s >= plan["span"] + s:  # there is an inside, where no end is felt
        inside = range(plan["span"], plan["span"] + s)
        assert [plan["period"][place % s] for place in inside] == [counts[place] for place in inside], case


def upsampled(plan: dict[str, Any], mode: str, n: int, factor: float) -> None:
    eye = torch.eye(n, dtype=torch.float64)[:, None]
    expected = F.interpolate(eye, scale_factor=factor, **MODES[mode])[:, 0].T
    got = torch.zeros_like(expected)
    for output, each in enumerate(plan["places"]):
        for place, share in each["shares"]:
            got[output, place] += share
        if mode in ("half", "corners"):  # the place itself: an input that says where it is
            assert min(max(each["place"], 0), n - 1) == pytest.approx(
                float(expected[output] @ torch.arange(n).double())
            )
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12, msg=lambda text: f"{mode} {n} {factor}: {text}")
    assert plan["ignored"] == (expected.sum(0) == 0).nonzero().flatten().tolist()


def normalised(plan: dict[str, Any], layer: str, shape: tuple[int, ...], groups: int, last: int) -> None:
    case = (layer, shape, groups, last)
    suffix = f"{layer}{2 if len(shape) == 4 else 1}d"
    if layer == "InstanceNorm" and len(shape) == 2:
        assert plan["refused"]  # torch would take the table for one sample of a sequence
        return
    made = {
        "BatchNorm": lambda: getattr(nn, suffix)(shape[1], eps=1.0),
        "InstanceNorm": lambda: getattr(nn, suffix)(shape[1], eps=1.0),
        "GroupNorm": lambda: nn.GroupNorm(groups, shape[1], eps=1.0),
        "LayerNorm": lambda: nn.LayerNorm(shape[-last:], eps=1.0),
        "RMSNorm": lambda: nn.RMSNorm(shape[-last:], eps=1.0),
    }[layer]()
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    weight = made.weight
    assert plan["parameters"] == (None if weight is None else [*weight.shape]), case
    by_hand = eval(plan["mean"], {"x": x})
    assert plan["statistics"] == [*by_hand.shape], case
    assert plan["count"] == x.numel() / by_hand.numel(), case
    if plan["refused"]:
        with pytest.raises(ValueError, match="more than 1 value per channel"):
            made.double()(x)
        return
    # Values share statistics where one's output depends on the other's input.
    jacobian = torch.autograd.functional.jacobian(made.double(), x, vectorize=True).reshape(x.numel(), x.numel())
    together = torch.tensor([[one == other for other in plan["shared"]] for one in plan["shared"]])
    if plan["count"] == 1 and layer != "RMSNorm":
        assert not jacobian.any(), case
    else:
        assert torch.equal(jacobian.abs() > 1e-9, together), case


def attended(plan: dict[str, Any], causal: bool, padding: str, late: bool, scaled: bool, d: int) -> None:
    q, k = (torch.tensor(plan[name], dtype=torch.float64)[None] for name in ("queries", "keys"))
    layer = nn.MultiheadAttention(d, 1, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():  # projections that change nothing, and a scale that takes back torch's own
        layer.in_proj_weight.copy_(torch.eye(d).repeat(3, 1))
    q = q if scaled else q * d**0.5
    hidden = torch.zeros(1, 5, dtype=torch.bool)
    if padding != "none":
        hidden[0, [3, 4] if padding == "end" else [0]] = True
    later = torch.ones(5, 5, dtype=torch.bool).triu(1) & causal  # True forbids, in both masks
    if late:
        expected = layer(q, k, k)[1][0].masked_fill(later | hidden, 0)
    else:
        expected = layer(q, k, k, key_padding_mask=hidden, attn_mask=later)[1][0]
    got = torch.tensor([[float("nan") if each is None else each for each in row] for row in plan["weights"]])
    torch.testing.assert_close(got.double(), expected, rtol=1e-5, atol=1e-7, equal_nan=True)


# What a reader does.


def said(page: "Page") -> str:
    return page.get_by_role("status").inner_text()


def test_convolution_arithmetic_is_stepped_through_by_keyboard(lesson: Open) -> None:
    page = lesson("convolution")
    assert said(page) == "Step 1 of 3: y₀ = w₀·x₀ + w₁·x₁ + w₂·x₂. Every input is read."
    assert page.get_by_role("status").get_attribute("aria-live") == "off"
    page.get_by_role("slider", name="input i").press("ArrowRight")
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"
    assert "(8 + 2·0 − 3) mod 2 = 1" in said(page)
    assert "of the input x₇" in said(page)
    assert "⌊(8 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊5 / 2⌋ + 1 = 3" in page.locator(".lab-formula").inner_text()
    assert page.locator("[role=img] .unused text").all_text_contents() == ["x₇"]
    # The window glides to the next step, unless the reader asked for less motion.
    page.evaluate("() => { window.glided = 0; Element.prototype.animate = () => { window.glided += 1; }; }")
    page.get_by_role("button", name="One step on").press("Enter")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="One step back").press("Enter")
    assert page.evaluate("window.glided") == 1
    page.get_by_role("slider", name="Step").press("End")
    assert said(page).startswith("Step 3 of 3: y₂ = w₀·x₄ + w₁·x₅ + w₂·x₆.")
    page.get_by_label("padding p").press("ArrowRight")
    assert said(page).startswith("Step 3 of 4: y₂ = w₀·x₃ + w₁·x₄ + w₂·x₅.")
    page.get_by_role("slider", name="input i").press("Home")
    page.get_by_label("padding p").press("Home")
    assert "does not fit, and torch raises an error" in said(page)
    page.get_by_label("transposed").press("Space")
    assert (
        page.locator(".lab-formula code").inner_text() == "nn.ConvTranspose1d(1, 1, 3, stride=2): (1, 1, 1) → (1, 1, 3)"
    )
    page.get_by_label("image").press("Space")
    assert said(page).startswith("Step 1 of 1: the input at row 0, column 0 leaves 9 products")


def test_upsampling_says_what_an_output_takes(lesson: Open) -> None:
    page = lesson("upsampling")
    assert "x = (0 + ½)·0.5 − ½ = −0.25, before the first centre; that counts as 0: y₀ = in₀ = 1." in said(page)
    page.get_by_role("slider", name="Output").press("ArrowRight")
    assert said(page).endswith("between inputs 0 and 1: y₁ = 0.75·in₀ + 0.25·in₁ = 0.75·1 + 0.25·3 = 1.5.")
    page.get_by_label("align_corners=False").press("ArrowRight")  # the radio button after it
    assert "x = 1·(4 − 1) / (8 − 1) = 0.429" in said(page)
    page.get_by_label("nearest", exact=True).press("Space")
    page.get_by_label("scale_factor").press("Home")
    assert said(page).endswith("No output takes anything of inputs 1, 3: the gradient there is 0.")
    page.locator(".cell.output").first.click()
    assert said(page).startswith("Output 0 takes the input under its left edge, ⌊0·2⌋ = 0")


def test_the_cells_that_share_a_mean_are_walked_by_arrow_keys(lesson: Open) -> None:
    page = lesson("normalization:BatchNorm")
    page.get_by_label("batch N").focus()
    page.keyboard.press("Tab")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Control+End", "ArrowUp"):
        page.keyboard.press(key)
    here = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert here == "sample 1, channel 3, row 1, column 1: mean 4"
    assert "column 1 shares its mean with 11 others (n = 12): channel 3 of every sample" in said(page)
    selected = page.locator("[role=gridcell][aria-selected=true]")
    assert selected.count() == 12
    page.get_by_label("GroupNorm").press("Space")
    assert selected.count() == 12
    page.get_by_label("groups").press("Home")
    assert selected.count() == 24
    assert "channels 0 to 3 of sample 1. The input has 2 means in all." in said(page)
    page.get_by_label("batch N").press("Home")
    page.get_by_label("tables").press("Space")
    page.get_by_label("BatchNorm").press("Space")
    assert "One value has no variance: in training, torch raises an error." in said(page)
    page.locator("[role=gridcell]").last.click()
    assert "channel 3" in said(page)


def test_the_masks_of_attention_are_tried_by_keyboard(lesson: Open) -> None:
    page = lesson("attention")
    assert said(page).startswith("Query 2 reads keys 0, 1, 2, 3, 4 with weights")
    page.get_by_role("radio", name="causal").press("Space")
    assert said(page).endswith("; 3, 4 are forbidden. The weights add up to 1.")
    page.get_by_role("radio", name="0 after it").press("Space")
    assert "They add up to 0.96 only" in said(page)
    page.get_by_role("radio", name="before the softmax").press("Space")
    page.get_by_role("radio", name="first key").press("Space")
    page.get_by_role("slider", name="Query").press("Home")
    assert said(page).startswith("Every key is forbidden to query 0: the softmax of −∞ alone is 0 / 0")
    assert page.locator(".total").first.text_content() == "nan"
    page.locator(".weights .row").last.click()
    assert said(page).startswith("Query 4 reads keys 1, 2, 3, 4")


def test_every_control_is_a_stop_of_the_tab_key_that_can_be_seen(lesson: Open) -> None:
    page = lesson(*LABS)
    enabled = page.locator(".lab-tool :is(input[type=range], button):visible:enabled").count()
    stops = []
    for _ in range(enabled + page.locator(".lab-choice").count() + page.locator("[role=grid]").count()):
        page.keyboard.press("Tab")
        looks = page.evaluate("""() => {
          const here = document.activeElement;
          const drawn = here.querySelector("rect");
          return [here.outerHTML, here.closest(".lab-tool") !== null, getComputedStyle(here).outline,
            drawn && getComputedStyle(drawn).strokeWidth];
        }""")
        assert looks[1]
        assert "solid 3px" in looks[2] or looks[3] == "4px"
        stops.append(looks[0])
    assert len(set(stops)) == len(stops) == 28


EVERYWHERE = """() => {
  const wrong = [];
  const ranges = (tool) => [...tool.querySelectorAll("input[type=range]:not(:disabled)")];
  for (const tool of document.querySelectorAll(".lab-tool")) {
    for (const radio of tool.querySelectorAll("input[type=radio]")) {
      radio.click();
      for (const end of ["max", "min"]) {
        for (const range of ranges(tool)) range.value = range[end];
        for (const again of [1, 2]) ranges(tool).at(-1)?.dispatchEvent(new Event("input"));
        const found = tool.outerHTML.match(/.{30}(undefined|NaN|null|Infinity|\\[object).{30}/);
        if (found) wrong.push(found[0]);
        if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${tool.textContent} is wider than the page`);
      }
    }
  }
  return wrong;
}"""
# Texts on what lies under them, and the marks on the page, by the formula of WCAG.
CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => numbers(colour).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const look = (node) => getComputedStyle(node);
  const paper = look(document.querySelector(".lab-tool")).backgroundColor;
  const under = (text) => {
    const shape = text.parentNode.matches(".cell") ? text.parentNode.querySelector("rect, circle") : null;
    return shape && look(shape).fill !== "none" ? look(shape).fill : paper;
  };
  const poor = [];
  for (const text of document.querySelectorAll(".lab-tool svg text")) {
    if (contrast(look(text).fill, under(text)) < 4.5) poor.push(text.parentNode.outerHTML);
  }
  for (const shape of document.querySelectorAll(".lab-tool svg :is(rect, line, path, circle)")) {
    const [fill, stroke] = [look(shape).fill, look(shape).stroke];
    const seen = [fill, stroke].filter((colour) => colour !== "none").map((colour) => contrast(colour, paper));
    if (seen.length && Math.max(...seen) < 3) poor.push(shape.outerHTML);
  }
  for (const words of document.querySelectorAll(".lab-tool :is(p, label, legend, output, li, code)")) {
    const back = words.tagName === "CODE" ? look(words).backgroundColor : paper;
    if (contrast(look(words).color, back) < 4.5) poor.push(words.outerHTML);
  }
  return poor;
}"""


def test_figures_speak_both_languages_fit_a_phone_and_can_be_seen(lesson: Open) -> None:
    for language, scheme in (("en", "light"), ("zh-CN", "dark")):
        page = lesson(*LABS, language=language, width=360, scheme=scheme)
        assert language != "en" or browsers.violations(page) == []
        assert page.evaluate(CONTRASTS) == []
        assert page.evaluate(EVERYWHERE) == []
        assert page.evaluate(CONTRASTS) == []
        for tool in page.locator(".lab-tool").all():
            chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in tool.inner_text())
            assert (chinese > 80) if language == "zh-CN" else (chinese == 0)


def test_the_static_picture_stays_and_the_site_s_theme_comes_before_the_system_s(lesson: Open) -> None:
    page = lesson("convolution", "nothing of that name", java_script_enabled=False)
    assert page.locator(".lab").all_inner_texts() == ["static picture"] * 2
    page = lesson("convolution")
    assert page.get_by_text("static picture").is_visible()
    page.evaluate("import('/figures/labs.js').then((labs) => labs.start())")
    assert page.locator(".lab-tool").count() == 1
    paper = """theme => {
      document.body.dataset.mdColorScheme = theme;
      return getComputedStyle(document.querySelector(".lab-tool")).backgroundColor;
    }"""
    assert [page.evaluate(paper, theme) for theme in ("default", "slate")] == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_a_lesson_names_a_figure_and_a_preset_that_exist() -> None:
    named = [path.read_text(encoding="utf-8").strip() for path in sorted(SOLUTIONS.glob("*/*/lab.txt"))]
    for name, _, preset in (each.partition(":") for each in named):
        assert name in (FIGURES / "labs.js").read_text(encoding="utf-8")
        assert not preset or f"{preset}:" in (FIGURES / f"{name}.js").read_text(encoding="utf-8")
    assert {name.partition(":")[0] for name in named} == set(LABS)


def test_the_colours_are_those_of_the_static_pictures() -> None:
    text = (FIGURES / "labs.css").read_text(encoding="utf-8")
    pairs = [
        pair.split(", ") for pair in text.replace(")", "(").split("light-dark(")[1:] for pair in [pair.split("(")[0]]
    ]
    assert len(pairs) == 13
    assert all(palette.DARK[light] == dark for light, dark in pairs)
