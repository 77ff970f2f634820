#include <support/every_operator.hpp>

using namespace xgrad;
using namespace every_operator;

// Section 2 of the table of operators: floats, strides, tangents, second derivatives, no elements
// and no axes, for each of them.

namespace {
tensor<double> const x =
    constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});
}

BOOST_AUTO_TEST_CASE(every_reduction_over_everything)
{
    check(
        "sum", [](auto const& v) { return sum(v * v); }, x);
    check(
        "mean", [](auto const& v) { return mean(v * v); }, x);
    check(
        "prod", [](auto const& v) { return prod(v + v * v); }, x);
    check(
        "amax", [](auto const& v) { return amax(v); }, x, no_empty);
    check(
        "amin", [](auto const& v) { return amin(v * v); }, x, no_empty);
    check(
        "variance", [](auto const& v) { return variance(v * v); }, x);
    check(
        "stddev", [](auto const& v) { return stddev(v + v * v); }, x);
    check(
        "norm_l1", [](auto const& v) { return norm_l1(v); }, x);
    check(
        "norm_l2", [](auto const& v) { return norm_l2(v * v); }, x);
    check(
        "norm_sq", [](auto const& v) { return norm_sq(v); }, x);
    check(
        "norm_linf", [](auto const& v) { return norm_linf(v); }, x, no_empty);
    check(
        "norm_lp", [](auto const& v) { return norm_lp(v, 3); }, x);
    check(
        "logsumexp", [](auto const& v) { return logsumexp(v * v); }, x);
    check(
        "average", [](auto const& v) { return average(v, exp(v)); }, x);
    check(
        "nansum", [](auto const& v) { return nansum(v * v); }, x);
    check(
        "nanmean", [](auto const& v) { return nanmean(v * v); }, x);
    check(
        "nanprod", [](auto const& v) { return nanprod(v * v); }, x);
    check(
        "nanmax", [](auto const& v) { return nanmax(v); }, x, no_empty);
    check(
        "nanmin", [](auto const& v) { return nanmin(v * v); }, x, no_empty);
    check(
        "nanvar", [](auto const& v) { return nanvar(v * v); }, x);
    check(
        "nanstd", [](auto const& v) { return nanstd(v + v * v); }, x);
    check(
        "median", [](auto const& v) { return median(v); }, x, no_empty);
    check(
        "quantile", [](auto const& v) { return quantile(v, 0.3); }, x, no_empty);
}

BOOST_AUTO_TEST_CASE(every_reduction_along_an_axis)
{
    check(
        "sum", [](auto const& v) { return sum(v * v, -1); }, x, no_scalar);
    check(
        "mean", [](auto const& v) { return mean(v * v, 0); }, x, no_scalar);
    check(
        "prod", [](auto const& v) { return prod(v + v * v, 1); }, x, no_scalar);
    check(
        "amax", [](auto const& v) { return amax(v, 1); }, x, neither);
    check(
        "amin", [](auto const& v) { return amin(v * v, 0); }, x, neither);
    check(
        "variance", [](auto const& v) { return variance(v * v, 0); }, x, no_scalar);
    check(
        "stddev", [](auto const& v) { return stddev(v, 1, {.ddof = 1}); }, x, no_scalar);
    check(
        "norm_l1", [](auto const& v) { return norm_l1(v, 0); }, x, no_scalar);
    check(
        "norm_l2", [](auto const& v) { return norm_l2(v * v, 0); }, x, no_scalar);
    check(
        "norm_sq", [](auto const& v) { return norm_sq(sin(v), 1); }, x, no_scalar);
    check(
        "norm_linf", [](auto const& v) { return norm_linf(v, 1); }, x, neither);
    check(
        "norm_lp", [](auto const& v) { return norm_lp(v, 3, 0); }, x, no_scalar);
    check(
        "logsumexp", [](auto const& v) { return logsumexp(v * v, 1); }, x, no_scalar);
    check(
        "average", [](auto const& v) { return average(v, exp(v), 1); }, x, no_scalar);
    check(
        "nansum", [](auto const& v) { return nansum(v * v, 1); }, x, no_scalar);
    check(
        "nanmean", [](auto const& v) { return nanmean(v * v, 0); }, x, no_scalar);
    check(
        "nanprod", [](auto const& v) { return nanprod(v + v * v, 1); }, x, no_scalar);
    check(
        "nanmax", [](auto const& v) { return nanmax(v, 1); }, x, neither);
    check(
        "nanmin", [](auto const& v) { return nanmin(v * v, 0); }, x, neither);
    check(
        "nanvar", [](auto const& v) { return nanvar(v * v, 0); }, x, no_scalar);
    check(
        "nanstd", [](auto const& v) { return nanstd(v, 1, {.ddof = 1}); }, x, no_scalar);
    check(
        "median", [](auto const& v) { return median(v, 1); }, x, neither);
    check(
        "quantile", [](auto const& v) { return quantile(v, 0.3, 0); }, x, neither);
    check(
        "quantiles",
        [](auto const& v) {
            return quantile(v, {0.3, 0.8}, 1);
        },
        x,
        neither);
    check(
        "prod with zeros",
        [](auto const& v) { return prod(v, 1); },
        constant({{0., 2., 3.}, {0., 0., 1.}, {1., 2., 3.}}),
        no_scalar);
    check(
        "prod of an expression with zeros",
        [](auto const& v) { return prod(v + v * v, 0); },
        constant({{0., 0.2, 0.3}, {0., 0., 0.1}, {0.1, 0.2, 0.3}}),
        no_scalar);
}

