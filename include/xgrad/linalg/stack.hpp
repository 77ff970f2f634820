#pragma once

#include <xgrad/array/matmul.hpp>

#include <limits>
#include <source_location>
#include <string>
#include <string_view>

// Stacks of matrices: the last two axes hold a matrix, those before them say which. What all of
// linear algebra shares: checks of shapes, walks over a stack, broadcasting of leading axes.

namespace xgrad::detail {
/// The lengths of a stack of matrices.
struct stack_lengths
{
    shape_type leading;
    std::size_t count; // of matrices
    std::size_t rows;
    std::size_t columns;

    explicit stack_lengths(shape_type const& shape)
        : leading(leading_axes(shape)),
          count(element_count(leading)),
          rows(shape[shape.size() - 2]),
          columns(shape[shape.size() - 1])
    {}

    std::size_t matrix_size() const noexcept { return rows * columns; }

    /// The shape of a stack as long as this one.
    shape_type shape(std::initializer_list<std::size_t> axes) const
    {
        auto result = leading;
        for (auto const length : axes) {
            result.push_back(length);
        }
        return result;
    }
};

/// Throws shape_error where x is not a stack of matrices.
inline void
check_stack(std::string_view name, shape_type const& shape, std::source_location const& where)
{
    if (shape.size() < 2) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(shape) +
            " is no matrix; it needs at least two axes" + at(where));
    }
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
    if (shape[shape.size() - 1] > most || shape[shape.size() - 2] > most) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(shape) +
            " has an axis longer than LAPACK counts" + at(where));
    }
}

/// Throws shape_error where x is not a stack of square matrices.
inline void
check_square(std::string_view name, shape_type const& shape, std::source_location const& where)
{
    check_stack(name, shape, where);
    auto const rows = shape[shape.size() - 2];
    auto const columns = shape[shape.size() - 1];
    if (rows != columns) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(shape) + " holds matrices of " +
            std::to_string(rows) + " rows and " + std::to_string(columns) +
            " columns; they must be square" + at(where));
    }
}

/// " (matrix {1, 2} of the stack {3, 4})", or nothing where there is only one matrix.
inline std::string place_in_stack(std::size_t k, shape_type const& leading)
{
    if (leading.size() == 0) {
        return {};
    }
    shape_type index = leading;
    for (std::size_t axis = leading.size(); axis-- > 0; k /= leading[axis]) {
        index[axis] = k % leading[axis];
    }
    return " (matrix " + to_string(index) + " of the stack " + to_string(leading) + ")";
}

/// Which matrix of a stack stands at place k of a longer stack that it was broadcast to.
class broadcast_stack
{
public:
    broadcast_stack(shape_type const& leading, shape_type const& to)
        : strides_(broadcast_strides(leading, row_major_strides(leading), to)), to_(to)
    {}

    std::size_t operator()(std::size_t k) const noexcept
    {
        std::ptrdiff_t place = 0;
        for (std::size_t axis = to_.size(); axis-- > 0; k /= to_[axis]) {
            place += static_cast<std::ptrdiff_t>(k % to_[axis]) * strides_[axis];
        }
        return static_cast<std::size_t>(place);
    }

private:
    strides_type strides_;
    shape_type to_;
};

/// A fresh copy of a stack, repeated along its leading axes to those given.
inline body_pointer repeated(body_pointer const& body, shape_type leading)
{
    leading.push_back(body->shape[body->shape.size() - 2]);
    leading.push_back(body->shape[body->shape.size() - 1]);
    auto strides = broadcast_strides(body->shape, body->strides(), leading);
    return dense_copy(*make_view(body, std::move(leading), std::move(strides), 0));
}

/// One length more at the end: a vector as a matrix of one column.
template <class T>
tensor<T> as_column(tensor<T> const& x, std::source_location const& where)
{
    return x.dimension() == 1 ? reshape(x, {-1, 1}, where) : x;
}

/// (x + xᵀ) / 2.
template <class T>
tensor<T> symmetric_part(tensor<T> const& x, std::source_location const& where)
{
    return tensor<T>((x + transposed_matrices(x, where)) / T(2), where);
}

/// A constant matrix of ones and zeros, or of other numbers: f(row, column).
template <class T, class F>
tensor<T> constant_matrix(std::size_t rows, std::size_t columns, F const& f)
{
    auto body = make_body(type_of<T>, {rows, columns});
    auto* next = body->template elements<T>();
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            *next++ = static_cast<T>(f(i, j));
        }
    }
    return tensor<T>(std::move(body));
}

/// 1 below the diagonal, `diagonal` on it, 0 above.
template <class T>
tensor<T> lower_mask(std::size_t n, double diagonal)
{
    return constant_matrix<T>(n, n, [&](auto i, auto j) {
        return i > j ? 1. : i == j ? diagonal : 0.;
    });
}

/// A stack of identity matrices.
template <class T>
body_pointer identity_body(shape_type const& shape)
{
    auto body = filled_body(type_of<T>, shape, 0);
    auto const n = shape[shape.size() - 1];
    for (std::size_t i = 0; i < body->size; i += n * n) {
        for (std::size_t k = 0; k < n; ++k) {
            body->template elements<T>()[i + k * (n + 1)] = T(1);
        }
    }
    return body;
}

/// Calls f(work, size): first to ask for the size, then with memory of it.
template <class T, class F>
void with_workspace(F const& f)
{
    T size = 0;
    f(&size, -1);
    // A float cannot hold every integer: the next one up.
    auto const count = static_cast<int>(size * (1 + std::numeric_limits<T>::epsilon())) + 1;
    std::vector<T> work(static_cast<std::size_t>(count));
    f(work.data(), count);
}
} // namespace xgrad::detail
