/** The words of the figure of attention, in English and Chinese. */

const list = (names, comma) => names.join(comma);
const number = (weight) => weight.toFixed(2);
const opened = (plan) => plan.open[plan.query].flatMap((open, key) => (open ? [key] : []));
const closed = (plan) => plan.open[plan.query].flatMap((open, key) => (open ? [] : [key]));
const own = (plan) => plan.weights[plan.query];
const formula = (words) => (plan) => [
  `Z = Q Kᵀ${plan.scaled ? " / √d" : ""}${plan.late ? "" : " + M"},  A = softmax(Z)${plan.late ? ` ⊙ ${words}` : ""},  O = A V`,
];

const en = {
  title: "Try it: which keys a query reads",
  gap: " ",
  first:
    "Try this first: choose the causal mask and step through the queries. Every row still adds up to 1. Then put the padding at the start: what is left for query 0?",
  mask: "Mask",
  masks: [
    ["none", "none"],
    ["causal", "causal"],
  ],
  padding: "Padding",
  paddings: [
    ["none", "none"],
    ["end", "last two keys"],
    ["start", "first key"],
  ],
  when: "Forbidden",
  whens: [
    ["before", "−∞ before the softmax"],
    ["after", "0 after it (wrong)"],
  ],
  scale: "Scores",
  scales: [
    ["root", "divided by √d"],
    ["plain", "as they are"],
  ],
  size: "size of a head",
  which: "Query",
  query: "query",
  key: "key",
  back: "The query before",
  on: "The next query",
  place: (at, count) => `${at} (of 0 to ${count - 1})`,
  weight: "a weight; the bar is as high as it is large",
  hidden: "forbidden",
  chosen: "the query chosen",
  sum: "the sum of a row",
  scores: (plan) => `scores of query ${plan.query}${plan.scaled ? " / √d" : ""}${plan.late ? "" : " + mask"}:`,
  formula: formula("(1 where allowed, 0 elsewhere)"),
  reads: (plan) => {
    const [keys, hidden] = [opened(plan), closed(plan)];
    if (!keys.length && !plan.late)
      return `Every key is forbidden to query ${plan.query}: the softmax of −∞ alone is 0 / 0, not a number (nan), in torch as well.`;
    if (!keys.length) return `Every key is forbidden to query ${plan.query}.`;
    const read = `Query ${plan.query} reads ${keys.length > 1 ? "keys" : "key"} ${list(keys, ", ")} with ${keys.length > 1 ? "weights" : "weight"} ${list(
      keys.map((key) => number(own(plan)[key])),
      ", ",
    )}`;
    return `${read}; ${hidden.length ? `${list(hidden, ", ")} ${hidden.length > 1 ? "are" : "is"} forbidden.` : "none is forbidden."}`;
  },
  note: (plan) => {
    const sum = plan.sums[plan.query];
    if (plan.late && sum < 1 - 1e-9)
      return `They add up to ${number(sum)} only: the forbidden keys took their share before they were removed.`;
    const most = Math.max(...own(plan));
    if (!plan.scaled && plan.d >= 32)
      return `Products of ${plan.d} terms spread by about √${plan.d} = ${Math.sqrt(plan.d).toFixed(1)}, so the largest weight is ${number(most)}: nearly one-hot, and the softmax has hardly a gradient.`;
    return Number.isNaN(sum) ? "One nan spoils the gradients of the whole batch." : "The weights add up to 1.";
  },
};

const zh = {
  title: "动手试试：一个查询读哪些键",
  gap: "",
  first: "先试这个：选因果掩码，逐个查看查询，每行仍然加起来得 1。再把填充放到开头：查询 0 还剩下什么？",
  mask: "掩码",
  masks: [
    ["none", "无"],
    ["causal", "因果"],
  ],
  padding: "填充",
  paddings: [
    ["none", "无"],
    ["end", "最后两个键"],
    ["start", "第一个键"],
  ],
  when: "禁止的位置",
  whens: [
    ["before", "softmax 之前设为 −∞"],
    ["after", "之后设为 0（错误）"],
  ],
  scale: "得分",
  scales: [
    ["root", "除以 √d"],
    ["plain", "不除"],
  ],
  size: "每个头的大小",
  which: "查询",
  query: "查询",
  key: "键",
  back: "上一个查询",
  on: "下一个查询",
  place: (at, count) => `${at}（从 0 到 ${count - 1}）`,
  weight: "权重，越大条越高",
  hidden: "禁止",
  chosen: "选中的查询",
  sum: "一行之和",
  scores: (plan) => `查询 ${plan.query} 的得分${plan.scaled ? " / √d" : ""}${plan.late ? "" : " + 掩码"}：`,
  formula: formula("（允许处为 1，其余为 0）"),
  reads: (plan) => {
    const [keys, hidden] = [opened(plan), closed(plan)];
    if (!keys.length && !plan.late)
      return `查询 ${plan.query} 的键全都禁止：只有 −∞ 的 softmax 是 0 / 0，不是数（nan），torch 也是如此。`;
    if (!keys.length) return `查询 ${plan.query} 的键全都禁止。`;
    const read = `查询 ${plan.query} 读键 ${list(keys, "、")}，权重为 ${list(
      keys.map((key) => number(own(plan)[key])),
      "、",
    )}`;
    return `${read}；${hidden.length ? `禁止读键 ${list(hidden, "、")}。` : "没有禁止的键。"}`;
  },
  note: (plan) => {
    const sum = plan.sums[plan.query];
    if (plan.late && sum < 1 - 1e-9) return `它们加起来只有 ${number(sum)}：禁止的键在去掉之前已经占走了一份。`;
    const most = Math.max(...own(plan));
    if (!plan.scaled && plan.d >= 32)
      return `${plan.d} 项乘积之和的标准差约为 √${plan.d} = ${Math.sqrt(plan.d).toFixed(1)}，所以最大的权重达到 ${number(most)}：近乎独热，softmax 几乎没有梯度。`;
    return Number.isNaN(sum) ? "一个 nan 就会毁掉整批的梯度。" : "权重加起来得 1。";
  },
};

export const texts = { en, zh };