BOOST_AUTO_TEST_CASE(every_scan_and_order)
{
    for (int const axis : {0, 1}) {
        check(
            "cumsum", [=](auto const& v) { return cumsum(v, axis); }, x, no_scalar);
        check(
            "cumprod", [=](auto const& v) { return cumprod(v, axis); }, x, no_scalar);
        check(
            "logcumsumexp", [=](auto const& v) { return logcumsumexp(v, axis); }, x, no_scalar);
        check(
            "cumsum of an expression",
            [=](auto const& v) { return cumsum(exp(v) * v, axis); },
            x,
            no_scalar);
        check(
            "cumprod of an expression",
            [=](auto const& v) { return cumprod(exp(v), axis); },
            x,
            no_scalar);
        check(
            "logcumsumexp of an expression",
            [=](auto const& v) { return logcumsumexp(v * v, axis); },
            x,
            no_scalar);
        check(
            "linear_recurrence",
            [=](auto const& v) { return linear_recurrence(sin(v), v * v, axis); },
            x,
            no_scalar);
        check(
            "linear_recurrence by one factor",
            [=](auto const& v) { return linear_recurrence(mean(v), exp(v), axis); },
            x,
            after(1, no_scalar));
        check(
            "diff", [=](auto const& v) { return diff(v, 2, axis); }, x, no_scalar);
        check(
            "diff of an expression",
            [=](auto const& v) { return diff(exp(v) * v, 1, axis); },
            x,
            no_scalar);
        check(
            "diff of what was broadcast",
            [=](auto const& v) { return diff(v * view(v, 0), 1, axis); },
            x,
            after(1, neither));
        check(
            "diff of a transpose",
            [=](auto const& v) { return diff(sin(transpose(v)), 1, axis); },
            x,
            after(1, no_scalar));
        check(
            "trapz", [=](auto const& v) { return trapz(v, 0.5, axis); }, x, no_scalar);
        check(
            "trapz at places of its own",
            [=](auto const& v) { return trapz(v, sin(v), axis); },
            x,
            no_scalar);
    }
    check(
        "cumsum over everything", [](auto const& v) { return cumsum(v * v); }, x);
    check(
        "cumprod over everything", [](auto const& v) { return cumprod(v); }, x);
    check(
        "logcumsumexp over everything", [](auto const& v) { return logcumsumexp(v); }, x);
    check(
        "trapz at places along the axis",
        [](auto const& v) { return trapz(v * v, view(v, 0), 1); },
        x,
        after(1, neither));
    check(
        "cumprod with zeros",
        [](auto const& v) { return cumprod(v, 0); },
        constant({1., 0., 2., 0., 3.}),
        no_scalar);
    check(
        "sort", [](auto const& v) { return sort(v, 1); }, x, no_scalar);
    check(
        "topk", [](auto const& v) { return topk(v, 2).values; }, x, neither);
}

