#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace xgrad {
/// The element types of a tensor, as a run-time value.
enum class element_type : std::uint8_t
{
    float64,
    float32,
    int64,
    int32,
    boolean
};

template <class T>
concept differentiable_element = std::same_as<T, double> || std::same_as<T, float>;

template <class T>
concept tensor_element = differentiable_element<T> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, bool>;

template <class T>
concept arithmetic = std::is_arithmetic_v<T>;

namespace detail {
template <class T>
consteval auto nearest_element()
{
    if constexpr (std::same_as<T, bool> || std::same_as<T, float>) {
        return T{};
    } else if constexpr (std::floating_point<T>) {
        return double{};
    } else if constexpr (sizeof(T) < 4 || (sizeof(T) == 4 && std::is_signed_v<T>)) {
        return std::int32_t{};
    } else {
        return std::int64_t{};
    }
}
} // namespace detail

/// The element type that holds a C++ arithmetic type: `long double` is a double, `char` an int32.
template <arithmetic T>
using element_for = decltype(detail::nearest_element<T>());

namespace detail {
template <class... T>
consteval auto promote_elements()
{
    if constexpr ((std::same_as<T, bool> && ...)) {
        return std::int32_t{};
    } else {
        return element_for<std::common_type_t<T...>>{};
    }
}
} // namespace detail

/// The type of `a + b`, as C++ promotes: bool + bool is an int32, int32 + float a float.
template <class... T>
using promoted_element = decltype(detail::promote_elements<T...>());

/// The type in which a function like `exp` computes: integers become doubles.
template <class... T>
using floating_element = std::conditional_t<
    std::is_floating_point_v<std::common_type_t<T...>>,
    element_for<std::common_type_t<T...>>,
    double>;

template <tensor_element T>
inline constexpr element_type type_of = std::same_as<T, double> ? element_type::float64
    : std::same_as<T, float>                                    ? element_type::float32
    : std::same_as<T, std::int64_t>                             ? element_type::int64
    : std::same_as<T, std::int32_t>                             ? element_type::int32
                                                                : element_type::boolean;

/// Calls `f.template operator()<T>()` with the C++ type that `type` names.
template <class F>
decltype(auto) with_element_type(element_type type, F&& f)
{
    switch (type) {
    case element_type::float64:
        return f.template operator()<double>();
    case element_type::float32:
        return f.template operator()<float>();
    case element_type::int64:
        return f.template operator()<std::int64_t>();
    case element_type::int32:
        return f.template operator()<std::int32_t>();
    case element_type::boolean:
        break;
    }
    return f.template operator()<bool>();
}

/// Values of it have derivatives.
constexpr bool is_floating(element_type type) noexcept
{
    return type == element_type::float64 || type == element_type::float32;
}

/// The same for a type that statements compute in: double or float.
template <class F>
decltype(auto) with_floating_type(element_type type, F&& f)
{
    return type == element_type::float64 ? f.template operator()<double>()
                                         : f.template operator()<float>();
}

inline std::size_t bytes_of(element_type type) noexcept
{
    static constexpr std::array<std::uint8_t, 5> bytes{8, 4, 8, 4, 1}; // in their order
    return bytes[static_cast<std::size_t>(type)];
}

inline std::string_view name_of(element_type type) noexcept
{
    switch (type) {
    case element_type::float64:
        return "double";
    case element_type::float32:
        return "float";
    case element_type::int64:
        return "int64";
    case element_type::int32:
        return "int32";
    case element_type::boolean:
        break;
    }
    return "bool";
}
} // namespace xgrad
