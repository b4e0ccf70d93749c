"""Known-wrong tools, each with the hint that an answer which behaves like it earns."""

import re
from fnmatch import fnmatchcase

import torch
from tools import _children, _layer_keys, count_parameters, freeze, optimizer_step, state_dict_keys
from torch import nn

from grader.spec import misconception

right_count, right_freeze, right_keys, right_step = count_parameters, freeze, state_dict_keys, optimizer_step

# --- count_parameters -----------------------------------------------------------------------------------------------


@misconception("count_parameters", "interface")
def only_trainable_by_another_name(module, trainable=False):
    """The second argument is called trainable_only."""
    return right_count(module, trainable)


@misconception("count_parameters", "interface")
def a_tensor_of_one_number(module, trainable_only=False):
    """The count is a Python number, not a tensor."""
    return torch.tensor(right_count(module, trainable_only))


@misconception("count_parameters", "values")
def counts_tensors(module, trainable_only=False):
    """You count the parameter tensors. Asked for is how many numbers are in them: `numel()`."""
    return len([item for item in module.parameters() if item.requires_grad or not trainable_only])


@misconception("count_parameters", "values")
def counts_shared_twice(module, trainable_only=False):
    """A parameter that is used in two places is still one. `module.parameters()` gives it once; going through all
    modules by yourself, or through the state dict, does not."""
    found = [item for _, item in module.named_parameters(remove_duplicate=False)]
    return sum(item.numel() for item in found if item.requires_grad or not trainable_only)


@misconception("count_parameters", "values")
def counts_buffers(module, trainable_only=False):
    """The state dict holds buffers too, such as the running statistics of a BatchNorm. They are no parameters."""
    extra = 0 if trainable_only else sum(item.numel() for item in module.buffers())
    return right_count(module, trainable_only) + extra


@misconception("count_parameters", "values")
def counts_frozen_as_well(module, trainable_only=False):
    """With trainable_only=True, parameters whose `requires_grad` is False are left out. You count them."""
    return right_count(module)


@misconception("count_parameters", "values")
def counts_trainable_only(module, trainable_only=False):
    """Frozen parameters count too, unless trainable_only=True."""
    return right_count(module, True)


@misconception("count_parameters", "values")
def counts_the_frozen_ones(module, trainable_only=False):
    """With trainable_only=True you count exactly those that are not trained. `requires_grad` is True for those that
    are."""
    return right_count(module) - right_count(module, True) if trainable_only else right_count(module)


@misconception("count_parameters", "values")
def counts_its_own(module, trainable_only=False):
    """The layers inside count as well, however deep they are."""
    found = [
        *module.parameters(recurse=False),
        *(item for child in module.children() for item in child.parameters(recurse=False)),
    ]
    found = {id(item): item for item in found}.values()
    return sum(item.numel() for item in found if item.requires_grad or not trainable_only)


@misconception("count_parameters", "values")
def counts_weights(module, trainable_only=False):
    """Every parameter counts, biases and the like too, not only those called weight."""
    found = [item for name, item in module.named_parameters() if name.endswith("weight")]
    return sum(item.numel() for item in found if item.requires_grad or not trainable_only)


@misconception("count_parameters", "values")
def counts_rows(module, trainable_only=False):
    """A parameter of shape (2, 3) holds 6 numbers. `len` is its first size only; ask for `numel()`."""
    return sum(
        item.shape[0] if item.dim() else 1 for item in module.parameters() if item.requires_grad or not trainable_only
    )


@misconception("count_parameters", "values")
def counts_two_sizes(module, trainable_only=False):
    """The kernel of a convolution has four sizes, and all of them count."""
    found = [item for item in module.parameters() if item.requires_grad or not trainable_only]
    return sum(item.numel() if item.dim() < 3 else item.shape[0] * item.shape[1] for item in found)


# --- freeze ---------------------------------------------------------------------------------------------------------


