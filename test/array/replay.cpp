#include "support/replayed.hpp"

#include <algorithm>

using namespace xgrad;

namespace {
using replayed::function;

/// At matrices whose elements lie in another order each time, at last with ties.
void check(std::string const& name, function const& f)
{
    static tensor<double> const x =
        constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});
    replayed::check(name, f, {x, tensor(0.3 - x), tensor(cos(5. * x)), tensor(floor(x))});
}
} // namespace

BOOST_AUTO_TEST_CASE(reductions_replay)
{
    check("sum", [](auto const& x) { return sum(x * x, 1); });
    check("mean", [](auto const& x) { return mean(exp(x), 0); });
    check("prod", [](auto const& x) { return prod(x, 1); });
    check("amax", [](auto const& x) { return amax(x * x, 1); });
    check("amin", [](auto const& x) { return amin(x, {0, 1}, {.keep_dims = true}); });
    check("variance", [](auto const& x) { return variance(x, 0, {.ddof = 1}); });
    check("variance of an expression", [](auto const& x) { return variance(sin(x) * x); });
    check("stddev", [](auto const& x) { return stddev(x, 1, {.keep_dims = true}); });
    check("norm_l1", [](auto const& x) { return norm_l1(x, 0); });
    check("norm_l2", [](auto const& x) { return norm_l2(x, 0); });
    check("norm_l2 of an expression", [](auto const& x) { return norm_l2(x * sin(x) + x, 0); });
    check("norm_sq", [](auto const& x) { return norm_sq(x, 0); });
    check("norm_linf", [](auto const& x) { return norm_linf(x, 0); });
    check("norm_lp", [](auto const& x) { return norm_lp(x, 3, 1); });
    check("logsumexp", [](auto const& x) { return logsumexp(x, 1); });
    check("average", [](auto const& x) { return average(x, tensor(exp(x)), 1); });
    check("nansum", [](auto const& x) { return nansum(log(x), 1); });
    check("nanmean", [](auto const& x) { return nanmean(log(x), 0); });
    check("median", [](auto const& x) { return median(x, 1); });
    check("quantile", [](auto const& x) { return quantile(x, {0.1, 0.7}, 0); });
}

BOOST_AUTO_TEST_CASE(where_another_formula_is_right_the_function_is_called)
{
    int calls = 0;
    auto norm = replay(function([&](auto const& x) {
        ++calls;
        return norm_l2(x);
    }));
    tensor<double> const x = constant({3., 4.});
    BOOST_TEST(norm(x).item() == 5.);
    BOOST_TEST(norm(tensor(2. * x)).item() == 10.);
    BOOST_TEST(calls == 1);
    BOOST_TEST(norm(tensor(1e200 * x)).item() == norm_l2(1e200 * x).item());
    BOOST_TEST(calls == 2);
    // Also of one within another.
    auto outer = replay(function([&](auto const& v) { return norm(tensor(v * 1.)); }));
    BOOST_TEST(outer(x).item() == 5.);
    BOOST_TEST(outer(tensor(1e200 * x)).item() == norm_l2(1e200 * x).item());
    BOOST_TEST(outer.obstacle() == "");
}

BOOST_AUTO_TEST_CASE(gradients_replay)
{
    // To rounding: the way back is another one where it is recorded itself.
    auto const expect = [](std::string const& name, function const& of) {
        function const f = [&](auto const& x) { return gradient(of, x); };
        auto fast = replay(f);
        for (double const scale : {1., -2., 0.}) {
            tensor<double> const x = scale * constant({{0.3, -0.7, 1.1}, {0.9, 0.2, -0.5}});
            BOOST_TEST(amax(abs(fast(x) - f(x))).item() < 1e-14, name);
        }
        BOOST_TEST(fast.obstacle() == "", name);
    };
    expect("cumsum", [](auto const& x) { return sum(sin(x) * cumsum(x, 0)); });
    expect("diff", [](auto const& x) { return sum(square(diff(sin(x), 1, 1))); });
    expect("hook", [](auto const& x) {
        return sum(square(gradient_hook(x, [](auto const& g) { return clip(g, -0.1, 0.1); })));
    });
    expect("matmul", [](auto const& x) { return sum(sin(matmul(x, transpose(x)))); });
    expect("variance", [](auto const& x) { return variance(x * x); });
}

