#pragma once

#include <numbers>

// The numbers of the rules that have a name, in double; `V(number)` makes them any value type.

namespace xgrad::constants {
inline constexpr double half = 0.5;
inline constexpr double pi = std::numbers::pi;
inline constexpr double ln2 = std::numbers::ln2;
inline constexpr double ln10 = std::numbers::ln10;
inline constexpr double radians_per_degree = std::numbers::pi / 180;
inline constexpr double degrees_per_radian = 180 / std::numbers::pi;
inline constexpr double two_over_sqrt_pi = 2 * std::numbers::inv_sqrtpi;
inline constexpr double sqrt_half = 0.5 * std::numbers::sqrt2;
inline constexpr double inverse_sqrt_two_pi = sqrt_half * std::numbers::inv_sqrtpi;
inline constexpr double half_sqrt_pi = 0.886226925452758013649083741670572591;

// The scale and the alpha of selu: G. Klambauer et al., Self-Normalizing Neural Networks (2017).
inline constexpr double selu_scale = 1.05070098735548049341933498529460;
inline constexpr double selu_alpha = 1.67326324235437728481704242991670;

// 2 √(2/π), and 0.044715 times as much: the tanh form of gelu.
inline constexpr double gelu_tanh_linear = 4 * inverse_sqrt_two_pi;
inline constexpr double gelu_tanh_cubic = 0.044715 * gelu_tanh_linear;
} // namespace xgrad::constants
