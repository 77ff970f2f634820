#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/base/config.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/blas.hpp>
#include <xgrad/engine/dense.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

// One product of two matrices, by BLAS.

namespace xgrad {
/// A strided matrix of T.
template <class T>
struct matrix_view
{
    T const* data;
    std::size_t rows;
    std::size_t columns;
    std::ptrdiff_t row_stride;
    std::ptrdiff_t column_stride;

    matrix_view transposed() const noexcept
    {
        return {data, columns, rows, column_stride, row_stride};
    }
};

namespace detail {
/// A matrix as BLAS takes it: rows (or, transposed, columns) contiguous.
struct matrix_layout
{
    bool transposed;
    std::ptrdiff_t leading;
};

inline bool blas_layout(
    std::size_t rows,
    std::size_t columns,
    std::ptrdiff_t row_stride,
    std::ptrdiff_t column_stride,
    matrix_layout& layout) noexcept
{
    auto const least = [](std::size_t n) {
        return std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(n));
    };
    if ((column_stride == 1 || columns == 1) && (row_stride >= least(columns) || rows == 1)) {
        layout = {false, std::max(row_stride, least(columns))};
        return true;
    }
    if ((row_stride == 1 || rows == 1) && (column_stride >= least(rows) || columns == 1)) {
        layout = {true, std::max(column_stride, least(rows))};
        return true;
    }
    return false;
}

template <class T>
matrix_layout layout_of(matrix_view<T> const& a) noexcept
{
    matrix_layout layout{};
    blas_layout(a.rows, a.columns, a.row_stride, a.column_stride, layout);
    return layout;
}

#if XGRAD_HAS_BLAS
/// Its lengths and steps are what an `int` holds.
template <class T>
bool blas_counts(matrix_view<T> const& m) noexcept
{
    constexpr std::ptrdiff_t most = std::numeric_limits<int>::max();
    auto const longest = static_cast<std::ptrdiff_t>(std::max(m.rows, m.columns));
    return std::max({longest, m.row_stride, m.column_stride}) <= most;
}

/// c by rows is cᵀ = bᵀ aᵀ by columns; and what is stored by rows is its own transpose by columns.
template <class T>
void matrix_times_matrix(matrix_view<T> const& a, matrix_view<T> const& b, T* c)
{
    auto const left = layout_of(a);
    auto const right = layout_of(b);
    auto const rows = static_cast<int>(a.rows);
    auto const columns = static_cast<int>(b.columns);
    auto const inner = static_cast<int>(a.columns);
    auto const left_leading = static_cast<int>(left.leading);
    auto const right_leading = static_cast<int>(right.leading);
    T const one(1);
    T const zero(0);
    blas::gemm(
        right.transposed ? "T" : "N",
        left.transposed ? "T" : "N",
        &columns,
        &rows,
        &inner,
        &one,
        b.data,
        &right_leading,
        a.data,
        &left_leading,
        &zero,
        c,
        &columns,
        1,
        1);
}

// Of a vector as a matrix of one column, a product of matrices would copy both operands first.
template <class T>
void matrix_times_vector(matrix_view<T> const& a, T const* x, std::ptrdiff_t stride, T* y)
{
    auto const layout = layout_of(a);
    auto const stored_rows = static_cast<int>(layout.transposed ? a.rows : a.columns);
    auto const stored_columns = static_cast<int>(layout.transposed ? a.columns : a.rows);
    auto const leading = static_cast<int>(layout.leading);
    auto const step = a.columns == 1 ? 1 : static_cast<int>(stride);
    T const one(1);
    T const zero(0);
    int const next = 1;
    blas::gemv(
        layout.transposed ? "N" : "T",
        &stored_rows,
        &stored_columns,
        &one,
        a.data,
        &leading,
        x,
        &step,
        &zero,
        y,
        &next,
        1);
}
#endif
} // namespace detail