BOOST_AUTO_TEST_CASE(what_has_no_gradient_sees_strides_floats_and_nothing)
{
    auto const check_plain = [](std::string const& name, auto const& f, bool of_nothing) {
        BOOST_TEST_CONTEXT(name)
        {
            auto const as_numbers = [](auto const& y) { return tensor<double>(cast<double>(y)); };
            auto const expected = as_numbers(f(x));
            BOOST_TEST(difference(as_numbers(f(strided(x))), expected) == 0.);
            BOOST_TEST(difference(as_numbers(f(tensor<float>(cast<float>(x)))), expected) == 0.);
            if (of_nothing) {
                f(zeros({3, 0}));
            } else {
                BOOST_CHECK_THROW(f(zeros({3, 0})), value_error);
            }
        }
    };
    check_plain(
        "argmax", [](auto const& v) { return argmax(v, 1); }, false);
    check_plain(
        "argmin", [](auto const& v) { return argmin(v, 1); }, false);
    check_plain(
        "argsort", [](auto const& v) { return argsort(v, 1); }, true);
    check_plain(
        "all", [](auto const& v) { return all(v > v * 0, 1); }, true);
    check_plain(
        "any", [](auto const& v) { return any(v > v * 0, 1); }, true);
    check_plain(
        "count_nonzero", [](auto const& v) { return count_nonzero(v > v * 0, 1); }, true);
}

BOOST_AUTO_TEST_CASE(every_reduction_counts_axes_from_the_end_and_refuses_those_named_twice)
{
    using reduction_of = std::function<tensor<double>(axes_argument const&)>;
    auto const check_axes = [](std::string const& name, reduction_of const& f) {
        BOOST_TEST_CONTEXT(name)
        {
            BOOST_TEST(difference(f(-1), f(1)) == 0.);
            BOOST_TEST(difference(f({1, 0}), f({})) == 0.);
            BOOST_CHECK_THROW(f(2), shape_error);
            BOOST_CHECK_THROW(f(-3), shape_error);
            BOOST_CHECK_EXCEPTION(f({1, -1}), shape_error, [&](shape_error const& e) {
                return std::string(e.what()).starts_with(
                    name + ": axis -1 is named twice in {1, -1}");
            });
        }
    };
    check_axes("sum", [](auto const& axes) { return sum(x, axes); });
    check_axes("mean", [](auto const& axes) { return mean(x, axes); });
    check_axes("prod", [](auto const& axes) { return prod(x, axes); });
    check_axes("amax", [](auto const& axes) { return amax(x, axes); });
    check_axes("amin", [](auto const& axes) { return amin(x, axes); });
    check_axes("variance", [](auto const& axes) { return variance(x, axes); });
    check_axes("stddev", [](auto const& axes) { return stddev(x, axes, {.ddof = 1}); });
    check_axes("average", [](auto const& axes) { return average(x, exp(x), axes); });
    check_axes("norm_l1", [](auto const& axes) { return norm_l1(x, axes); });
    check_axes("norm_l2", [](auto const& axes) { return norm_l2(x, axes); });
    check_axes("norm_sq", [](auto const& axes) { return norm_sq(x, axes); });
    check_axes("norm_linf", [](auto const& axes) { return norm_linf(x, axes); });
    check_axes("norm_lp", [](auto const& axes) { return norm_lp(x, 3, axes); });
    check_axes("logsumexp", [](auto const& axes) { return logsumexp(x, axes); });
    check_axes("nansum", [](auto const& axes) { return nansum(x, axes); });
    check_axes("nanmean", [](auto const& axes) { return nanmean(x, axes); });
    check_axes("nanprod", [](auto const& axes) { return nanprod(x, axes); });
    check_axes("nanmax", [](auto const& axes) { return nanmax(x, axes); });
    check_axes("nanmin", [](auto const& axes) { return nanmin(x, axes); });
    check_axes("nanvar", [](auto const& axes) { return nanvar(x, axes); });
    check_axes("nanstd", [](auto const& axes) { return nanstd(x, axes, {.ddof = 1}); });
    check_axes("median", [](auto const& axes) { return median(x, axes); });
    check_axes("quantile", [](auto const& axes) { return quantile(x, 0.3, axes); });
    check_axes("count_nonzero", [](auto const& axes) {
        return tensor<double>(cast<double>(count_nonzero(x, axes)));
    });
}

