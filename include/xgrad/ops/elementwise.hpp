#pragma once

// All elementwise functions, a file a family.

#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arc.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cast.hpp>
#include <xgrad/ops/classification.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/hyperbolic.hpp>
#include <xgrad/ops/logarithm.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/rectifier.hpp>
#include <xgrad/ops/remainder.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/ops/trigonometric.hpp>
