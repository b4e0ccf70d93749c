/** The words of the figure of normalisation, in English and Chinese. */

const tuple = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
const letters = (axes) => `(${[...axes].join(", ")})`;
const index =
  (words, comma) =>
  (plan, at = plan.at) =>
    at.map((each, axis) => `${words[plan.axes[axis]]} ${each}`).join(comma);
const channels = ({ at, shape, groups }) => {
  const size = shape[1] / groups;
  const first = at[1] - (at[1] % size);
  return [first, first + size - 1];
};
const leading = ({ at, shape, last }) => at.slice(0, shape.length - last);

/** How many values a mean has, with the axes that they come from. */
function counted({ layer, axes, shape, groups, last, n }) {
  const all = [...axes].map((name, axis) => [name, shape[axis]]);
  const kept =
    layer === "BatchNorm"
      ? all.filter((_, axis) => axis !== 1)
      : layer === "InstanceNorm"
        ? all.slice(2)
        : layer === "GroupNorm"
          ? [[`(${axes[1]}/G)`, shape[1] / groups], ...all.slice(2)]
          : all.slice(all.length - last);
  const [names, sizes] = [kept.map(([name]) => name).join("·"), kept.map(([, size]) => size).join("·")];
  return kept.length ? `n = ${names} = ${sizes}${kept.length > 1 ? ` = ${n}` : ""}` : "n = 1";
}

const formulas = (words) => (plan) => {
  const input = `x: ${letters(plan.axes)} = ${tuple(plan.shape)}`;
  const reshaped = plan.layer === "GroupNorm" ? `${words.as} ${tuple([plan.shape[0], plan.groups, plan.n])}` : "";
  const own = plan.parameters ? tuple(plan.parameters) : words.none;
  const [statistics, parameters, made] =
    plan.layer === "RMSNorm"
      ? ["m = Σx² / n", "w", "y = x / √(m + ε) · w"]
      : ["μ, σ²", "γ, β", "y = (x − μ) / √(σ² + ε) · γ + β"];
  return [
    `${input}${reshaped},  ${counted(plan)}`,
    made,
    `${statistics}: ${tuple(plan.statistics)};  ${parameters}: ${own}`,
  ];
};

const en = {
  title: "Try it: which values share a mean",
  gap: " ",
  first: {
    BatchNorm:
      "Try this first: click a cell, or Tab to the block and use the arrow keys. See who shares its mean, then set the batch to 1. How many are left, and which layers do not notice?",
    LayerNorm:
      "Try this first: click a cell, or Tab to the block and use the arrow keys. Then choose BatchNorm: whose means now depend on how long the padding of the other sample is?",
    RMSNorm:
      "Try this first: switch between LayerNorm and RMSNorm with a cell picked (click, or Tab and arrow keys). The same cells light up. What differs in the formula below?",
    GroupNorm:
      "Try this first: pick a cell (click, or Tab and arrow keys) and move the groups from 1 to 4. At which end is it InstanceNorm, and at which LayerNorm over a whole sample?",
  },
  layer: "Layer",
  data: "Input",
  batch: "batch N",
  groups: "groups",
  datas: [
    ["image", "images (N, C, H, W)"],
    ["sequence", "sequences (N, C, L)"],
    ["words", "words (N, L, E)"],
    ["table", "tables (N, C)"],
  ],
  picked: "the cell picked",
  companion: "shares its mean",
  other: ({ layer }) => (layer === "RMSNorm" ? "the number says which mean square" : "the number says which mean"),
  block: (plan) => `Cells of an input of shape ${letters(plan.axes)}: arrow keys pick one`,
  axes: { N: "sample", C: "channel", H: "row", W: "column", L: "position", E: "feature" },
  cell: (plan, at, number) => `${en.where(plan, at)}: mean ${number}`,
  formula: formulas({ as: " seen as", none: "none, unless affine=True" }),
  shares: (plan) => {
    if (plan.refused && plan.layer === "InstanceNorm")
      return "InstanceNorm averages over positions, and a table has none.";
    const mean = plan.layer === "RMSNorm" ? "mean square" : "mean";
    const others =
      plan.n === 1
        ? `has a ${mean} of its own`
        : `shares its ${mean} with ${plan.n - 1} ${plan.n === 2 ? "other" : "others"} (n = ${plan.n})`;
    return `The cell at ${en.where(plan)} ${others}: ${en.region(plan)}. The input has ${plan.means === 1 ? `one ${mean}` : `${plan.means} ${mean}s`} in all.`;
  },
  region: (plan) => {
    const positions = plan.shape.length > 2;
    const [first, final] = channels(plan);
    const name = en.axes[plan.axes[1]];
    if (plan.layer === "BatchNorm")
      return `${name} ${plan.at[1]} of every sample${positions ? ", over all the other axes" : ""}`;
    if (plan.layer === "InstanceNorm") return `${name} ${plan.at[1]} of sample ${plan.at[0]} alone`;
    if (plan.layer === "GroupNorm")
      return `${first === final ? `${name} ${first}` : `${name}s ${first} to ${final}`} of sample ${plan.at[0]}`;
    return plan.last === plan.shape.length - 1
      ? `all of sample ${plan.at[0]}`
      : `all at ${en.where(plan, leading(plan))}`;
  },
  note: (plan) => {
    if (plan.refused)
      return plan.layer === "InstanceNorm"
        ? "Choose an input with positions."
        : "One value has no variance: in training, torch raises an error.";
    if (plan.layer === "BatchNorm" && plan.kind === "words")
      return "Axis 1 is the channels to BatchNorm, whatever it means to you: here it is the position. Transpose first.";
    if (plan.layer === "BatchNorm")
      return plan.shape[0] > 1
        ? "So in training a sample's output depends on the others; in evaluation running statistics are used instead."
        : "With one sample, only its own positions are left.";
    if (plan.layer === "RMSNorm") return "No mean is subtracted.";
    if (plan.n === 1) return "A value minus itself is 0: nothing is left of the input.";
    return plan.shape[0] > 1 ? "No other sample takes part." : "With one sample or many, it is the same.";
  },
};

