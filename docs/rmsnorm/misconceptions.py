"""Known-wrong answers, as edits of the reference; each hint is for the student who made that mistake."""

from functools import partial

from grader.spec import mistake

wrong = partial(mistake, parts="RMSNorm")

mistakes = [
    wrong("EpsIsAsked", criterion="interface", hint="eps may be left out.", edits={"float | None = None": "float"}),
    wrong("AlwaysAWeight", criterion="parameters", hint="Set None.", edits={" if elementwise_affine else None": ""}),
    wrong("AddsAnAxis", criterion="shapes", hint="Keep the shape of the input.", edits={"y = x *": "y = x[None] *"}),
    wrong("SubtractsTheMean", criterion="values", hint="That is LayerNorm: here the mean stays where it is.",
          edits={"x.square()": "(x - x.mean(axes, keepdim=True)).square()"}),
    wrong("LastAxisOnly", criterion="values", hint="All of normalized_shape is averaged over, not its last axis only.",
          edits={".mean(axes, keepdim=True)": ".mean(-1, keepdim=True)"}),
    wrong("EpsOutside", criterion="values", hint="eps is added under the root.",
          edits={"keepdim=True) + eps)": "keepdim=True)) + eps"}),
    wrong("ConstantScale", criterion="gradients", hint="The mean square depends on x: let the gradient through it.",
          edits={"x.square()": "x.detach().square()"}),
    wrong("StartsAtZero", criterion="init", hint="A fresh weight is one.", edits={"torch.ones": "torch.zeros"}),
    wrong("AnySize", criterion="errors", hint="Compare the sizes yourself: an axis of one would be stretched.",
          edits={"if x.shape[-len(axes) :] != self.normalized_shape:": "if x.dim() < len(axes):"}),
]  # fmt: skip
