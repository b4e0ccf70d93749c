"""The course has every exercise of the contract with students, and no other."""

from pathlib import Path

from grader.kit.load import load_course

CATALOGUE = {
    "linear/linear": "Linear Flatten",
    "linear/embedding": "Embedding",
    "linear/dropout": "Dropout Dropout2d Dropout3d",
    "linear/padding": "ConstantPad2d ZeroPad2d ReplicationPad1d",
    "modules/module": "Module Sequential ModuleList ModuleDict ParameterList ParameterDict",
    "modules/tools": "count_parameters freeze state_dict_keys optimizer_step",
    "activations/activations": (
        "ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid PReLU ReLU ReLU6 RReLU SELU CELU GELU "
        "Sigmoid SiLU Mish Softplus Softsign Tanh Tanhshrink Threshold"
    ),
    "activations/softmax": "Softmax Softmin LogSoftmax AdaptiveLogSoftmaxWithLoss",
    "losses/losses": "MSELoss BCELoss CrossEntropyLoss",
    "convolution/arithmetic": (
        "conv_output_size conv_transpose_output_size pool_output_size same_padding dilated_kernel_size receptive_field "
        "infer_input_size linear_parameter_count conv_parameter_count separable_parameter_count rnn_parameter_count"
    ),
    "convolution/conv": "Conv1d Conv2d Conv3d",
    "convolution/separable": "DepthwiseSeparableConv2d",
    "convolution/transpose": "ConvTranspose2d",
    "convolution/fold": "Unfold Fold",
    "pooling/maxpool": "MaxPool1d MaxPool2d MaxPool3d MaxUnpool2d",
    "pooling/avgpool": "AvgPool2d",
    "pooling/adaptive": "AdaptiveAvgPool2d AdaptiveMaxPool2d FractionalMaxPool2d",
    "normalization/batchnorm": "batch_norm BatchNorm1d BatchNorm2d BatchNorm3d",
    "normalization/layernorm": "LayerNorm",
    "normalization/rmsnorm": "RMSNorm",
    "normalization/groupnorm": "GroupNorm InstanceNorm2d",
    "normalization/switchable": "SwitchableNorm2d",
    "upsampling/upsample": "Upsample",
    "upsampling/pixelshuffle": "PixelShuffle",
    "recurrent/cells": "RNNCell LSTMCell GRUCell",
    "recurrent/layers": "RNN LSTM GRU",
    "blocks/classic": "LeNet AlexNet",
    "blocks/vgg": "vgg_block VGG",
    "blocks/nin": "NiNBlock GlobalAvgPoolHead NiN",
    "blocks/inception": "Inception GoogLeNet",
    "blocks/resnet": "BasicBlock Bottleneck PreActBlock ResNet18",
    "blocks/densenet": "DenseBlock TransitionBlock DenseNet",
    "transformer/attention": "MultiheadAttention",
    "transformer/layers": "TransformerEncoderLayer TransformerDecoderLayer",
    "transformer/models": "TransformerEncoder TransformerDecoder Transformer",
    "backward/dense": "linear_backward softmax_cross_entropy_backward",
    "backward/norms": "batch_norm_backward layer_norm_backward",
    "backward/convolution": "conv2d_backward max_pool2d_backward",
    "backward/recurrent": "lstm_cell_backward gru_cell_backward",
}


def test_every_symbol_of_the_catalogue_is_there() -> None:
    course = load_course(Path(__file__).parent.parent)
    found = {exercise.slug: [part.symbol for part in exercise.parts] for exercise in course.exercises}
    assert {slug: sorted(symbols) for slug, symbols in found.items()} == {
        slug: sorted(symbols.split()) for slug, symbols in CATALOGUE.items()
    }


def test_the_readme_counts_them() -> None:
    root = Path(__file__).parent.parent
    course = load_course(root)
    parts = sum(len(exercise.parts) for exercise in course.exercises)
    counts = f"{len(course.exercises)} exercises and {parts} parts"
    assert counts in (root / "README.md").read_text(encoding="utf-8")