BOOST_AUTO_TEST_CASE(the_expression_inside_every_reduction_is_part_of_its_statement)
{
    // Nothing of the size of an operand is held but the operand: no expression was materialised.
    auto const big = random::uniform({1000, 64}, 0.5, 2);
    auto const bytes = big.size() * sizeof(double);
    auto of_operand = create_tape({.persistent = true});
    amax(big);
    auto const held = of_operand.bytes();
    of_operand.suspend();
    auto const check_fused = [&](std::string const& name, auto const& f, std::size_t more = 0) {
        BOOST_TEST_CONTEXT(name)
        {
            auto tape = create_tape({.persistent = true});
            auto const y = f(big);
            BOOST_TEST(tape.bytes() < held + more + bytes / 4);
            auto const g = grad(tape, y, big);
            tape.suspend();
            tensor<double> const materialised = exp(big) * big;
            auto other = create_tape();
            tensor<double> const leaf = materialised + 0;
            auto const by_leaf = grad(other, f.of_tensor(leaf), leaf);
            auto const expected = by_leaf * (exp(big) * (big + 1));
            BOOST_TEST(difference(g, tensor<double>(expected)) < 1e-10 * (1 + norm_linf(g).item()));
        }
    };
    auto const over = [](auto f) {
        struct fused
        {
            decltype(f) of_tensor;

            auto operator()(tensor<double> const& v) const { return of_tensor(exp(v) * v); }
        };
        return fused{f};
    };
    check_fused("sum", over([](auto const& e) { return sum(e, 0); }));
    check_fused("mean", over([](auto const& e) { return mean(e, 1); }));
    check_fused("prod", over([](auto const& e) { return prod(e * 0.2, 1); }));
    check_fused("amax", over([](auto const& e) { return amax(e, 0); }));
    check_fused("amin", over([](auto const& e) { return amin(e, 1); }));
    check_fused("variance", over([](auto const& e) { return variance(e, 0); }));
    check_fused("stddev", over([](auto const& e) { return stddev(e, 1, {.ddof = 1}); }));
    check_fused("norm_l1", over([](auto const& e) { return norm_l1(e, 0); }));
    check_fused("norm_l2", over([](auto const& e) { return norm_l2(e, 1); }));
    check_fused("norm_sq", over([](auto const& e) { return norm_sq(e, 1); }));
    check_fused("norm_linf", over([](auto const& e) { return norm_linf(e, 1); }));
    check_fused("norm_lp", over([](auto const& e) { return norm_lp(e, 3, 1); }));
    check_fused("logsumexp", over([](auto const& e) { return logsumexp(e, 1); }));
    check_fused("average", over([](auto const& e) { return average(e, e + 1, 1); }));
    check_fused("nansum", over([](auto const& e) { return nansum(e, 1); }));
    check_fused("nanmean", over([](auto const& e) { return nanmean(e, 0); }));
    check_fused("nanprod", over([](auto const& e) { return nanprod(e * 0.2, 1); }));
    check_fused("nanmax", over([](auto const& e) { return nanmax(e, 0); }));
    check_fused("nanmin", over([](auto const& e) { return nanmin(e, 1); }));
    check_fused("nanvar", over([](auto const& e) { return nanvar(e, 0); }));
    check_fused("nanstd", over([](auto const& e) { return nanstd(e, 1, {.ddof = 1}); }));
    check_fused("cumsum", over([](auto const& e) { return cumsum(e, 0); }));
    // The way back of these two reads the results.
    check_fused("cumprod", over([](auto const& e) { return cumprod(e * 0.2, 1); }), bytes);
    check_fused("logcumsumexp", over([](auto const& e) { return logcumsumexp(e, 0); }), bytes);
    check_fused("trapz", over([](auto const& e) { return trapz(e, 0.5, 1); }));
    check_fused(
        "trapz at places", over([](auto const& e) { return trapz(e, linspace(0., 1., 64), 1); }));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_takes_no_part)
{
    auto const nan = std::nan("");
    auto const infinity = std::numeric_limits<double>::infinity();
    auto const some = constant({{nan, 3., 1.}, {2., nan, 4.}, {5., 5., nan}});
    auto const check_without = [&](std::string const& name, auto const& with, auto const& without) {
        BOOST_TEST_CONTEXT(name)
        {
            for (std::ptrdiff_t row = 0; row < 3; ++row) {
                // Of the numbers alone, by the function that knows no NaN.
                auto const all = tensor<double>(view(some, row));
                auto const numbers = tensor<double>(filter(all, all == all));
                auto t = create_tape();
                tensor<double> const expected = without(numbers);
                auto const g = grad(t, expected, numbers);
                auto other = create_tape();
                tensor<double> const y = with(some, 1);
                auto const h = grad(other, y, some);
                BOOST_TEST(y(row) == expected.item(), boost::test_tools::tolerance(1e-14));
                for (std::ptrdiff_t i = 0, k = 0; i < 3; ++i) {
                    bool const is_number = all(i) == all(i);
                    auto const own = is_number ? g(k++) : 0.;
                    BOOST_TEST(std::abs(h(row, i) - own) < 1e-14);
                }
            }
            BOOST_TEST((with(constant({nan, nan}), {}).size() == 1u));
        }
    };
    using X = tensor<double> const&;
    using A = axes_argument const&;
    check_without(
        "nanprod", [](X v, A a) { return nanprod(v, a); }, [](X v) { return prod(v); });
    check_without(
        "nanmax", [](X v, A a) { return nanmax(v, a); }, [](X v) { return amax(v); });
    check_without(
        "nanmin", [](X v, A a) { return nanmin(v, a); }, [](X v) { return amin(v); });
    check_without(
        "nanvar",
        [](X v, A a) { return nanvar(v, a, {.ddof = 1}); },
        [](X v) { return variance(v, {}, {.ddof = 1}); });
    check_without(
        "nanstd", [](X v, A a) { return nanstd(v, a); }, [](X v) { return stddev(v); });
    auto const none = constant({nan, nan});
    BOOST_TEST(nanprod(none).item() == 1.);
    for (auto const& y : {nanmax(none), nanmin(none), nanvar(none), nanstd(none)}) {
        BOOST_TEST(std::isnan(y.item()));
    }
    BOOST_TEST(nanmax(constant({nan, -infinity})).item() == -infinity);
    // In many elements, in any place.
    auto const many = random::normal({1001, 37});
    tensor<double> const holes = where(many > 1, nan, many);
    tensor<double> const low = where(many > 1, -infinity, many);
    for (axes_argument const& axes : {axes_argument(), axes_argument(0), axes_argument(1)}) {
        BOOST_TEST(all(nanmax(holes, axes) == amax(low, axes)).item());
    }
}

