#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/error.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/expr/formula.hpp>

#include <atomic>
#include <cmath>
#include <source_location>
#include <string>

namespace xgrad {
namespace detail {
inline std::atomic<bool>& numerics_checked() noexcept
{
    static std::atomic<bool> checked{false};
    return checked;
}

/// "exp(x0) * 2 + x1": the formula with its tensors numbered and its numbers left open.
inline std::string formula_of(block_kernels const& kernels)
{
    return xgrad::formula_of(
        kernels.terms,
        [](std::size_t i) { return "x" + std::to_string(i); },
        [](std::size_t) { return std::string("c"); });
}

void search_result(
    tensor_body const& body, std::string const& formula, std::source_location const& where);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_COLD XGRAD_FUNCTION void search_result(
    tensor_body const& body, std::string const& formula, std::source_location const& where)
{
    auto const search = [&]<class T>() {
        for (std::size_t i = 0; i < body.size; ++i) {
            auto const x = body.elements<T>()[i];
            if (!std::isfinite(x)) {
                throw numerics_error(
                    formula + ": element " + std::to_string(i) + " of " +
                    std::to_string(body.size) + " is " + std::to_string(x) +
                    "; check_numerics(false) lets it pass" + at(where));
            }
        }
    };
    if (body.type == element_type::float64) {
        search.template operator()<double>();
    } else if (body.type == element_type::float32) {
        search.template operator()<float>();
    }
}
#endif
} // namespace detail

/// With `true`, the first statement of any thread whose result holds a NaN or an infinity throws
/// numerics_error, naming its formula and line.
inline void check_numerics(bool on) noexcept
{
    detail::numerics_checked().store(on, std::memory_order_relaxed);
}

namespace detail {
inline void check_result(
    tensor_body const& body, block_kernels const& kernels, std::source_location const& where)
{
    if (numerics_checked().load(std::memory_order_relaxed)) {
        search_result(body, formula_of(kernels), where);
    }
}

inline void
check_result(tensor_body const& body, std::string_view operation, std::source_location const& where)
{
    if (numerics_checked().load(std::memory_order_relaxed)) {
        search_result(body, std::string(operation), where);
    }
}
} // namespace detail
} // namespace xgrad
