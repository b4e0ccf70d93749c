/** The words of the figure of convolution arithmetic, in English and Chinese. */

import { below, signed } from "./lab.js";

const list = (names, comma = ", ") => names.join(comma);
const few = (names, comma) => list(names.length > 6 ? [...names.slice(0, 5), "…", names.at(-1)] : names, comma);
const cells = (letter, indices) => indices.map((index) => letter + below(index));
const products = (places) =>
  places.map((place, tap) => `w${below(tap)}·${place === null ? "0" : `x${below(place)}`}`).join(" + ");
const within = ({ i, s, span }) => (i - 1) * s - span + 2 >= s; // a whole period lies where no end is felt
const uneven = (counts) => new Set(counts).size > 1;

const numbers = (plan) =>
  plan.transposed
    ? [
        "o = (i − 1)·s − 2p + d(k − 1) + output_padding + 1",
        `o = (${plan.i} − 1)·${plan.s} − 2·${plan.p} + ${plan.d}·(${plan.k} − 1) + ${plan.extra} + 1 = ${signed(plan.size)}`,
      ]
    : [
        "o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1",
        `o = ⌊(${plan.i} + 2·${plan.p} − ${plan.d}·(${plan.k} − 1) − 1) / ${plan.s}⌋ + 1 = ⌊${signed(plan.wide - plan.span)} / ${plan.s}⌋ + 1 = ${signed(plan.size)}`,
      ];

const en = {
  title: "Try it: convolution arithmetic",
  gap: " ",
  first: {
    row: "Try this first: make the input 8. The output stays 3. Which input does no window read, and which padding brings it back?",
    plane:
      "Try this first: set the dilation to 2 and step through the image. The same nine weights now span five rows. Which padding keeps the output 5 × 5?",
    transposed:
      "Try this first: read the small numbers below the outputs, 1, 1, 2, 1, 2 …: that many products are added up there. Which kernel makes them even inside?",
  },
  kind: "Layer",
  kinds: [
    ["plain", "convolution"],
    ["transposed", "transposed"],
  ],
  shape: "Input",
  shapes: [
    ["row", "row"],
    ["plane", "image"],
  ],
  input: "input i",
  kernel: "kernel k",
  stride: "stride s",
  padding: "padding p",
  dilation: "dilation d",
  step: "Step",
  back: "One step back",
  on: "One step on",
  place: (at, count) => `${at + 1} of ${count}`,
  inputCell: "input",
  weight: "weight",
  tap: "read at this step",
  nowOutput: "output of this step",
  nowInput: "input of this step",
  stamp: "gets a product at this step",
  output: "output",
  padded: "padding, a zero",
  cut: "cut off by the padding",
  unread: "input that is never read",
  unreached: "gets no product, only the bias",
  count: "how many windows read the cell",
  sum: "how many products are added up in the cell",
  formula: numbers,
  wide: (plan) => (plan.transposed ? `output: ${plan.size}` : `padded input: ${plan.i} + 2·${plan.p} = ${plan.wide}`),
  narrow: (plan) => (plan.transposed ? `input: ${plan.i}` : `output: ${Math.max(0, plan.size)}`),
  widePlane: (plan) =>
    plan.transposed
      ? `output ${plan.size} × ${plan.size}: products per cell`
      : `input ${plan.i} × ${plan.i}: reads per cell`,
  narrowPlane: (plan) =>
    plan.transposed ? `input ${plan.i} × ${plan.i}` : `output ${Math.max(0, plan.size)} × ${Math.max(0, plan.size)}`,
  impossible: (plan) =>
    plan.transposed
      ? "The padding cuts everything off: nothing is left of the output, and torch raises an error."
      : `The kernel spans ${plan.span} cells and the padded input has ${plan.wide}: it does not fit, and torch raises an error.`,
  atStep: (plan, places) =>
    plan.transposed
      ? `Step ${plan.step + 1} of ${plan.narrow}: input x${below(plan.step)} leaves ${plan.k === 1 ? "one product" : `${plan.k} products`} on ${list(places.map((place) => (place === null ? "a cell that is cut off" : `y${below(place)}`)))}.`
      : `Step ${plan.step + 1} of ${plan.narrow}: y${below(plan.step)} = ${products(places)}${places.includes(null) ? ", where 0 is padding" : ""}.`,
  atPlace: (plan, at, [rows, columns]) =>
    plan.transposed
      ? `Step ${plan.step + 1} of ${plan.narrow ** 2}: the input at row ${at[0]}, column ${at[1]} leaves ${plan.k ** 2} products on the outputs of rows ${en.axis(rows, "cut off")} and columns ${en.axis(columns, "cut off")}.`
      : `Step ${plan.step + 1} of ${plan.narrow ** 2}: the output at row ${at[0]}, column ${at[1]} sums ${plan.k ** 2} products, over rows ${en.axis(rows, "padding")} and columns ${en.axis(columns, "padding")}.`,
  axis: (places, other) => list(places.map((place) => (place === null ? other : place))),
  reads: (plan, over, unread) => {
    const where = plan.plane ? "rows and columns" : "cells";
    const ends = unread.filter((index) => index + plan.from >= plan.wide - over);
    const between = unread.filter((index) => !ends.includes(index));
    const name = (indices) => few(plan.plane ? indices : cells("x", indices));
    const said = [];
    if (over) {
      said.push(
        `(${plan.i} + 2·${plan.p} − ${plan.span}) mod ${plan.s} = ${over}: so many ${where} at the end belong to no window, ` +
          (ends.length
            ? `of the input ${name(ends)}: what is there changes nothing, and its gradient is 0.`
            : "and all of that is padding."),
      );
    }
    if (between.length)
      said.push(
        `No tap ever lands on ${plan.plane ? "rows and columns " : ""}${name(between)}: steps of ${plan.s} pass over them.`,
      );
    return said.join(" ") || "Every input is read.";
  },
  sums: (plan, counts, unread) =>
    unread.length
      ? `No product reaches ${plan.plane ? "rows and columns " : ""}${few(plan.plane ? unread : cells("y", unread))}: there is only the bias.`
      : !within(plan)
        ? "With so few inputs every output lies near an end."
        : uneven(counts)
          ? `Inside, ${list(counts, " and ")} products take turns${plan.plane ? " in rows and in columns" : ""}: that is how checkerboards begin.`
          : `Inside, every output gets ${counts[0] ** (plan.plane ? 2 : 1)} products: even, no checkerboard.`,
};