BOOST_AUTO_TEST_CASE(gradients_of_products_are_exact_where_a_quotient_is_not)
{
    auto const check_product = [](tensor<double> const& v, tensor<double> const& expected) {
        auto tape = create_tape();
        auto const y = prod(v);
        BOOST_TEST(all(grad(tape, y, v) == expected).item());
        // And where another tape records it.
        auto outer = create_tape();
        auto inner = create_tape();
        auto const z = prod(v);
        BOOST_TEST(all(grad(inner, z, v) == expected).item());
    };
    check_product(constant({2., 0., 3.}), constant({0., 6., 0.}));
    check_product(constant({0., 2., 0.}), zeros({3}));
    check_product(constant({1e-200, 1e-200}), constant({1e-200, 1e-200}));
    check_product(constant({1e200, 1e200}), constant({1e200, 1e200}));
    check_product(constant({1e-160, 1e-160, 2.}), constant({2e-160, 2e-160, 1e-160 * 1e-160}));
    // The second derivative with respect to two zeros is the product of the others.
    auto const h = hessian([](auto const& v) { return prod(v); }, constant({0., 5., 0.}));
    BOOST_TEST(h(0, 2) == 5.);
    BOOST_TEST(h(2, 0) == 5.);
    BOOST_TEST(h(0, 1) == 0.);
    // Axes in the middle, many rows.
    auto const x = random::uniform({5, 7, 6}, -1, 1);
    tensor<double> const holes = where(x > 0.8, 0., x);
    auto const g = check_gradient(
        [](auto const& v) {
            return prod(v, {0, 2}) * linspace(1, 2, 7);
        },
        holes);
    BOOST_TEST(g.ok(), g);
}
