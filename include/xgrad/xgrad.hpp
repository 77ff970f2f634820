#pragma once

// All of xgrad.

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/flip.hpp>
#include <xgrad/array/matmul.hpp>
#include <xgrad/array/moments.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/pad.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/scatter.hpp>
#include <xgrad/array/set.hpp>
#include <xgrad/array/take.hpp>
#include <xgrad/array/tile.hpp>
#include <xgrad/array/triangle.hpp>
#include <xgrad/array/unit_axes.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/mode/check_gradient.hpp>
#include <xgrad/mode/custom_gradient.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/mode/hessian.hpp>
#include <xgrad/mode/jacobian.hpp>
#include <xgrad/mode/jvp.hpp>
#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/mode/vjp.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>
#include <xgrad/tensor/print.hpp>
#include <xgrad/tensor/random.hpp>
#include <xgrad/tools/npz.hpp>
#include <xgrad/xtensor/hook.hpp>