namespace detail {
/// Number by number.
template <class T>
void small_product(matrix_view<T> const& a, matrix_view<T> const& b, T* c)
{
    auto const* row = a.data;
    for (std::size_t i = 0; i < a.rows; ++i, row += a.row_stride) {
        auto const* column = b.data;
        for (std::size_t j = 0; j < b.columns; ++j, column += b.column_stride) {
            auto const* x = row;
            auto const* y = column;
            T sum(0);
            for (std::size_t k = 0; k < a.columns; ++k, x += a.column_stride, y += b.row_stride) {
                sum += *x * *y;
            }
            *c++ = sum;
        }
    }
}

/// Row by row, which large matrices without BLAS want.
template <class T>
void product_of_rows(matrix_view<T> const& a, matrix_view<T> const& b, T* c)
{
    auto const* factors = a.data;
    for (std::size_t i = 0; i < a.rows; ++i, factors += a.row_stride, c += b.columns) {
        std::fill_n(c, b.columns, T(0));
        auto const* row = b.data;
        for (std::size_t k = 0; k < a.columns; ++k, row += b.row_stride) {
            auto const factor = factors[static_cast<std::ptrdiff_t>(k) * a.column_stride];
            auto const* from = row;
            for (std::size_t j = 0; j < b.columns; ++j, from += b.column_stride) {
                c[j] += factor * *from;
            }
        }
    }
}
} // namespace detail

/// Of so few products a call of BLAS is most of the time: of 3 × 3 matrices 50 ns, by hand 19. Each
/// sum then is taken from the front, however the matrices lie.
inline bool is_small_product(std::size_t rows, std::size_t inner, std::size_t columns) noexcept
{
    constexpr std::size_t few = 125;
    return rows * inner * columns <= few;
}

/// c = a b, with c dense of a.rows × b.columns. A matrix without a unit stride is not taken: make
/// it dense before.
template <class T>
void matrix_product(matrix_view<T> const& a, matrix_view<T> const& b, T* c)
{
    if (is_small_product(a.rows, a.columns, b.columns)) {
        detail::small_product(a, b, c);
        return;
    }
#if XGRAD_HAS_BLAS
    if (!detail::blas_counts(a) || !detail::blas_counts(b)) {
        detail::product_of_rows(a, b, c);
    } else if (b.columns == 1) {
        detail::matrix_times_vector(a, b.data, b.row_stride, c);
    } else if (a.rows == 1) {
        detail::matrix_times_vector(b.transposed(), a.data, a.column_stride, c);
    } else {
        detail::matrix_times_matrix(a, b, c);
    }
#else
    detail::product_of_rows(a, b, c);
#endif
}

/// The matrices of a body's last two axes, laid out so that `matrix_product` takes them.
template <class T>
class matrix_stack
{
public:
    explicit matrix_stack(body_pointer body) : body_(std::move(body)), strides_(body_->strides())
    {
        detail::matrix_layout layout{};
        auto const rank = strides_.size();
        if (!detail::blas_layout(
                rows(), columns(), strides_[rank - 2], strides_[rank - 1], layout)) {
            body_ = dense_copy(*body_);
            strides_ = body_->strides();
        }
    }

    std::size_t rows() const noexcept { return body_->shape[strides_.size() - 2]; }

    std::size_t columns() const noexcept { return body_->shape[strides_.size() - 1]; }

    shape_type leading_axes() const
    {
        return shape_type(body_->shape.begin(), body_->shape.end() - 2);
    }

    /// From one matrix to the next along axes to which the leading ones broadcast.
    strides_type steps(shape_type const& axes) const
    {
        return broadcast_strides(
            leading_axes(), strides_type(strides_.begin(), strides_.end() - 2), axes);
    }

    matrix_view<T> at(std::ptrdiff_t offset) const noexcept
    {
        auto const rank = strides_.size();
        return {
            body_->template elements<T>() + offset,
            rows(),
            columns(),
            strides_[rank - 2],
            strides_[rank - 1]};
    }

private:
    body_pointer body_;
    strides_type strides_;
};
} // namespace xgrad
