#pragma once

// Neural networks: their functions, which are functions of tensors like any other, and a small set of
// layers and optimizers to build models from.

#include <xgrad/nn/clip.hpp>
#include <xgrad/nn/convolution.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/pooling.hpp>
#include <xgrad/nn/softmax.hpp>
#include <xgrad/xgrad.hpp>
