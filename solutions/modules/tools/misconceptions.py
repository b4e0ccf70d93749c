"""Known-wrong tools, each with the hint that an answer which behaves like it earns."""

from torch import nn

from grader.spec import misconception, mistake

WITH_NAMES = {"item in module.parameters()": "name, item in module.named_parameters()"}
EVERY_NAME = "named_parameters(remove_duplicate=False)"

mistakes = [
    mistake("only_trainable_by_another_name", "count_parameters", "interface",
            "The second argument is called trainable_only.",
            {"trainable_only: bool": "trainable: bool", "not trainable_only": "not trainable"}),
    mistake("a_tensor_of_one_number", "count_parameters", "interface",
            "The count is a Python number, not a tensor.",
            {"return sum(": "return torch.tensor(0) + sum("}),
    mistake("counts_tensors", "count_parameters", "values",
            "You count the parameter tensors. Asked for is how many numbers are in them: `numel()`.",
            {"item.numel()": "1"}),
    mistake("counts_shared_twice", "count_parameters", "values",
            """A parameter that is used in two places is still one. `module.parameters()` gives it once; going through
            all modules by yourself, or through the state dict, does not.""",
            {"item in module.parameters()": f"_, item in module.{EVERY_NAME}"}),
    mistake("counts_buffers", "count_parameters", "values",
            "The state dict holds buffers too, such as the running statistics of a BatchNorm. They are no parameters.",
            {"module.parameters()": "[*module.parameters(), *module.buffers()]"}),
    mistake("counts_frozen_as_well", "count_parameters", "values",
            "With trainable_only=True, parameters whose `requires_grad` is False are left out. You count them.",
            {" if item.requires_grad or not trainable_only": ""}),
    mistake("counts_trainable_only", "count_parameters", "values",
            "Frozen parameters count too, unless trainable_only=True.",
            {" or not trainable_only": ""}),
    mistake("counts_the_frozen_ones", "count_parameters", "values",
            """With trainable_only=True you count exactly those that are not trained. `requires_grad` is True for those
            that are.""",
            {"if item.requires_grad": "if not item.requires_grad"}),
    mistake("counts_its_own", "count_parameters", "values",
            "The layers inside count as well, however deep they are.",
            {**WITH_NAMES, "item.numel()": "item.numel() * (name.count('.') < 2)"}),
    mistake("counts_weights", "count_parameters", "values",
            "Every parameter counts, biases and the like too, not only those called weight.",
            {**WITH_NAMES, "item.numel()": "item.numel() * name.endswith('weight')"}),
    mistake("counts_rows", "count_parameters", "values",
            "A parameter of shape (2, 3) holds 6 numbers. `len` is its first size only; ask for `numel()`.",
            {"item.numel()": "item.shape[:1].numel()"}),
    mistake("counts_two_sizes", "count_parameters", "values",
            "The kernel of a convolution has four sizes, and all of them count.",
            {"item.numel()": "item.shape[:2].numel()"}),

    mistake("takes_one_list", "freeze", "interface",
            """The patterns are arguments of their own, `freeze(m, "a", "b")`, not one list.""",
            {"*patterns: str": "patterns: Sequence[str] = ()"}),
    mistake("only_names_them", "freeze", "gradients",
            """You find the right names, but nothing is frozen: set `requires_grad` of the parameter itself. What a
            state dict holds are detached tensors, on which it has no effect.""",
            {"parameter.requires_grad_(False)": "parameter.detach().requires_grad_(False)"}),
    mistake("counts_instead_of_naming", "freeze", "values",
            "What is returned are the names that match, not how many there are.",
            {"return matching": "return range(len(matching))"}),
    mistake("leaves_out_frozen_ones", "freeze", "values",
            "Names that match are returned whether or not their parameters were frozen before.",
            {"if any(": "if parameter.requires_grad and any("}),
    mistake("in_the_order_of_patterns", "freeze", "values",
            "The names are in the order of `named_parameters()`, whatever the order of the patterns.",
            {"return matching":
             "return sorted(matching, key=lambda name: [fnmatchcase(name, item) for item in patterns].index(True))"}),
    mistake("once_for_each_pattern", "freeze", "values",
            "A name that matches two patterns is returned once.",
            {"matching.append(name)": "matching += [name for pattern in patterns if fnmatchcase(name, pattern)]"}),
    mistake("star_stops_at_dots", "freeze", "values",
            """A `*` stands for any text, dots included: "body.*" means everything below body.""",
            {"fnmatchcase(name, pattern)": "fnmatchcase(name, pattern) and name.count('.') == pattern.count('.')"}),
    mistake("beginning_is_enough", "freeze", "values",
            """A pattern has to match the whole name: "0" alone matches no name such as "0.weight".""",
            {"fnmatchcase(name, pattern)": "fnmatchcase(name, pattern + '*')"}),
    mistake("anywhere_is_enough", "freeze", "values",
            """A pattern has to match the whole name, from its beginning: "weight" alone does not match "0.weight".""",
            {"fnmatchcase(name, pattern)": "fnmatchcase(name, '*' + pattern)"}),
    mistake("plain_text_only", "freeze", "values",
            "The patterns may have wildcards: `*`, `?` and sets such as `[0-3]`. Look up the module fnmatch.",
            {"fnmatchcase(name, pattern)": "pattern.strip('*') in name"}),
    mistake("as_regular_expressions", "freeze", "values",
            "These are patterns of fnmatch, as in file names, not regular expressions.",
            # A regular expression that begins with a star or a question mark would raise.
            {"from fnmatch import fnmatchcase": "import re",
             "fnmatchcase(name, pattern)": "pattern[0] not in '*?' and re.match(pattern, name)"}),
    mistake("nothing_means_all", "freeze", "values",
            "Without patterns nothing is frozen, and no names are returned.",
            {"in patterns)": "in patterns or '*')"}),
    mistake("first_pattern_only", "freeze", "values",
            "A name may match any of the patterns; you look at the first only.",
            {"in patterns)": "in patterns[:1])"}),
    mistake("shared_by_all_names", "freeze", "values",
            "A shared parameter goes by the first of its names only, the one that `named_parameters()` gives.",
            {"in module.named_parameters()": f"in module.{EVERY_NAME}"}),
    mistake("thaws_the_rest", "freeze", "gradients",
            "Parameters that match no pattern stay as they are: one that was frozen before is not thawed.",
            {"        if any(": "        parameter.requires_grad_(True)\n        if any("}),
    mistake("freezes_the_rest", "freeze", "gradients",
            "You freeze those that do not match. A pattern says what to freeze, not what to train.",
            {"    parameter.requires_grad_(False)\n            matching.append(name)":
             "    matching.append(name)\n        else:\n            parameter.requires_grad_(False)"}),
    mistake("evaluates_as_well", "freeze", "gradients",
            "Freezing is about gradients only. Leave the mode of the modules alone: `eval()` is another decision.",
            {"matching = []": "matching = []\n    module.eval()"}),

    mistake("under_another_name", "state_dict_keys", "interface",
            "The argument is called spec.",
            {"spec: str | Mapping | Sequence": "model", "    if isinstance(": "    spec = model\n    if isinstance("}),
    mistake("forgets_statistics", "state_dict_keys", "values",
            "A BatchNorm2d has buffers in the state dict as well: running_mean, running_var and num_batches_tracked.",
            {', "running_mean", "running_var", "num_batches_tracked"': ""}),
    mistake("forgets_the_counter", "state_dict_keys", "values",
            "A BatchNorm2d counts its batches in a buffer, num_batches_tracked, the last of its keys.",
            {', "num_batches_tracked"': ""}),
    mistake("always_a_bias", "state_dict_keys", "values",
            """A layer described with ":nobias" has no bias, and no key for one.""",
            {"_KEYS[spec]": "_KEYS[spec.removesuffix(':nobias')]"}),
    mistake("bias_before_weight", "state_dict_keys", "values",
            "In every layer the weight comes before the bias.",
            {"_KEYS[spec]": "_KEYS[spec][1::-1] + _KEYS[spec][2:]"}),
    mistake("buffers_before_parameters", "state_dict_keys", "values",
            "In every layer the parameters come before the buffers.",
            {"_KEYS[spec]": "_KEYS[spec][2:] + _KEYS[spec][:2]"}),
    mistake("weight_for_relu", "state_dict_keys", "values",
            "A ReLU has nothing to save, so it has no keys.",
            {'"ReLU": []': '"ReLU": ["weight"]'}),
    mistake("numbers_from_one", "state_dict_keys", "values",
            """The layers of a Sequential are named "0", "1", "2", …; you start with "1".""",
            {"enumerate(spec)": "enumerate(spec, 1)"}),
    mistake("relu_takes_no_number", "state_dict_keys", "values",
            "A ReLU has no keys, but it takes a number in a Sequential all the same.",
            {"enumerate(spec)": "enumerate(item for item in spec if item != 'ReLU')"}),
    mistake("wrapper_takes_its_class_name", "state_dict_keys", "values",
            "The child of DataParallel is called `module`; the name of the class appears nowhere.",
            {"{prefix}": "{name}"}),
    mistake("wrapper_adds_nothing", "state_dict_keys", "values",
            "DataParallel puts `module.` in front of the keys of what it wraps, wherever it stands.",
            {'f"{prefix}.{key}"': 'key if name == "DataParallel" else f"{prefix}.{key}"'}),
    mistake("wrapper_outermost_only", "state_dict_keys", "values",
            "A DataParallel may be anywhere in a model, not just around all of it.",
            {"Sequence)": "Sequence, outermost: bool = True)",
             'f"{prefix}.{key}"': 'key if name == "DataParallel" and not outermost else f"{prefix}.{key}"',
             "state_dict_keys(inner)": "state_dict_keys(inner, False)"}),
    mistake("in_alphabetical_order", "state_dict_keys", "values",
            "The keys are in the order in which the modules were made, not sorted.",
            {"in children": "in sorted(children)"}),
    mistake("last_name_only", "state_dict_keys", "values",
            "A key has the names of all modules on the way to it, joined by dots.",
            {'f"{prefix}.{key}"': 'key if "." in key else f"{prefix}.{key}"'}),
    mistake("parameters_of_all_first", "state_dict_keys", "values",
            "The keys go module by module: the buffers of one come before the parameters of the next.",
            {"return keys": "return sorted(keys, key=lambda key: not key.endswith(('weight', 'bias')))"}),
    mistake("takes_the_spec_apart", "state_dict_keys", "values",
            "The description belongs to the caller. You empty it while you work.",
            {"return keys": "spec.clear()\n    return keys"}),

    mistake("learning_rate_in_full", "optimizer_step", "interface",
            "The second argument is called lr.",
            {"lr: float": "learning_rate: float", "-= lr": "-= learning_rate"}),
    mistake("uphill", "optimizer_step", "values",
            "The gradient points uphill; subtract it.",
            {"-= lr": "+= lr"}),
    mistake("full_steps", "optimizer_step", "values",
            "The gradient is multiplied by the learning rate.",
            {"lr * parameter.grad": "parameter.grad"}),
    mistake("steps_of_one_length", "optimizer_step", "values",
            "The step is as long as the gradient times the learning rate. You divide the gradient by its norm.",
            {"lr * parameter.grad": "lr * parameter.grad / parameter.grad.norm().clamp(min=1e-12)"}),
    mistake("signs_only", "optimizer_step", "values",
            "The step depends on the size of the gradient, not only on its sign.",
            {"lr * parameter.grad": "lr * parameter.grad.sign()"}),
    mistake("decays", "optimizer_step", "values",
            "There is no weight decay here: nothing but the gradient moves a parameter.",
            {"lr * parameter.grad": "lr * (parameter.grad + 0.01 * parameter)"}),
    mistake("insists_on_gradients", "optimizer_step", "values",
            "A parameter that took no part in the loss has no gradient: `grad` is None. Leave it where it is.",
            {"if parameter.grad is not None": "if True"}),
    mistake("shared_twice", "optimizer_step", "values",
            "A parameter that is used in two places is one parameter, and moves once.",
            {"parameter in module.parameters()": f"_, parameter in module.{EVERY_NAME}"}),
    mistake("weights_only", "optimizer_step", "values",
            "All parameters move, biases too.",
            {"parameter in module.parameters()": "name, parameter in module.named_parameters()",
             "is not None": "is not None and name.endswith('weight')"}),
    mistake("direct_children_only", "optimizer_step", "values",
            "All parameters move, those of modules further down too.",
            {"parameter in module.parameters()": "name, parameter in module.named_parameters()",
             "is not None": "is not None and name.count('.') < 2"}),
    mistake("inside_the_graph", "optimizer_step", "state",
            "A parameter cannot be changed in place while autograd watches. Do it under `torch.no_grad()`.",
            {"torch.no_grad()": "torch.enable_grad()"}),
    mistake("stops_at_the_first_without", "optimizer_step", "values",
            "A parameter without a gradient is left out; those after it still move.",
            {"if parameter.grad is not None:": "if parameter.grad is None:\n                break\n            else:"}),
    mistake("forgets_to_store", "optimizer_step", "values",
            "`p = p - lr * p.grad` gives a new tensor a name and leaves the parameter as it was. Change it in place.",
            {"parameter -= lr": "parameter = parameter - lr"}),
    mistake("in_other_memory", "optimizer_step", "state",
            """`p.data = p.data - lr * p.grad` keeps the object and moves it to other memory: a view of the weights, or
            a state dict, still shows the old values. Subtract in place.""",
            {"parameter -= lr * parameter.grad": "parameter.data = parameter.data - lr * parameter.grad"}),
    mistake("clears_gradients", "optimizer_step", "state",
            "A step leaves the gradients as they are. Dropping them is what `zero_grad()` is for.",
            {"lr * parameter.grad": "lr * parameter.grad\n    module.zero_grad()"}),
    mistake("scales_gradients", "optimizer_step", "state",
            "You multiply the gradient itself by the learning rate, in place. It should be the same after the step.",
            {"lr * parameter.grad": "parameter.grad.mul_(lr)"}),
    mistake("trains_no_more", "optimizer_step", "state",
            "After the step, parameters still require a gradient, or the next backward pass has nothing to do.",
            {"            if parameter": "            parameter.requires_grad_(False)\n            if parameter"}),
]  # fmt: skip


@misconception("state_dict_keys", "own_work")
def builds_the_model(spec):
    """You build the model and ask it. Work the names out from the description."""

    def build(item):
        if isinstance(item, str):
            return {"Linear": nn.Linear(1, 1), "ReLU": nn.ReLU()}.get(item, nn.Conv2d(1, 1, 1))
        items = enumerate(item) if isinstance(item, list) else item.items()
        return nn.ModuleDict({str(name): build(inner) for name, inner in items})

    return list(build(spec).state_dict())


@misconception("optimizer_step", "state")
def new_parameters(module, lr):
    """The parameters must stay the same objects: anyone else who holds them should see them move. You register new
    ones."""
    fresh = {}
    for child in module.modules():
        for name, parameter in list(child.named_parameters(recurse=False, remove_duplicate=False)):
            if parameter.grad is not None:
                if parameter not in fresh:
                    fresh[parameter] = nn.Parameter(parameter.detach() - lr * parameter.grad)
                    fresh[parameter].grad = parameter.grad
                setattr(child, name, fresh[parameter])