BOOST_AUTO_TEST_CASE(scans_and_orders_replay)
{
    check("cumsum", [](auto const& x) { return cumsum(x, 1); });
    check("cumprod", [](auto const& x) { return cumprod(x, 0); });
    check("logcumsumexp", [](auto const& x) { return logcumsumexp(x); });
    check("diff", [](auto const& x) { return diff(x, 2); });
    check("diff of an expression", [](auto const& x) { return diff(exp(x) * x, 1, 0); });
    check("trapz", [](auto const& x) { return trapz(x, 0.1, 0); });
    check("sort", [](auto const& x) { return sort(x, 0); });
    check("topk", [](auto const& x) { return topk(x, 2, 1).values; });
}

BOOST_AUTO_TEST_CASE(movements_replay)
{
    check("reshape", [](auto const& x) { return reshape(x, {2, -1}); });
    check("ravel", [](auto const& x) { return ravel(transpose(x)); });
    check("transpose", [](auto const& x) { return transpose(x, {1, 0}); });
    check("swapaxes", [](auto const& x) { return swapaxes(x, 0, 1); });
    check("moveaxis", [](auto const& x) { return moveaxis(x, 0, 1); });
    check("expand_dims", [](auto const& x) { return expand_dims(x, {0, 2}); });
    check("squeeze", [](auto const& x) { return squeeze(expand_dims(x, {0, 2})); });
    check("broadcast", [](auto const& x) { return broadcast(x, {2, 3, 4}); });
    check("sum_to", [](auto const& x) { return sum_to(x, {3, 1}); });
    check("flip", [](auto const& x) { return flip(x, 1); });
    check("rot90", [](auto const& x) { return rot90(x) * rot90(x, 3); });
    check("roll", [](auto const& x) { return roll(x, 1) + roll(x, -1, 1); });
    check("tile", [](auto const& x) { return tile(x, {2, 2}); });
    check("repeat", [](auto const& x) { return repeat(repeat(x, 2), {1, 0, 2, 3}, 1); });
    check("meshgrid", [](auto const& x) {
        auto const v = ravel(x);
        auto const [a, b] = meshgrid(v, v);
        return a * b;
    });
}

BOOST_AUTO_TEST_CASE(assembly_and_views_replay)
{
    check("concatenate", [](auto const& x) { return concatenate({x, x}, 1); });
    check("stack", [](auto const& x) { return stack({x, x}, 1); });
    check("split", [](auto const& x) {
        auto const parts = split(x, 2, 1);
        return parts[0] * parts[1];
    });
    check("pad", [](auto const& x) { return pad(x, 1); });
    check("reflected pad", [](auto const& x) { return pad(x, 1, pad_mode::reflect); });
    check("pad by the edge", [](auto const& x) { return pad(x, 1, pad_mode::edge); });
    check("view", [](auto const& x) { return view(x, range(2, 0, -1), newaxis(), 1); });
    check("set", [](auto const& x) { return set(x, all(), 1, view(x, all(), 0)); });
    check("diag", [](auto const& x) { return diag(view(x, 0)) + diag(view(x, 1)); });
    check("diagonal", [](auto const& x) { return diagonal(x, 1); });
    check("trace", [](auto const& x) { return trace(x); });
    check("tril", [](auto const& x) { return tril(x) - triu(x, 1); });
}

