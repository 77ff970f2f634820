#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/linalg/qr.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <cmath>
#include <limits>
#include <optional>

namespace xgrad {
namespace detail {
/// A column of a stack of matrices that depends on those before it.
struct dependent_column
{
    std::size_t matrix;
    std::size_t column;

    bool operator==(dependent_column const&) const = default;
};

/// The first one, as R of a QR decomposition shows it.
template <class T>
std::optional<dependent_column> find_dependent(tensor<T> const& r, std::size_t longest)
{
    stack_lengths const stack(r.shape());
    auto const matrices = dense(r.handle());
    for (std::size_t k = 0; k < stack.count; ++k) {
        auto const* const m = matrices->template elements<T>() + k * stack.matrix_size();
        T most = 0;
        for (std::size_t i = 0; i < stack.rows; ++i) {
            most = std::max(most, std::abs(m[i * (stack.rows + 1)]));
        }
        auto const least = most * std::numeric_limits<T>::epsilon() * static_cast<T>(longest);
        for (std::size_t i = 0; i < stack.rows; ++i) {
            if (!(std::abs(m[i * (stack.rows + 1)]) > least)) {
                return dependent_column{k, i};
            }
        }
    }
    return {};
}

/// Throws value_error where there is one.
template <class T>
void check_full_rank(tensor<T> const& r, std::size_t longest, std::source_location const& where)
{
    auto const dependent =
        choice_by(r, [longest](tensor<T> const& x) { return find_dependent(x, longest); });
    if (dependent) {
        throw value_error(
            "lstsq: the matrix is not of full rank: pivot " + std::to_string(dependent->column) +
            " is 0 to rounding; pinv takes such a matrix" +
            place_in_stack(dependent->matrix, stack_lengths(r.shape()).leading) + at(where));
    }
}
} // namespace detail

/// The x of least ‖A x - b‖, and of these the shortest, for stacks of matrices A {..., m, n} of
/// full rank; b {m} is a vector, b {..., m, k} holds k right-hand sides. By QR factors: R x = Qᵀ b,
/// or with fewer rows than columns x = Q R⁻ᵀ b of those of Aᵀ; their adjoints carry the gradient
/// (Golub and Van Loan 2013, Matrix Computations, 5.3 and 5.6). Throws shape_error where the shapes
/// do not fit, value_error where the rank is not full.
template <array_operand A, array_operand B>
auto lstsq(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const x = as_tensor(a, where);
    tensor<T> const y = as_tensor(b, where);
    detail::one_statement const whole("lstsq", where);
    detail::check_stack("lstsq", x.shape(), where);
    detail::check_right_hand_side("lstsq", x.shape(), y.shape(), where);
    auto const column = detail::as_column(y, where);
    detail::system_lengths const lengths("lstsq", x.shape(), column.shape(), y.shape(), where);
    auto const m = x.shape(-2);
    auto const n = x.shape(-1);
    auto const [q, r] = qr(m >= n ? x : detail::transposed_matrices(x, where), where);
    detail::check_full_rank(r, std::max(m, n), where);
    auto const solution = m >= n
        ? detail::solve_triangular<T>(
              "lstsq",
              r,
              matmul(detail::transposed_matrices(q, where), column, where),
              {.lower = false},
              where)
        : matmul(
              q,
              detail::solve_triangular<T>(
                  "lstsq", r, column, {.lower = false, .transpose = true}, where),
              where);
    if (y.dimension() > 1) {
        return solution;
    }
    auto shape = lengths.leading;
    shape.push_back(n);
    return reshape(solution, shape, where);
}
} // namespace xgrad