@misconception("freeze", "interface")
def takes_one_list(module, patterns=()):
    """The patterns are arguments of their own, `freeze(m, "a", "b")`, not one list."""
    if isinstance(patterns, str):
        raise TypeError("a list of patterns is expected")
    return right_freeze(module, *patterns)


@misconception("freeze", "gradients")
def only_names_them(module, *patterns):
    """You find the right names, but nothing is frozen: set `requires_grad` of the parameter itself. What a state dict
    holds are detached tensors, on which it has no effect."""
    return [name for name, _ in module.named_parameters() if any(fnmatchcase(name, pattern) for pattern in patterns)]


@misconception("freeze", "values")
def counts_instead_of_naming(module, *patterns):
    """What is returned are the names that match, not how many there are."""
    return range(len(right_freeze(module, *patterns)))


@misconception("freeze", "values")
def leaves_out_frozen_ones(module, *patterns):
    """Names that match are returned whether or not their parameters were frozen before."""
    before = {name for name, item in module.named_parameters() if not item.requires_grad}
    return [name for name in right_freeze(module, *patterns) if name not in before]


@misconception("freeze", "values")
def in_the_order_of_patterns(module, *patterns):
    """The names are in the order of `named_parameters()`, whatever the order of the patterns."""
    matching = right_freeze(module, *patterns)
    return list(dict.fromkeys(name for pattern in patterns for name in matching if fnmatchcase(name, pattern)))


@misconception("freeze", "values")
def once_for_each_pattern(module, *patterns):
    """A name that matches two patterns is returned once."""
    right_freeze(module, *patterns)
    return [name for name, _ in module.named_parameters() for pattern in patterns if fnmatchcase(name, pattern)]


@misconception("freeze", "values")
def star_stops_at_dots(module, *patterns):
    """A `*` stands for any text, dots included: "body.*" means everything below body."""
    matching = [
        name for name, _ in module.named_parameters()
        if any(name.count(".") == pattern.count(".") and fnmatchcase(name, pattern) for pattern in patterns)
    ]  # fmt: skip
    return right_freeze(module, *matching)


@misconception("freeze", "values")
def beginning_is_enough(module, *patterns):
    """A pattern has to match the whole name: "0" alone matches no name such as "0.weight"."""
    return right_freeze(module, *patterns, *(pattern + "*" for pattern in patterns))


@misconception("freeze", "values")
def anywhere_is_enough(module, *patterns):
    """A pattern has to match the whole name, from its beginning: "weight" alone does not match "0.weight"."""
    return right_freeze(module, *("*" + pattern for pattern in patterns))


@misconception("freeze", "values")
def plain_text_only(module, *patterns):
    """The patterns may have wildcards: `*`, `?` and sets such as `[0-3]`. Look up the module fnmatch."""
    names = [name for name, _ in module.named_parameters() if any(pattern.strip("*") in name for pattern in patterns)]
    return right_freeze(module, *names)


@misconception("freeze", "values")
def as_regular_expressions(module, *patterns):
    """These are patterns of fnmatch, as in file names, not regular expressions."""

    def match(pattern, name):
        try:
            return re.match(pattern, name)
        except re.error:
            return None

    return right_freeze(
        module, *[name for name, _ in module.named_parameters() if any(match(item, name) for item in patterns)]
    )


@misconception("freeze", "values")
def nothing_means_all(module, *patterns):
    """Without patterns nothing is frozen, and no names are returned."""
    return right_freeze(module, *(patterns or ("*",)))


@misconception("freeze", "values")
def first_pattern_only(module, *patterns):
    """A name may match any of the patterns; you look at the first only."""
    return right_freeze(module, *patterns[:1])


@misconception("freeze", "values")
def shared_by_all_names(module, *patterns):
    """A shared parameter goes by the first of its names only, the one that `named_parameters()` gives."""
    matching = []
    for name, item in module.named_parameters(remove_duplicate=False):
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            matching.append(name)
            item.requires_grad_(False)
    return matching


