"""What the site says beside the course's own texts, in each of its languages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language of the site."""

    code: str
    """As course.toml and file names have it: ``handout.zh.md``."""
    tag: str
    """As HTML has it, and as the theme's texts are called."""
    name: str
    """What its readers call it."""
    short: str
    """The same, short enough for a phone's header."""
    folder: str
    """Where its pages are below the site's own folder, with a slash at the end; empty for the first language."""
    words: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A text with its places filled in."""
        return self.words[key].format(**values)


_ENGLISH = {
    "to_dark": "Switch to dark mode",
    "to_light": "Switch to light mode",
    "start": "Start",
    "lessons": "Lessons",
    "reference": "Reference",
    "documents": "Documents",
    "previous": "Before this",
    "next": "After this",
    "copy": "Copy",
    "copied": "Copied",
    "untranslated": "",
    "tagline": "Rebuild the layers of `torch.nn`, one class at a time. A checker compares each answer to PyTorch, "
    "and says which mistake it shows.",
    "counts": "{exercises} exercises · {parts} parts · {assignments} assignments · about {hours} hours",
    "begin": "How to begin",
    "begin_text": "You need Python 3.11 or newer. Two commands make a folder with every lesson, stub and notebook:",
    "begin_then": "Then `cd learn`, run `course watch`, and open [{title}]({first}). Every file that you save is "
    "checked. In a notebook, `%check` does the same.",
    "begin_without": "Nothing to install? Every lesson has a notebook that opens in Colab.",
    "picture_alt": "A terminal with course check. Of a Flatten that begins with x.reshape(x.shape[0], -1) it shows the "
    "smallest call that goes wrong, expected and found shapes and a hint; of the corrected one, that all is accepted.",
    "picture_caption": "The smallest call that goes wrong, and what the mistake is: this is what a wrong answer gets.",
    "road": "The road",
    "road_text": "Assignments build on one another. Each lesson says what fails without the layer, derives it, and "
    "ends in what you write.",
    "road_all": "Every exercise, in the order of learning",
    "order": "The order of learning",
    "order_text": "Each exercise comes after those that it builds on. Minutes are for somebody who meets it for the "
    "first time; difficulty goes from 1 to 5.",
    "number": "No.",
    "exercise": "Exercise",
    "assignment": "Assignment",
    "parts": "Parts",
    "minutes": "Minutes",
    "about_minutes": "about {minutes} minutes",
    "hours": "{hours} h",
    "short_minutes": "{minutes} min",
    "difficulty": "Difficulty",
    "difficulty_of": "Difficulty {value} of {most}",
    "after": "After: {exercises}",
    "between": ", ",
    "after_nothing": "Nothing to do before",
    "downloads": "To take along",
    "notebook": "Notebook",
    "stub": "Stub",
    "colab": "Open in Colab",
    "your_turn": "Your turn",
    "your_turn_text": "Write in `{path}`, or in the notebook. With `course watch` running, each save is checked; these "
    "ask for one part, and for a hint:",
    "the_stub": "The stub: names, arguments and docstrings",
    "everywhere": "Off limits in every exercise are TorchScript (`torch.jit`) and `torch.compile`: what they run "
    "cannot be inspected.",
    "commands": "Commands",
    "commands_text": "Every verb of `course`, as `course VERB --help` prints it.",
    "usage": "Usage",
    "option": "Option",
    "meaning": "Meaning",
    "criteria": "Criteria",
    "criteria_text": "A part is judged by these, in this order. Each is judged where those it depends on held, so that "
    "one bug shows as one red line. A part has those that make sense for it.",
    "criterion": "Criterion",
    "depends": "Depends on",
    "holds": "What holds",
    "verdicts": "Verdicts",
    "verdicts_text": "The verdict on a part, or on one of its criteria. Only `ACCEPTED` earns all points.",
    "verdict": "Verdict",
    "said": "In reports",
    "more": "More on both is in [{title}]({page}).",
    "first_cell": "Brings the checker where it is missing, on Colab for one; %check and %hint then work below.",
    "criterion.own_work": "nothing that is off limits was used",
    "criterion.interface": "it constructs with every argument, by position and by name; `train()`, `eval()` and "
    "`.to()` work",
    "criterion.parameters": "names, shapes, dtypes and `requires_grad` of parameters and buffers; state dicts load",
    "criterion.shapes": "structure and shapes of the output",
    "criterion.state": "buffers after every step",
    "criterion.values": "outputs; the input is left as it was",
    "criterion.gradients": "gradients with respect to inputs and parameters",
    "criterion.numerics": "results in float32 stay close to the true ones in float64",
    "criterion.init": "the distribution of fresh parameters",
    "criterion.errors": "it raises an exception on what the lesson lists under “Bad arguments”",
    "criterion.vectorized": "the number of tensor operations does not grow with the input",
    "criterion.device": "results follow the input's dtype and device",
    "verdict.ACCEPTED": "what was checked held",
    "verdict.WRONG": "a value, shape, gradient, name or count differs",
    "verdict.RAISED": "an exception where there should be none, or the file does not load",
    "verdict.TIME_LIMIT": "it took longer than it may",
    "verdict.MEMORY_LIMIT": "it used more memory than it may",
    "verdict.OUTPUT_LIMIT": "it printed or sent more than it may",
    "verdict.CRASHED": "its process died, or answered with something malformed",
    "verdict.OFF_LIMITS": "something off limits was used: no points for the part",
    "verdict.SKIPPED": "a criterion on which this one depends failed, and too few cases were left to judge it",
    "verdict.NOT_ATTEMPTED": "not there, or still the stub",
    "verdict.JUDGE_ERROR": "an internal error: ungraded, never a zero",
}  # fmt: skip

_CHINESE = {
    "to_dark": "切换到深色",
    "to_light": "切换到浅色",
    "start": "开始",
    "lessons": "讲义",
    "reference": "参考",
    "documents": "文档",
    "previous": "上一篇",
    "next": "下一篇",
    "copy": "复制",
    "copied": "已复制",
    "untranslated": "本页还没有中文译文，下面是英文原文。",
    "tagline": "把 `torch.nn` 的层一个类一个类地重新写出来。检查程序拿你的解答与 PyTorch 对照，并指出错在哪里。",
    "counts": "{exercises} 个练习 · {parts} 道题 · {assignments} 次作业 · 约 {hours} 小时",
    "begin": "怎样开始",
    "begin_text": "需要 Python 3.11 或更新的版本。两条命令就得到一个文件夹，里面有全部讲义、骨架和笔记本：",
    "begin_then": "然后 `cd learn`，运行 `course watch`，打开[{title}]({first})。每存一次文件就检查一次；"
    "在笔记本里用 `%check`，效果一样。",
    "begin_without": "不想安装？每篇讲义都有可以在 Colab 里打开的笔记本。",
    "picture_alt": "终端里的 course check。第一次写的 Flatten 从 x.reshape(x.shape[0], -1) 开始，"
    "检查程序给出出错的最小调用、应有的形状和实际的形状，还有一条提示；改正之后，全部通过。",
    "picture_caption": "解答有错时看到的就是这些：出错的最小调用，以及错在哪里。",
    "road": "学习路线",
    "road_text": "作业一环扣一环。每篇讲义先说没有这一层会怎样，再推导公式，最后由你写出来。",
    "road_all": "按学习顺序排列的全部练习",
    "order": "学习顺序",
    "order_text": "每个练习都排在它的前置之后。用时按第一次接触的人估计，难度从 1 到 5。",
    "number": "序号",
    "exercise": "练习",
    "assignment": "作业",
    "parts": "题",
    "minutes": "分钟",
    "about_minutes": "约 {minutes} 分钟",
    "hours": "{hours} 小时",
    "short_minutes": "{minutes} 分钟",
    "difficulty": "难度",
    "difficulty_of": "难度 {value} / {most}",
    "after": "前置：{exercises}",
    "between": "、",
    "after_nothing": "没有前置",
    "downloads": "带走",
    "notebook": "笔记本",
    "stub": "骨架",
    "colab": "在 Colab 中打开",
    "your_turn": "轮到你了",
    "your_turn_text": "写在 `{path}` 里，或者写在笔记本里。`course watch` 开着时，每次保存都会检查；"
    "下面的命令检查一道题，或者要一条提示：",
    "the_stub": "骨架：名字、参数和文档字符串",
    "everywhere": "所有练习都禁用 TorchScript（`torch.jit`）和 `torch.compile`：它们运行的代码无法检查。",
    "commands": "命令",
    "commands_text": "`course` 的全部命令，内容与 `course VERB --help` 打印的相同（英文）。",
    "usage": "用法",
    "option": "选项",
    "meaning": "含义",
    "criteria": "判分项",
    "criteria_text": "每道题按下列顺序判分。一个判分项只在它所依赖的各项成立时才判，所以一个错误只亮一盏红灯。"
    "每道题只有对它有意义的判分项。",
    "criterion": "判分项",
    "depends": "依赖",
    "holds": "要求",
    "verdicts": "判定",
    "verdicts_text": "一道题或一个判分项的判定。只有 `ACCEPTED` 得满分。",
    "verdict": "判定",
    "said": "报告里的英文",
    "more": "详见[{title}]({page})。",
    "first_cell": "没有检查程序时（例如在 Colab 上）在这里安装，只需一次；之后就可以用 %check 和 %hint。",
    "criterion.own_work": "没有用禁用的东西",
    "criterion.interface": "每个参数都能按位置和按名字传入；`train()`、`eval()` 和 `.to()` 可用",
    "criterion.parameters": "参数与缓冲区的名字、形状、数据类型和 `requires_grad`；状态字典能够加载",
    "criterion.shapes": "输出的结构和形状",
    "criterion.state": "每一步之后的缓冲区",
    "criterion.values": "输出；输入保持原样",
    "criterion.gradients": "对输入和对参数的梯度",
    "criterion.numerics": "float32 的结果接近 float64 的真值",
    "criterion.init": "新建的参数服从应有的分布",
    "criterion.errors": "遇到讲义“不合法的实参”一节列出的情况时抛出异常",
    "criterion.vectorized": "张量运算的次数不随输入增长",
    "criterion.device": "结果与输入的数据类型和设备一致",
    "verdict.ACCEPTED": "检查的各项都成立",
    "verdict.WRONG": "值、形状、梯度、名字或个数不对",
    "verdict.RAISED": "不该抛出异常的地方抛出了异常，或者文件无法加载",
    "verdict.TIME_LIMIT": "超出时间限制",
    "verdict.MEMORY_LIMIT": "超出内存限制",
    "verdict.OUTPUT_LIMIT": "输出超出限制",
    "verdict.CRASHED": "进程崩溃，或者回复不合格式",
    "verdict.OFF_LIMITS": "用了禁用的东西：这道题不得分",
    "verdict.SKIPPED": "它所依赖的判分项没有成立，剩下的用例太少，无法判定",
    "verdict.NOT_ATTEMPTED": "没有写，或者还是骨架",
    "verdict.JUDGE_ERROR": "内部错误：不计分，但绝不算零分",
}  # fmt: skip

ENGLISH = Language(code="en", tag="en", name="English", short="EN", folder="", words=_ENGLISH)
CHINESE = Language(code="zh", tag="zh-CN", name="简体中文", short="中文", folder="zh/", words=_CHINESE)
LANGUAGES = (ENGLISH, CHINESE)
"""The first is that of the course's own texts."""