BOOST_AUTO_TEST_CASE(selections_replay)
{
    tensor<std::int64_t> const indices = constant<std::int64_t>({{2, 0}, {1, 1}});
    tensor<bool> const mask = constant<bool>({true, false, true, true});
    check("take", [&](auto const& x) { return take(x, indices, 0); });
    check("flat take", [](auto const& x) { return take(x, {5, -1}); });
    check("take_along_axis", [&](auto const& x) {
        return take_along_axis(view(x, range(0, 2), all()), indices, 1);
    });
    check("gather_nd", [&](auto const& x) { return gather_nd(x, indices); });
    check("filter", [&](auto const& x) { return filter(x, mask); });
    check("where", [&](auto const& x) { return where(mask, x, sin(x)); });
    check("scatter_add", [&](auto const& x) { return scatter_add(x, {0, 2, 0}, sin(x)); });
    check("scatter_nd", [&](auto const& x) {
        return scatter_nd(indices, view(x, 0, range(0, 2)), {3, 2});
    });
    check("segment_sum", [&](auto const& x) { return segment_sum(x, {1, 0, 1}, 2); });
}

BOOST_AUTO_TEST_CASE(products_and_given_gradients_replay)
{
    check("matmul", [](auto const& x) { return matmul(x, transpose(x)); });
    check("gradient_hook", [](auto const& x) {
        return gradient_hook(x, [](auto const& g) { return clip(g, -0.1, 0.1); });
    });
    check("custom_gradient", [](auto const& x) {
        auto const half = custom_gradient(
            [](auto const& v) { return tensor<double>(v * 0.5); },
            [](auto const& g, auto const&) { return g; });
        return half(x);
    });
    check("checkpoint", [](auto const& x) {
        return checkpoint([](auto const& v) { return sin(v) * v; }, x);
    });
}

BOOST_AUTO_TEST_CASE(what_depends_on_an_order_found_before_is_called_every_time)
{
    tensor<double> const x = constant({1., 3., 2.});
    auto const expect_called = [&](std::string const& name, function const& f) {
        auto fast = replay(f);
        for (auto const& point : {x, tensor(-x)}) {
            BOOST_TEST(replayed::same_bits(fast(point), f(point)), name);
        }
        BOOST_TEST(fast.obstacle() != "", name);
    };
    expect_called("argsort", [](auto const& v) { return take(v, argsort(v)); });
    expect_called("topk", [](auto const& v) { return take(v, topk(v, 2).indices); });
    expect_called("filter", [](auto const& v) { return sum(filter(v, v > 0.)); });
    expect_called("a gradient of sort", [](auto const& v) {
        return gradient([&](auto const& u) { return sum(sort(u) * u * u); }, v);
    });
    // Among how many is it shared?
    expect_called("a gradient of amax", [](auto const& v) {
        return gradient([](auto const& u) { return amax(u * u); }, v);
    });
    expect_called(
        "no_grad", [](auto const& v) { return v * with_no_grad([&] { return sort(v); }); });
}

BOOST_AUTO_TEST_CASE(a_replay_reads_a_view_of_a_view_where_the_function_reads_it)
{
    tensor const x = random::uniform({3, 40}, -2, 2);
    auto const part = [](auto const& v) {
        tensor const row = view(v, 1, range(35, 5, -3));
        return as_tensor(view(row, range(2, 5)));
    };
    auto const corner = [](auto const& v) { return as_tensor(view(transpose(v), range(1, 3), 2)); };
    auto const along = [](auto const& v) { return as_tensor(diagonal(transpose(v), 1)); };
    auto const same = [](tensor<double> const& a, tensor<double> const& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    };
    auto const compare = [&](auto const& f) {
        auto again = replay(f);
        again(x);
        BOOST_TEST(again.obstacle() == "");
        BOOST_TEST(again(x).body().contiguous == f(x).body().contiguous);
        BOOST_TEST(same(again(x), f(x)));
        auto const sum_of = [&](auto const& v) { return as_tensor(0.7 * logsumexp(f(v))); };
        auto total = replay(sum_of);
        total(x);
        BOOST_TEST(same(total.gradient(x), gradient(sum_of, x)));
    };
    compare(part);
    compare(corner);
    compare(along);
}
