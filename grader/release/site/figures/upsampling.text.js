/** The words of the figure of upsampling, in English and Chinese. */

import { below, signed } from "./lab.js";
import { VALUES } from "./upsampling.js";

const product = ([index, part]) => (part === 1 ? `in${below(index)}` : `${signed(part)}·in${below(index)}`);
const sum = (plan) => {
  const numbers = plan.shares
    .map(([index, part]) => (part === 1 ? VALUES[index] : `${signed(part)}·${VALUES[index]}`))
    .join(" + ");
  const terms = plan.shares.map(product).join(" + ");
  return `y${below(plan.output)} = ${terms} = ${numbers}${plan.shares.length > 1 ? ` = ${signed(plan.value)}` : ""}`;
};
const worked = ({ mode, n, size, output, step, place }) =>
  mode === "corners"
    ? size > 1
      ? `${output}·(${n} − 1) / (${size} − 1) = ${signed(place)}`
      : "0"
    : `(${output} + ½)·${signed(step)} − ½ = ${signed(place)}`;
const index = ({ mode, output, step, shares }) =>
  mode === "nearest"
    ? `⌊${output}·${signed(step)}⌋ = ${shares[0][0]}`
    : `⌊(${output} + ½)·${signed(step)}⌋ = ${shares[0][0]}`;
const formula = ({ mode, n, factor, size, step }) => {
  const sizes = `n_{out} = ⌊n·f⌋ = ⌊${n}·${factor}⌋ = ${size}`;
  const steps = `s = 1 / f = ${signed(step)}`;
  if (mode === "nearest") return [sizes, `${steps},  y_{i} = in[⌊i·s⌋]`];
  if (mode === "nearest-exact") return [sizes, `${steps},  y_{i} = in[⌊(i + ½)·s⌋]`];
  if (mode === "half" && size === n) return [sizes, "n_{out} = n,  y_{i} = in_{i}"];
  if (mode === "half") return [sizes, `${steps},  x_{i} = max(0, (i + ½)·s − ½)`];
  return [sizes, `x_{i} = i·(n − 1) / (n_{out} − 1) = i · ${size > 1 ? signed((n - 1) / (size - 1)) : 0}`];
};

const en = {
  title: "Try it: where the outputs lie",
  gap: " ",
  first:
    "Try this first: step through the outputs and watch the shares of their two neighbours. Then switch to align_corners=True. Which outputs are now exact copies of an input?",
  mode: "Mode",
  modes: [
    ["nearest", "nearest"],
    ["nearest-exact", "nearest-exact"],
    ["half", "linear, align_corners=False"],
    ["corners", "linear, align_corners=True"],
  ],
  inputs: "inputs n",
  output: "Output",
  back: "The output before",
  on: "The next output",
  place: (at, size) => `${at} (of 0 to ${size - 1})`,
  inputDot: "an input's value, at its centre",
  outputMark: "an output's value, at the place it reads",
  chosen: "the output chosen",
  edges: "where the outer edges coincide",
  corners: "where the outer centres coincide",
  images: "bilinear does this along the height and along the width, and multiplies the two shares.",
  formula,
  takes: (plan) => {
    if (plan.mode === "nearest")
      return `Output ${plan.output} takes the input under its left edge, ${index(plan)}: ${sum(plan)}.`;
    if (plan.mode === "nearest-exact")
      return `Output ${plan.output} takes the input under its centre, ${index(plan)}: ${sum(plan)}.`;
    if (plan.size === plan.n) return `The size stays the same, so every element is copied: ${sum(plan)}.`;
    const at = `Output ${plan.output} lies at x = ${worked(plan)}`;
    if (plan.place < 0) return `${at}, before the first centre; that counts as 0: ${sum(plan)}.`;
    if (plan.place > plan.n - 1)
      return `${at}, after the last centre, where there is no right neighbour: ${sum(plan)}.`;
    return plan.shares.length > 1
      ? `${at}, between inputs ${plan.shares[0][0]} and ${plan.shares[1][0]}: ${sum(plan)}.`
      : `${at}, on an input's centre: ${sum(plan)}.`;
  },
  notes: (plan) => {
    const said = [];
    if (plan.mode !== "corners" && plan.covered < plan.n)
      said.push(`n·f was rounded down, so the outputs cover ${signed(plan.covered)} of ${plan.n} inputs.`);
    if (plan.ignored.length)
      said.push(
        `No output takes anything of ${plan.ignored.length > 1 ? "inputs" : "input"} ${plan.ignored.join(", ")}: the gradient there is 0.`,
      );
    return said.join(" ");
  },
};

const zh = {
  title: "动手试试：输出落在哪里",
  gap: "",
  first: "先试这个：逐个查看输出，注意两个相邻输入各占多少。再换成 align_corners=True：现在哪些输出恰好等于某个输入？",
  mode: "模式",
  modes: [
    ["nearest", "nearest"],
    ["nearest-exact", "nearest-exact"],
    ["half", "linear, align_corners=False"],
    ["corners", "linear, align_corners=True"],
  ],
  inputs: "输入个数 n",
  output: "输出",
  back: "上一个输出",
  on: "下一个输出",
  place: (at, size) => `${at}（从 0 到 ${size - 1}）`,
  inputDot: "输入的值，画在中心",
  outputMark: "输出的值，画在取值的位置",
  chosen: "选中的输出",
  edges: "两者的外边缘在此对齐",
  corners: "两端的中心在此对齐",
  images: "bilinear 沿高和宽各做一次，两个权重相乘。",
  formula,
  takes: (plan) => {
    if (plan.mode === "nearest") return `输出 ${plan.output} 取左边缘所在的输入，${index(plan)}：${sum(plan)}。`;
    if (plan.mode === "nearest-exact") return `输出 ${plan.output} 取中心所在的输入，${index(plan)}：${sum(plan)}。`;
    if (plan.size === plan.n) return `大小不变，逐个复制：${sum(plan)}。`;
    const at = `输出 ${plan.output} 位于 x = ${worked(plan)}`;
    if (plan.place < 0) return `${at}，在第一个中心之前，按 0 算：${sum(plan)}。`;
    if (plan.place > plan.n - 1) return `${at}，在最后一个中心之后，右边没有邻居：${sum(plan)}。`;
    return plan.shares.length > 1
      ? `${at}，在输入 ${plan.shares[0][0]} 和 ${plan.shares[1][0]} 之间：${sum(plan)}。`
      : `${at}，正好在一个输入的中心：${sum(plan)}。`;
  },
  notes: (plan) => {
    const said = [];
    if (plan.mode !== "corners" && plan.covered < plan.n)
      said.push(`n·f 向下取整，所以输出只盖住 ${plan.n} 个输入中的 ${signed(plan.covered)} 个。`);
    if (plan.ignored.length) said.push(`没有输出用到输入 ${plan.ignored.join("、")}：那里的梯度为 0。`);
    return said.join("");
  },
};

export const texts = { en, zh };
