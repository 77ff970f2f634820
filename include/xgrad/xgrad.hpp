#pragma once

// All of xgrad.

#include <xgrad/array/matmul.hpp>
#include <xgrad/array/moments.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/mode/check_gradient.hpp>
#include <xgrad/mode/custom_gradient.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/mode/jacobian.hpp>
#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/mode/vjp.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>
#include <xgrad/tensor/print.hpp>
#include <xgrad/tensor/random.hpp>
#include <xgrad/tools/npz.hpp>
#include <xgrad/xtensor/hook.hpp>
