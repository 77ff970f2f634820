#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <functional>
#include <string>

using namespace xgrad;

namespace {
using function = std::function<tensor<double>(tensor<double> const&)>;

/// Any function as a scalar one with second derivatives of its own.
tensor<double> scalar_of(function const& f, tensor<double> const& x)
{
    auto const y = f(x);
    return sum(sin(y) * reshape(linspace(0.5, 1.5, y.size()), y.shape()));
}

/// The Hessian times a vector against differences of gradients.
void check(std::string const& name, function const& f, tensor<double> const& x)
{
    auto const scalar = [&](tensor<double> const& v) { return scalar_of(f, v); };
    tensor<double> const v = cos(reshape(linspace(1, 4, x.size()), x.shape()));
    auto const product = hvp(scalar, x, v);
    double const step = 1e-5;
    auto const gradient_at = [&](double t) {
        tensor<double> const moved = x + t * v;
        auto tape = create_tape();
        auto const y = scalar(moved);
        return grad(tape, y, moved, {.unconnected = unconnected::zero});
    };
    tensor<double> const expected = (gradient_at(step) - gradient_at(-step)) / (2 * step);
    auto const off = amax(abs(product - expected)).item() / (1 + amax(abs(expected)).item());
    BOOST_TEST(off < 1e-8, name << " is off by " << off);
}

tensor<double> const x =
    constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});
} // namespace

BOOST_AUTO_TEST_CASE(movements_have_second_derivatives)
{
    check(
        "transpose", [](auto const& v) { return transpose(v); }, x);
    check(
        "swapaxes", [](auto const& v) { return swapaxes(v, 0, 1); }, x);
    check(
        "moveaxis", [](auto const& v) { return moveaxis(v, 0, 1); }, x);
    check(
        "reshape",
        [](auto const& v) {
            return reshape(v, {2, 6});
        },
        x);
    check(
        "expand_dims", [](auto const& v) { return expand_dims(v, 1); }, x);
    check(
        "squeeze", [](auto const& v) { return squeeze(expand_dims(v, 0)); }, x);
    check(
        "broadcast",
        [](auto const& v) {
            return broadcast(v, {2, 3, 4});
        },
        x);
    check(
        "sum_to",
        [](auto const& v) {
            return sum_to(v, {3, 1});
        },
        x);
    check(
        "view", [](auto const& v) { return view(v, range(0, 2), range(3, 0, -2)); }, x);
    check(
        "flip", [](auto const& v) { return flip(v, 1); }, x);
    check(
        "rot90", [](auto const& v) { return rot90(v, 3); }, x);
    check(
        "roll", [](auto const& v) { return roll(v, 1, 1); }, x);
    check(
        "concatenate",
        [](auto const& v) {
            return concatenate({v, v}, 1);
        },
        x);
    check(
        "stack",
        [](auto const& v) {
            return stack({v, v}, 1);
        },
        x);
    check(
        "split", [](auto const& v) { return split(v, 2, 1)[1]; }, x);
    check(
        "tile",
        [](auto const& v) {
            return tile(v, {2, 2});
        },
        x);
    check(
        "repeat", [](auto const& v) { return repeat(v, 2, 1); }, x);
    check(
        "repeat by a list",
        [](auto const& v) {
            return repeat(v, {2, 0, 1}, 0);
        },
        x);
    check(
        "pad", [](auto const& v) { return pad(v, 1); }, x);
    check(
        "pad by reflection", [](auto const& v) { return pad(v, 2, pad_mode::reflect); }, x);
    check(
        "diag", [](auto const& v) { return diag(ravel(v)); }, x);
    check(
        "diagonal", [](auto const& v) { return diagonal(v, 1); }, x);
    check(
        "tril", [](auto const& v) { return tril(v); }, x);
    check(
        "trace", [](auto const& v) { return trace(v); }, x);
    check(
        "meshgrid", [](auto const& v) { return std::get<0>(meshgrid(ravel(v), view(v, 0))); }, x);
}

