#pragma once

// Neural networks: their functions, which are functions of tensors like any other, and a small set
// of layers and optimizers to build models from.

#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/clip.hpp>
#include <xgrad/nn/convolution.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/layer.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/model.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/optimizer.hpp>
#include <xgrad/nn/pooling.hpp>
#include <xgrad/nn/progress.hpp>
#include <xgrad/nn/softmax.hpp>
#include <xgrad/xgrad.hpp>