const zh = {
  title: "动手试试：卷积的尺寸",
  gap: "",
  first: {
    row: "先试这个：把输入调到 8，输出仍是 3。哪个输入没有窗口读到？填充取多少，又能读到它？",
    plane: "先试这个：把空洞率调到 2，一步步走完整幅图像。同样九个权重，现在跨五行。填充取多少，输出才保持 5×5？",
    transposed:
      "先试这个：看输出下面的小字 1、1、2、1、2……：每个输出由这么多个乘积相加而成。卷积核取多大，中间才均匀？",
  },
  kind: "层",
  kinds: [
    ["plain", "卷积"],
    ["transposed", "转置卷积"],
  ],
  shape: "输入",
  shapes: [
    ["row", "一行"],
    ["plane", "图像"],
  ],
  input: "输入 i",
  kernel: "卷积核 k",
  stride: "步幅 s",
  padding: "填充 p",
  dilation: "空洞率 d",
  step: "步骤",
  back: "后退一步",
  on: "前进一步",
  place: (at, count) => `第 ${at + 1} 步，共 ${count} 步`,
  inputCell: "输入",
  weight: "权重",
  tap: "这一步读到",
  nowOutput: "这一步的输出",
  nowInput: "这一步的输入",
  stamp: "这一步得到一个乘积",
  output: "输出",
  padded: "填充，值为 0",
  cut: "因填充而裁掉",
  unread: "从未读到的输入",
  unreached: "没有乘积，只有偏置",
  count: "有几个窗口读到这一格",
  sum: "这一格由几个乘积相加",
  formula: numbers,
  wide: (plan) => (plan.transposed ? `输出：${plan.size}` : `填充后的输入：${plan.i} + 2·${plan.p} = ${plan.wide}`),
  narrow: (plan) => (plan.transposed ? `输入：${plan.i}` : `输出：${Math.max(0, plan.size)}`),
  widePlane: (plan) =>
    plan.transposed ? `输出 ${plan.size}×${plan.size}：乘积个数` : `输入 ${plan.i}×${plan.i}：读到的次数`,
  narrowPlane: (plan) =>
    plan.transposed ? `输入 ${plan.i}×${plan.i}` : `输出 ${Math.max(0, plan.size)}×${Math.max(0, plan.size)}`,
  impossible: (plan) =>
    plan.transposed
      ? "填充把输出全裁掉了，什么也不剩，torch 会报错。"
      : `卷积核跨 ${plan.span} 格，填充后的输入只有 ${plan.wide} 格，放不下，torch 会报错。`,
  atStep: (plan, places) =>
    plan.transposed
      ? `第 ${plan.step + 1} 步，共 ${plan.narrow} 步：输入 x${below(plan.step)} 的 ${plan.k} 个乘积落在 ${list(
          places.map((place) => (place === null ? "裁掉的格子" : `y${below(place)}`)),
          "、",
        )} 上。`
      : `第 ${plan.step + 1} 步，共 ${plan.narrow} 步：y${below(plan.step)} = ${products(places)}${places.includes(null) ? "，其中 0 是填充" : ""}。`,
  atPlace: (plan, at, [rows, columns]) =>
    plan.transposed
      ? `第 ${plan.step + 1} 步，共 ${plan.narrow ** 2} 步：输入第 ${at[0]} 行第 ${at[1]} 列的 ${plan.k ** 2} 个乘积，落在输出的行（${zh.axis(rows, "裁掉")}）和列（${zh.axis(columns, "裁掉")}）上。`
      : `第 ${plan.step + 1} 步，共 ${plan.narrow ** 2} 步：输出第 ${at[0]} 行第 ${at[1]} 列由 ${plan.k ** 2} 个乘积相加，读的是行（${zh.axis(rows, "填充")}）和列（${zh.axis(columns, "填充")}）。`,
  axis: (places, other) =>
    list(
      places.map((place) => (place === null ? other : place)),
      "、",
    ),
  reads: (plan, over, unread) => {
    const ends = unread.filter((index) => index + plan.from >= plan.wide - over);
    const between = unread.filter((index) => !ends.includes(index));
    const name = (indices) => (plan.plane ? `第 ${few(indices, "、")} 行、列` : few(cells("x", indices), "、"));
    const said = [];
    if (over) {
      said.push(
        `(${plan.i} + 2·${plan.p} − ${plan.span}) mod ${plan.s} = ${over}：末尾有 ${over} ${plan.plane ? `行和 ${over} 列` : "格"}不在任何窗口里，` +
          (ends.length ? `其中输入有 ${name(ends)}：那里的值不起作用，梯度为 0。` : "不过都是填充。"),
      );
    }
    if (between.length)
      said.push(
        `从来没有权重落在${plan.plane ? "" : " "}${name(between)}${plan.plane ? "" : " "}上：步幅 ${plan.s} 把它们跨过去了。`,
      );
    return said.join("") || "每个输入都读到了。";
  },
  sums: (plan, counts, unread) =>
    unread.length
      ? `${plan.plane ? `第 ${few(unread, "、")} 行、列` : few(cells("y", unread), "、")} 没有乘积，只有偏置。`
      : !within(plan)
        ? "输入这么少，每个输出都靠近边缘。"
        : uneven(counts)
          ? `中间的乘积个数${plan.plane ? "在行、列方向上都" : ""}按 ${list(counts, "、")} 交替：棋盘伪影由此而来。`
          : `中间每个输出都有 ${counts[0] ** (plan.plane ? 2 : 1)} 个乘积：均匀，没有棋盘。`,
};

export const texts = { en, zh };
