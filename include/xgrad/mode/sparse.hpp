#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/scatter.hpp>
#include <xgrad/array/take.hpp>
#include <xgrad/mode/detect_sparsity.hpp>
#include <xgrad/mode/hessian.hpp>
#include <xgrad/mode/jvp.hpp>

// Jacobians and Hessians of which most elements are zero: a few products instead of one for each
// row.

namespace xgrad {
/// A sparse matrix: its places, and the element at each, in the same order.
template <differentiable_element T>
struct sparse_matrix
{
    sparsity_pattern pattern;
    tensor<T> values;

    /// All elements, of shape {rows, columns}.
    tensor<T> dense() const
    {
        auto const rows = pattern.row_count;
        auto const columns = pattern.column_count;
        std::vector<std::size_t> places;
        pattern.for_each(
            [&](auto row, auto column, auto) { places.push_back(row * columns + column); });
        tensor<T> const none(filled_body(type_of<T>, {rows * columns}, 0));
        return reshape(scatter_add(none, places, values), {rows, columns});
    }
};

namespace detail {
/// v ↦ the gradient of `target` by `source` for the adjoint v, as often as it is called.
template <class T>
auto repeated_sweep(tape& t, tensor<T> const& target, tensor<T> const& source)
{
    return [&](tensor<T> const& v) {
        sweep_target from{&target.body(), v.handle()};
        body_pointer product;
        t.stop_recording([&] {
            sweep_once(
                t,
                {&from, 1},
                std::array{&source.body()},
                {.unconnected = unconnected::zero},
                {&product, 1},
                {});
        });
        return tensor<T>(std::move(product));
    };
}

/// The sum of the unit vectors of one colour.
template <class T>
tensor<T> seed_of(graph_colouring const& c, std::size_t colour, shape_type const& shape)
{
    return by_elements<T>(shape, [&](auto i) { return c.colours[i] == colour ? T(1) : T(0); });
}

/// The products of a matrix with the seeds of a colouring.
template <class T, class Multiply>
std::vector<tensor<T>>
products_of(graph_colouring const& c, shape_type const& shape, Multiply&& multiply)
{
    std::vector<tensor<T>> products;
    for (std::size_t colour = 0; colour < c.count; ++colour) {
        products.push_back(multiply(seed_of<T>(c, colour, shape)));
    }
    return products;
}

/// The values in a pattern, which `place(row, column)` finds: in which product, and where in it.
template <class T, class F>
sparse_matrix<T>
gathered(sparsity_pattern pattern, std::vector<tensor<T>> const& products, F const& place)
{
    if (products.empty()) {
        return {std::move(pattern), tensor<T>(make_body(type_of<T>, {0}))};
    }
    std::vector<std::size_t> places;
    pattern.for_each([&](auto row, auto column, auto) {
        auto const [product, element] = place(row, column);
        places.push_back(product * products[0].size() + element);
    });
    return {std::move(pattern), take(ravel(stack(products)), places, 0)};
}

[[noreturn]] XGRAD_COLD inline void throw_pattern_mismatch(
    std::string_view mode,
    sparsity_pattern const& pattern,
    std::size_t rows,
    std::size_t columns,
    std::source_location const& where)
{
    throw shape_error(
        std::string(mode) + ": the pattern is one of " + std::to_string(pattern.row_count) + " × " +
        std::to_string(pattern.column_count) + " elements, the matrix has " + std::to_string(rows) +
        " × " + std::to_string(columns) + at(where));
}
} // namespace detail

/// Which elements of the Jacobian of f at x are not zero: rows are the elements of f(x), columns
/// those of x, both in row-major order. An element that happens to be zero at x (a branch not
/// taken) is not found: ask at a point like those to come. Cost: one call of f, and about 2 k log₂
/// m products of m rows of which k at most share a column (2 m for a dense Jacobian).
template <class F, differentiable_element T>
sparsity_pattern jacobian_sparsity(F&& f, tensor<T> const& x)
{
    no_grad const guard;
    auto const [value, pullback] = vjp(f, x);
    return detail::detected<T>(
        value.shape(), x.size(), [&](tensor<T> const& v) { return pullback(v); });
}

/// The Jacobian of f at x, in the places of `pattern`; what lies outside of it is taken as zero.
/// Cost: one product (a forward or a reverse sweep) for each colour of the columns, or of the rows
/// where these are fewer: as many as the fullest row or column has elements, or a few more. Throws
/// shape_error where the pattern does not have the Jacobian's size.
template <class F, differentiable_element T>
sparse_matrix<T> sparse_jacobian(
    F&& f,
    tensor<T> const& x,
    sparsity_pattern const& pattern,
    std::source_location where = std::source_location::current())
{
    auto const [value, pullback] = vjp(f, x);
    auto const& back = pullback;
    if (pattern.row_count != value.size() || pattern.column_count != x.size()) {
        detail::throw_pattern_mismatch("sparse_jacobian", pattern, value.size(), x.size(), where);
    }
    auto const columns = coloured_columns(pattern);
    auto const rows = coloured_columns(pattern.transposed());
    if (columns.count < rows.count) {
        auto const products = detail::products_of<T>(
            columns, x.shape(), [&](tensor<T> const& v) { return jvp(f, x, v, where).tangent; });
        return detail::gathered(pattern, products, [&](auto row, auto column) {
            return std::pair(columns.colours[column], row);
        });
    }
    auto const products = detail::products_of<T>(
        rows, value.shape(), [&](tensor<T> const& v) { return back(v, where); });
    return detail::gathered(pattern, products, [&](auto row, auto column) {
        return std::pair(rows.colours[row], column);
    });
}

/// With the pattern that `jacobian_sparsity` finds: worth its while from a few dozen rows on, and
/// where the pattern is used again, worth asking for it once.
template <class F, differentiable_element T>
sparse_matrix<T> sparse_jacobian(
    F&& f, tensor<T> const& x, std::source_location where = std::source_location::current())
{
    return sparse_jacobian(f, x, jacobian_sparsity(f, x), where);
}

/// Which elements of the Hessian of the scalar f at x are not zero; see jacobian_sparsity.
template <class F, differentiable_element T>
sparsity_pattern hessian_sparsity(
    F&& f, tensor<T> const& x, std::source_location where = std::source_location::current())
{
    return detail::with_recorded_gradient(
        "hessian_sparsity",
        f,
        x,
        where,
        [&](tape& t, tensor<T> const& g, tensor<T> const& argument) {
            return detail::detected<T>(x.shape(), x.size(), detail::repeated_sweep(t, g, argument));
        });
}

/// The Hessian of the scalar f at x, in the places of `pattern`, which must be symmetric. Cost: one
/// call of f and of its gradient, and one reverse sweep over the gradient's record for each colour
/// of a star colouring (3 for a tridiagonal Hessian, 2 for an arrow). Throws shape_error where the
/// pattern does not have the Hessian's size or the result of f is not of rank 0, value_error where
/// the pattern is not symmetric.
template <class F, differentiable_element T>
sparse_matrix<T> sparse_hessian(
    F&& f,
    tensor<T> const& x,
    sparsity_pattern const& pattern,
    std::source_location where = std::source_location::current())
{
    if (pattern.row_count != x.size() || pattern.column_count != x.size()) {
        detail::throw_pattern_mismatch("sparse_hessian", pattern, x.size(), x.size(), where);
    }
    if (pattern.transposed() != pattern) {
        throw value_error(
            "sparse_hessian: the pattern is not symmetric; add the transpose of each place" +
            at(where));
    }
    auto const stars = star_coloured(pattern);
    auto const products = detail::with_recorded_gradient(
        "sparse_hessian", f, x, where, [&](tape& t, tensor<T> const& g, tensor<T> const& argument) {
            return detail::products_of<T>(stars, x.shape(), detail::repeated_sweep(t, g, argument));
        });
    auto const& colours = stars.colours;
    return detail::gathered(pattern, products, [&](auto row, auto column) {
        // Alone in the product of its column's colour, or else in that of its row's.
        std::size_t alike = 0;
        for (auto k = pattern.row_starts[row]; k < pattern.row_starts[row + 1]; ++k) {
            alike += colours[pattern.columns[k]] == colours[column] ? 1 : 0;
        }
        return alike == 1 ? std::pair(colours[column], row) : std::pair(colours[row], column);
    });
}

/// With the pattern that `hessian_sparsity` finds.
template <class F, differentiable_element T>
sparse_matrix<T> sparse_hessian(
    F&& f, tensor<T> const& x, std::source_location where = std::source_location::current())
{
    return sparse_hessian(f, x, hessian_sparsity(f, x, where), where);
}
} // namespace xgrad