@misconception("freeze", "gradients")
def thaws_the_rest(module, *patterns):
    """Parameters that match no pattern stay as they are: one that was frozen before is not thawed."""
    matching = right_freeze(module, *patterns)
    for name, item in module.named_parameters():
        item.requires_grad_(name not in matching)
    return matching


@misconception("freeze", "gradients")
def freezes_the_rest(module, *patterns):
    """You freeze those that do not match. A pattern says what to freeze, not what to train."""
    matching = [
        name for name, _ in module.named_parameters() if any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    for name, item in module.named_parameters():
        if name not in matching:
            item.requires_grad_(False)
    return matching


@misconception("freeze", "gradients")
def evaluates_as_well(module, *patterns):
    """Freezing is about gradients only. Leave the mode of the modules alone: `eval()` is another decision."""
    module.eval()
    return right_freeze(module, *patterns)


# --- state_dict_keys ------------------------------------------------------------------------------------------------


@misconception("state_dict_keys", "own_work")
def builds_the_model(spec):
    """You build the model and ask it. Work the names out from the description."""

    def build(item):
        if isinstance(item, str):
            return {"Linear": nn.Linear(1, 1), "ReLU": nn.ReLU()}.get(item, nn.Conv2d(1, 1, 1))
        items = enumerate(item) if isinstance(item, list) else item.items()
        return nn.ModuleDict({str(name): build(inner) for name, inner in items})

    return list(build(spec).state_dict())


@misconception("state_dict_keys", "interface")
def under_another_name(model):
    """The argument is called spec."""
    return right_keys(model)


def described(layer=_layer_keys, children=_children, join="{}.{}".format):
    """The tool, with one of its steps replaced."""

    def keys(spec):
        if isinstance(spec, str):
            return layer(spec)
        return [join(name, key) for name, inner in children(spec).items() for key in keys(inner)]

    return keys


def without_statistics(kind):
    """Keys of a layer that forget its buffers."""
    return [key for key in _layer_keys(kind) if key in ("weight", "bias")]


def without_counter(kind):
    """Keys of a layer that forget the counter."""
    return [key for key in _layer_keys(kind) if key != "num_batches_tracked"]


def bias_always(kind):
    """Keys of a layer that always has a bias."""
    return _layer_keys(kind.partition(":")[0])


def bias_first(kind):
    """Keys of a layer, the bias first."""
    return sorted(_layer_keys(kind), key=lambda key: ("bias", "weight").index(key) if key in ("bias", "weight") else 2)


def statistics_first(kind):
    """Keys of a layer, the buffers first."""
    return sorted(_layer_keys(kind), key=lambda key: key in ("bias", "weight"))


def weight_for_all(kind):
    """Keys of a layer that has a weight at least."""
    return _layer_keys(kind) or ["weight"]


def by_number_from_one(spec):
    """Children of a row, from one."""
    return {str(index): inner for index, inner in enumerate(spec, 1)} if isinstance(spec, list) else _children(spec)


def only_with_weights(spec):
    """Children of a row that have something to save."""
    if not isinstance(spec, list):
        return _children(spec)
    return {str(index): inner for index, inner in enumerate(item for item in spec if item != "ReLU")}


def wrapper_by_its_class(spec):
    """Children of a wrapper under its class."""
    return spec if isinstance(spec, dict) else _children(spec)


def sorted_children(spec):
    """Children by their sorted names."""
    return dict(sorted(_children(spec).items()))


@misconception("state_dict_keys", "values")
def forgets_statistics(spec):
    """A BatchNorm2d has buffers in the state dict as well: running_mean, running_var and num_batches_tracked."""
    return described(without_statistics)(spec)


@misconception("state_dict_keys", "values")
def forgets_the_counter(spec):
    """A BatchNorm2d counts its batches in a buffer, num_batches_tracked, the last of its keys."""
    return described(without_counter)(spec)


@misconception("state_dict_keys", "values")
def always_a_bias(spec):
    """A layer described with ":nobias" has no bias, and no key for one."""
    return described(bias_always)(spec)


@misconception("state_dict_keys", "values")
def bias_before_weight(spec):
    """In every layer the weight comes before the bias."""
    return described(bias_first)(spec)


@misconception("state_dict_keys", "values")
def buffers_before_parameters(spec):
    """In every layer the parameters come before the buffers."""
    return described(statistics_first)(spec)


@misconception("state_dict_keys", "values")
def weight_for_relu(spec):
    """A ReLU has nothing to save, so it has no keys."""
    return described(weight_for_all)(spec)


@misconception("state_dict_keys", "values")
def numbers_from_one(spec):
    """The layers of a Sequential are named "0", "1", "2", …; you start with "1"."""
    return described(children=by_number_from_one)(spec)


@misconception("state_dict_keys", "values")
def relu_takes_no_number(spec):
    """A ReLU has no keys, but it takes a number in a Sequential all the same."""
    return described(children=only_with_weights)(spec)


@misconception("state_dict_keys", "values")
def wrapper_takes_its_class_name(spec):
    """The child of DataParallel is called `module`; the name of the class appears nowhere."""
    return described(children=wrapper_by_its_class)(spec)


@misconception("state_dict_keys", "values")
def wrapper_adds_nothing(spec):
    """DataParallel puts `module.` in front of the keys of what it wraps, wherever it stands."""

    def keys(item):
        if isinstance(item, dict) and set(item) == {"DataParallel"}:
            return keys(item["DataParallel"])
        if isinstance(item, str):
            return _layer_keys(item)
        return [f"{name}.{key}" for name, inner in _children(item).items() for key in keys(inner)]

    return keys(spec)


@misconception("state_dict_keys", "values")
def wrapper_outermost_only(spec):
    """A DataParallel may be anywhere in a model, not just around all of it."""

    def inner(item):
        if isinstance(item, dict) and set(item) == {"DataParallel"}:
            return inner(item["DataParallel"])
        if isinstance(item, dict):
            return {name: inner(value) for name, value in item.items()}
        return [inner(value) for value in item] if isinstance(item, list) else item

    if isinstance(spec, dict) and set(spec) == {"DataParallel"}:
        return right_keys({"DataParallel": inner(spec["DataParallel"])})
    return right_keys(inner(spec))


@misconception("state_dict_keys", "values")
def in_alphabetical_order(spec):
    """The keys are in the order in which the modules were made, not sorted."""
    return described(children=sorted_children)(spec)


@misconception("state_dict_keys", "values")
def last_name_only(spec):
    """A key has the names of all modules on the way to it, joined by dots."""
    return [".".join(key.split(".")[-2:]) for key in right_keys(spec)]


@misconception("state_dict_keys", "values")
def parameters_of_all_first(spec):
    """The keys go module by module: the buffers of one come before the parameters of the next."""
    return sorted(right_keys(spec), key=lambda key: key.rpartition(".")[2] not in ("weight", "bias"))


@misconception("state_dict_keys", "values")
def takes_the_spec_apart(spec):
    """The description belongs to the caller. You empty it while you work."""
    keys = right_keys(spec)
    if isinstance(spec, (dict, list)):
        spec.clear()
    return keys


# --- optimizer_step -------------------------------------------------------------------------------------------------


@misconception("optimizer_step", "interface")
def learning_rate_in_full(module, learning_rate):
    """The second argument is called lr."""
    right_step(module, learning_rate)


@torch.no_grad()
def moved(module, change):
    """Move every parameter that has a gradient."""
    for parameter in module.parameters():
        if parameter.grad is not None:
            parameter += change(parameter)


@misconception("optimizer_step", "values")
def uphill(module, lr):
    """The gradient points uphill; subtract it."""
    moved(module, lambda parameter: lr * parameter.grad)


@misconception("optimizer_step", "values")
def full_steps(module, lr):
    """The gradient is multiplied by the learning rate."""
    moved(module, lambda parameter: -parameter.grad)


@misconception("optimizer_step", "values")
def steps_of_one_length(module, lr):
    """The step is as long as the gradient times the learning rate. You divide the gradient by its norm."""
    moved(module, lambda parameter: -lr * parameter.grad / parameter.grad.norm().clamp(min=1e-12))


@misconception("optimizer_step", "values")
def signs_only(module, lr):
    """The step depends on the size of the gradient, not only on its sign."""
    moved(module, lambda parameter: -lr * parameter.grad.sign())


@misconception("optimizer_step", "values")
def decays(module, lr):
    """There is no weight decay here: nothing but the gradient moves a parameter."""
    moved(module, lambda parameter: -lr * (parameter.grad + 0.01 * parameter))


@misconception("optimizer_step", "values")
def insists_on_gradients(module, lr):
    """A parameter that took no part in the loss has no gradient: `grad` is None. Leave it where it is."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter -= lr * parameter.grad


@misconception("optimizer_step", "values")
def shared_twice(module, lr):
    """A parameter that is used in two places is one parameter, and moves once."""
    with torch.no_grad():
        for _, parameter in module.named_parameters(remove_duplicate=False):
            if parameter.grad is not None:
                parameter -= lr * parameter.grad


@misconception("optimizer_step", "values")
def weights_only(module, lr):
    """All parameters move, biases too."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.grad is not None and name.endswith("weight"):
                parameter -= lr * parameter.grad


@misconception("optimizer_step", "values")
def direct_children_only(module, lr):
    """All parameters move, those of modules further down too."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.grad is not None and name.count(".") < 2:
                parameter -= lr * parameter.grad


@misconception("optimizer_step", "state")
def inside_the_graph(module, lr):
    """A parameter cannot be changed in place while autograd watches. Do it under `torch.no_grad()`."""
    for parameter in module.parameters():
        if parameter.grad is not None:
            parameter -= lr * parameter.grad


@misconception("optimizer_step", "values")
def stops_at_the_first_without(module, lr):
    """A parameter without a gradient is left out; those behind it still move."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.grad is None:
                return
            parameter -= lr * parameter.grad


@misconception("optimizer_step", "values")
def forgets_to_store(module, lr):
    """`p = p - lr * p.grad` gives a new tensor a name and leaves the parameter as it was. Change it in place."""
    for parameter in module.parameters():
        if parameter.grad is not None:
            parameter = parameter - lr * parameter.grad


@misconception("optimizer_step", "state")
def new_parameters(module, lr):
    """The parameters must stay the same objects: whoever else holds them should see them move. You register new
    ones."""
    fresh = {}
    for child in module.modules():
        for name, parameter in list(child.named_parameters(recurse=False, remove_duplicate=False)):
            if parameter.grad is not None:
                if parameter not in fresh:
                    fresh[parameter] = nn.Parameter(parameter.detach() - lr * parameter.grad)
                    fresh[parameter].grad = parameter.grad
                setattr(child, name, fresh[parameter])


@misconception("optimizer_step", "state")
def clears_gradients(module, lr):
    """A step leaves the gradients as they are. Dropping them is what `zero_grad()` is for."""
    right_step(module, lr)
    module.zero_grad()


@misconception("optimizer_step", "state")
def scales_gradients(module, lr):
    """You multiply the gradient itself by the learning rate, in place. It should be the same after the step."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.grad is not None:
                parameter -= parameter.grad.mul_(lr)


@misconception("optimizer_step", "state")
def trains_no_more(module, lr):
    """After the step, parameters still require a gradient, or the next backward pass has nothing to do."""
    for parameter in module.parameters():
        parameter.requires_grad_(False)
        if parameter.grad is not None:
            parameter -= lr * parameter.grad
