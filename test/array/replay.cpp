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

// Each operator alone is in the tables of test/support/every_operator.hpp; here is what they leave.

BOOST_AUTO_TEST_CASE(reductions_replay_at_ties_and_of_expressions)
{
    check("amax", [](auto const& x) { return amax(x * x, 1); });
    check("amin", [](auto const& x) { return amin(x, {0, 1}, {.keep_dims = true}); });
    check("norm_linf", [](auto const& x) { return norm_linf(x, 0); });
    check("variance", [](auto const& x) { return variance(sin(x) * x); });
    check("norm_l2", [](auto const& x) { return norm_l2(x * sin(x) + x, 0); });
    check("nanmean", [](auto const& x) { return nanmean(log(x), 0); });
    check("sort", [](auto const& x) { return sort(x, 0); });
    check("topk", [](auto const& x) { return topk(x, 2, 1).values; });
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
    expect("linear_recurrence", [](auto const& x) {
        return sum(sin(linear_recurrence(view(x, 0), x * x, 0)));
    });
    expect("diff", [](auto const& x) { return sum(square(diff(sin(x), 1, 1))); });
    expect("hook", [](auto const& x) {
        return sum(square(gradient_hook(x, [](auto const& g) { return clip(g, -0.1, 0.1); })));
    });
    expect("matmul", [](auto const& x) { return sum(sin(matmul(x, transpose(x)))); });
    expect("variance", [](auto const& x) { return variance(x * x); });
}

BOOST_AUTO_TEST_CASE(choices_products_and_given_gradients_replay)
{
    check("matmul", [](auto const& x) { return matmul(x, transpose(x)); });
    tensor<bool> const mask = constant<bool>({true, false, true, true});
    check("where", [&](auto const& x) { return where(mask, x, sin(x)); });
    check("filter", [&](auto const& x) { return filter(x, mask); });
    check("take_along_axis", [](auto const& x) {
        auto const indices = constant<std::int64_t>({{2, 0}, {1, 1}});
        return take_along_axis(view(x, range(0, 2), all()), indices, 1);
    });
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
    expect_called("a Hessian of sort", [](auto const& v) {
        return hessian([&](auto const& u) { return sum(sort(u) * u * u); }, v);
    });
    // Among how many is it shared?
    expect_called("a Hessian of amax", [](auto const& v) {
        return hessian([](auto const& u) { return amax(u * u); }, v);
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