const zh = {
  title: "动手试试：哪些值共用一个均值",
  gap: "",
  first: {
    BatchNorm:
      "先试这个：点一个格子，或用 Tab 移到图上再按方向键，看谁和它共用均值。再把批大小调到 1：还剩几个？哪些层不受影响？",
    LayerNorm:
      "先试这个：点一个格子，或用 Tab 移到图上再按方向键。再换成 BatchNorm：现在哪些均值会随另一个样本的填充长短而变？",
    RMSNorm:
      "先试这个：选一个格子（点它，或用 Tab 和方向键），在 LayerNorm 与 RMSNorm 之间切换。亮起的格子相同，下面的公式有什么不同？",
    GroupNorm:
      "先试这个：选一个格子（点它，或用 Tab 和方向键），把组数从 1 调到 4。哪一端就是 InstanceNorm，哪一端是对整个样本做的 LayerNorm？",
  },
  layer: "层",
  data: "输入",
  batch: "批大小 N",
  groups: "组数",
  datas: [
    ["image", "图像 (N, C, H, W)"],
    ["sequence", "序列 (N, C, L)"],
    ["words", "词元 (N, L, E)"],
    ["table", "表格 (N, C)"],
  ],
  picked: "选中的格子",
  companion: "与它共用均值",
  other: ({ layer }) => (layer === "RMSNorm" ? "数字表示用的是第几个均方" : "数字表示用的是第几个均值"),
  block: (plan) => `形状为 ${letters(plan.axes)} 的输入，用方向键选格子`,
  axes: { N: "样本", C: "通道", H: "行", W: "列", L: "位置", E: "特征" },
  cell: (plan, at, number) => `${zh.where(plan, at)}：均值 ${number}`,
  formula: formulas({ as: " 看作", none: "没有，除非 affine=True" }),
  shares: (plan) => {
    if (plan.refused && plan.layer === "InstanceNorm") return "InstanceNorm 沿各个位置求平均，而表格没有位置。";
    const mean = plan.layer === "RMSNorm" ? "均方" : "均值";
    const others = plan.n === 1 ? `独用一个${mean}` : `与另外 ${plan.n - 1} 个格子共用一个${mean}（n = ${plan.n}）`;
    return `${zh.where(plan)} 的格子${others}：${zh.region(plan)}。整个输入共有 ${plan.means} 个${mean}。`;
  },
  region: (plan) => {
    const positions = plan.shape.length > 2;
    const [first, final] = channels(plan);
    const name = zh.axes[plan.axes[1]];
    if (plan.layer === "BatchNorm") return `所有样本中${name} ${plan.at[1]} 的${positions ? "全部" : ""}值`;
    if (plan.layer === "InstanceNorm") return `只有样本 ${plan.at[0]} 中${name} ${plan.at[1]} 的值`;
    if (plan.layer === "GroupNorm")
      return `样本 ${plan.at[0]} 中${name} ${first === final ? first : `${first} 到 ${final}`} 的值`;
    return `${zh.where(plan, leading(plan))} 的全部值`;
  },
  note: (plan) => {
    if (plan.refused)
      return plan.layer === "InstanceNorm" ? "请选一种有位置的输入。" : "单个值没有方差：训练时 torch 会报错。";
    if (plan.layer === "BatchNorm" && plan.kind === "words")
      return "BatchNorm 总把第 1 轴当作通道，不管你怎么看它：这里它是位置。请先转置。";
    if (plan.layer === "BatchNorm")
      return plan.shape[0] > 1
        ? "所以训练时一个样本的输出取决于其他样本；评估时改用滑动统计量。"
        : "只有一个样本，就只剩它自己的位置了。";
    if (plan.layer === "RMSNorm") return "这里不减均值。";
    if (plan.n === 1) return "一个值减去自己得 0：输入什么也没留下。";
    return plan.shape[0] > 1 ? "其他样本不参与。" : "样本再多也一样。";
  },
};
en.where = index(en.axes, ", ");
zh.where = index(zh.axes, "、");
en.first.InstanceNorm = en.first.GroupNorm;
zh.first.InstanceNorm = zh.first.GroupNorm;

export const texts = { en, zh };