BOOST_AUTO_TEST_CASE(selections_have_second_derivatives)
{
    check(
        "take",
        [](auto const& v) {
            return take(v, {1, 1, 0}, 0);
        },
        x);
    check(
        "take of all",
        [](auto const& v) {
            return take(v, {7, 7, -1});
        },
        x);
    check(
        "take_along_axis", [](auto const& v) { return take_along_axis(v, argsort(v, 0), 0); }, x);
    check(
        "gather_nd",
        [](auto const& v) {
            return gather_nd(v, constant({{1, 2}, {1, 2}}));
        },
        x);
    check(
        "filter", [](auto const& v) { return filter(v, x > 0); }, x);
    check(
        "scatter_add",
        [](auto const& v) {
            return scatter_add(v, {1, 1}, view(v, range(0, 2)));
        },
        x);
    check(
        "scatter_nd",
        [](auto const& v) {
            return scatter_nd(constant({{1}, {0}, {1}}), v, {2, 4});
        },
        x);
    check(
        "segment_sum",
        [](auto const& v) {
            return segment_sum(v, {1, 0, 1}, 2);
        },
        x);
    check(
        "set", [](auto const& v) { return set(v, 0, 2 * view(v, 1)); }, x);
    check(
        "sort", [](auto const& v) { return sort(v, 1); }, x);
    check(
        "topk", [](auto const& v) { return topk(v, 2).values; }, x);
}

BOOST_AUTO_TEST_CASE(reductions_have_second_derivatives)
{
    for (auto const& axes : {axes_argument(), axes_argument(0), axes_argument({1})}) {
        check(
            "sum", [&](auto const& v) { return sum(v * v, axes); }, x);
        check(
            "prod", [&](auto const& v) { return prod(v, axes); }, x);
        check(
            "variance", [&](auto const& v) { return variance(v, axes); }, x);
        check(
            "stddev", [&](auto const& v) { return stddev(v, axes, {.ddof = 1}); }, x);
        check(
            "norm_l1", [&](auto const& v) { return norm_l1(v, axes); }, x);
        check(
            "norm_l2", [&](auto const& v) { return norm_l2(v, axes); }, x);
        check(
            "norm_sq", [&](auto const& v) { return norm_sq(sin(v), axes); }, x);
        check(
            "norm_linf", [&](auto const& v) { return norm_linf(v, axes); }, x);
        check(
            "norm_lp", [&](auto const& v) { return norm_lp(v, 3, axes); }, x);
        check(
            "average", [&](auto const& v) { return average(v, exp(v), axes); }, x);
        check(
            "nansum", [&](auto const& v) { return nansum(v * v, axes); }, x);
        check(
            "nanmean", [&](auto const& v) { return nanmean(v, axes); }, x);
        check(
            "median", [&](auto const& v) { return median(v, axes); }, x);
        check(
            "quantile",
            [&](auto const& v) {
                return quantile(v, {0.3, 0.8}, axes);
            },
            x);
    }
    tensor<double> const with_zeros = constant({{0., 2., 3.}, {0., 0., 1.}, {1., 2., 3.}});
    check(
        "prod with zeros", [](auto const& v) { return prod(v, 1); }, with_zeros);
}

BOOST_AUTO_TEST_CASE(scans_have_second_derivatives)
{
    for (int const axis : {0, 1}) {
        check(
            "cumsum", [&](auto const& v) { return cumsum(v, axis); }, x);
        check(
            "cumprod", [&](auto const& v) { return cumprod(v, axis); }, x);
        check(
            "logcumsumexp", [&](auto const& v) { return logcumsumexp(v, axis); }, x);
        check(
            "diff", [&](auto const& v) { return diff(v, 2, axis); }, x);
        check(
            "trapz", [&](auto const& v) { return trapz(v, 0.5, axis); }, x);
    }
    check(
        "cumprod with zeros",
        [](auto const& v) { return cumprod(v, 0); },
        constant({1., 0., 2., 0., 3.}));
}
