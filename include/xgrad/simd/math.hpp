#pragma once

// The elementary functions over a register of numbers, found by ADL from a rule's text.

#include <xgrad/simd/arc.hpp>
#include <xgrad/simd/digamma.hpp>
#include <xgrad/simd/error_function.hpp>
#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/gamma.hpp>
#include <xgrad/simd/gelu.hpp>
#include <xgrad/simd/hyperbolic.hpp>
#include <xgrad/simd/inverse_error_function.hpp>
#include <xgrad/simd/logarithm.hpp>
#include <xgrad/simd/normal_distribution.hpp>
#include <xgrad/simd/polygamma.hpp>
#include <xgrad/simd/power.hpp>
#include <xgrad/simd/remainder.hpp>
#include <xgrad/simd/root.hpp>
#include <xgrad/simd/rounding.hpp>
#include <xgrad/simd/sinc.hpp>
#include <xgrad/simd/trigonometric.hpp>
