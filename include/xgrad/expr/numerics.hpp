#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/error.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/runs.hpp>
#include <xgrad/expr/formula.hpp>

#include <atomic>
#include <cmath>
#include <source_location>
#include <string>
#include <vector>

namespace xgrad {
namespace detail {
inline std::atomic<bool>& numerics_checked() noexcept
{
    static std::atomic<bool> checked{false};
    return checked;
}

/// While it lives, this thread's results are not looked at: a step of an operation may be infinite
/// whose result is not.
class numerics_unchecked
{
public:
    numerics_unchecked() noexcept { ++depth_; }

    numerics_unchecked(numerics_unchecked const&) = delete;
    numerics_unchecked& operator=(numerics_unchecked const&) = delete;

    ~numerics_unchecked() { --depth_; }

    static bool here() noexcept { return depth_ != 0; }

private:
    static inline thread_local constinit unsigned depth_ = 0;
};

inline bool numerics_are_checked() noexcept
{
    return numerics_checked().load(std::memory_order_relaxed) && !numerics_unchecked::here();
}

/// "exp(x0) * 2 + x1": the formula with its tensors numbered and its numbers left open.
XGRAD_COLD inline std::string formula_of(block_kernels const& kernels)
{
    std::vector<std::string> names;
    std::size_t tensors = 0;
    for (auto const& term : kernels.terms) {
        if (term.what == expression_term::kind::tensor) {
            names.push_back(std::string("x") + std::to_string(tensors++));
        } else if (term.what == expression_term::kind::scalar) {
            names.push_back("c");
        }
    }
    return xgrad::formula_of(kernels.terms, names);
}

void search_result(
    tensor_body const& body, std::string const& formula, std::source_location const& where);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_COLD XGRAD_FUNCTION void search_result(
    tensor_body const& body, std::string const& formula, std::source_location const& where)
{
    if (!is_floating(body.type)) {
        return;
    }
    auto const check = [&](auto x, std::size_t i) {
        if (!std::isfinite(x)) {
            throw numerics_error(
                formula + ": element " + std::to_string(i) + " of " + std::to_string(body.size) +
                " is " + std::to_string(x) + "; check_numerics(false) lets it pass" + at(where));
        }
    };
    with_floating_type(body.type, [&]<class T>() {
        auto const* const elements = body.elements<T const>();
        for_each_run(
            body.shape,
            body.strides(),
            0,
            body.size,
            [&](auto position, auto offset, auto length, auto stride) {
                for (std::size_t i = 0; i < length; ++i) {
                    check(elements[offset + static_cast<std::ptrdiff_t>(i) * stride], position + i);
                }
            });
    });
}
#endif
} // namespace detail

/// With `true`, the first statement of any thread whose result holds a NaN or an infinity throws
/// numerics_error, naming its formula and line; and so does a gradient where it passes the first
/// statement whose operands' adjoints hold one.
inline void check_numerics(bool on) noexcept
{
    detail::numerics_checked().store(on, std::memory_order_relaxed);
}

namespace detail {
inline void check_result(
    tensor_body const& body, block_kernels const& kernels, std::source_location const& where)
{
    if (numerics_are_checked()) {
        search_result(body, formula_of(kernels), where);
    }
}

inline void
check_result(tensor_body const& body, std::string_view operation, std::source_location const& where)
{
    if (numerics_are_checked()) {
        search_result(body, std::string(operation), where);
    }
}
} // namespace detail
} // namespace xgrad
