#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;
using array_oracle::starts_with;

namespace {
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
        return std::vector{tensor<T>(f(x[0], r.attributes))};
    };
}

axes_argument axes_of(oracle::attribute_list const& a)
{
    return a.is_null("axis") ? axes_argument() : axes_argument(a.integers("axis"));
}

auto const not_a_number = std::numeric_limits<double>::quiet_NaN();
} // namespace

BOOST_AUTO_TEST_CASE(sorted_elements_and_their_gradients_match_the_oracle)
{
    check("reductions", "sort", one([](auto const& x, auto const& a) {
              return sort(x, a.integer("axis"));
          }));
    check("reductions", "argsort", one([](auto const& x, auto const& a) {
              return argsort(x, a.integer("axis"));
          }));
    check("reductions", "topk", [](auto const& x, auto const& r) {
        using tensor_type = std::remove_cvref_t<decltype(x[0])>;
        auto const& a = r.attributes;
        auto const top = topk(x[0], a.integer("k"), a.integer("axis"), a.boolean("largest"));
        return std::vector{top.values, tensor_type(top.indices)};
    });
}

BOOST_AUTO_TEST_CASE(indices_of_extrema_match_the_oracle)
{
    check("reductions", "argmax", one([](auto const& x, auto const& a) {
              return argmax(x, axes_of(a), {.keep_dims = a.boolean("keep_dims")});
          }));
    check("reductions", "argmin", one([](auto const& x, auto const& a) {
              return argmin(x, axes_of(a), {.keep_dims = a.boolean("keep_dims")});
          }));
    BOOST_TEST(argmax(constant({1., not_a_number, 3., not_a_number})).item() == 1);
    BOOST_TEST(argmin(constant({1., not_a_number, -3.})).item() == 1);
    BOOST_TEST(argmax(constant({1, 3, 3})).item() == 1);
    BOOST_TEST(argmax(constant({false, true})).item() == 1);
    BOOST_TEST(argmax(2 * constant({{1., 5.}, {7., 3.}}), 0)(1) == 0);
    BOOST_CHECK_EXCEPTION(
        argmax(zeros({2, 0}), 1),
        value_error,
        starts_with("argmax: shape {2, 0} has no elements to reduce"));
    BOOST_TEST(argmax(zeros({0, 2}), 1).size() == 0u);
}

BOOST_AUTO_TEST_CASE(quantiles_and_medians_match_the_oracle)
{
    check("reductions", "quantile", one([](auto const& x, auto const& a) {
              return quantile(x, a.numbers("q"), axes_of(a), {.keep_dims = a.boolean("keep_dims")});
          }));
    check("reductions", "median", one([](auto const& x, auto const& a) {
              return median(x, axes_of(a), {.keep_dims = a.boolean("keep_dims")});
          }));
    BOOST_TEST(quantile(constant({3., 1., 2.}), 0.5).item() == 2.);
    BOOST_TEST(std::isnan(median(constant({3., not_a_number, 2.})).item()));
    BOOST_TEST(median(constant({1, 2})).item() == 1.5);
    auto const inf = std::numeric_limits<double>::infinity();
    BOOST_TEST(median(constant({1., inf, 0.})).item() == 1.);
    BOOST_CHECK_THROW(quantile(ones({3}), 1.5), value_error);
    BOOST_CHECK_THROW(median(zeros({0})), value_error);
}

BOOST_AUTO_TEST_CASE(quantiles_are_those_of_the_sorted_elements_whose_gradients_they_have)
{
    std::vector<double> const q{0.9, 0.1, 0.5, 0.5, 0., 1., 1. / 3};
    random::seed(7);
    for (std::size_t const length : {1, 2, 3, 16, 17, 100}) {
        // In tenths, so that some are equal.
        tensor const x = rint(10 * random::uniform({5, length}, -3, 3)) / 10;
        tensor const weights = linspace(1, 2, 5 * q.size());
        auto const of_sorted = [&](tensor<double> const& v) {
            auto const sorted = sort(v, 1);
            std::vector<tensor<double>> list;
            for (auto const part : q) {
                auto const place = part * static_cast<double>(length - 1);
                auto const below = static_cast<std::ptrdiff_t>(place);
                auto const above = std::min(below + 1, static_cast<std::ptrdiff_t>(length) - 1);
                auto const t = place - static_cast<double>(below);
                list.push_back(take(sorted, below, 1) * (1 - t) + take(sorted, above, 1) * t);
            }
            return stack(list);
        };
        auto const selected = quantile(x, q, 1);
        auto const expected = of_sorted(x);
        BOOST_TEST(all(selected == expected).item());
        auto const weighted = [&](auto const& f) {
            return gradient(
                [&](auto const& v) {
                    return sum(f(v) * reshape(weights, {-1, 5}));
                },
                x);
        };
        auto const found = weighted([&](auto const& v) { return quantile(v, q, 1); });
        BOOST_TEST(norm_linf(found - weighted(of_sorted)).item() < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(equal_elements_keep_their_order_and_nans_come_last)
{
    auto const x = constant({2., not_a_number, 1., 2., not_a_number, 1.});
    auto const order = argsort(x);
    std::vector<int> const expected{2, 5, 0, 3, 1, 4};
    BOOST_TEST(std::equal(order.begin(), order.end(), expected.begin()));
    auto const descending = topk(x, 4).indices;
    std::vector<int> const largest{1, 4, 0, 3};
    BOOST_TEST(std::equal(descending.begin(), descending.end(), largest.begin()));
    BOOST_TEST(sort(zeros({0, 3}), 0).size() == 0u);
    BOOST_TEST(sort(constant({3, 1, 2}))(0) == 1);
    BOOST_CHECK_THROW(topk(x, 7), value_error);
    BOOST_CHECK_THROW(sort(constant(1.)), shape_error);
    auto const i = constant({{4., 1.}, {2., 3.}});
    BOOST_TEST(take_along_axis(i, argsort(i, 0), 0)(0, 0) == 2.);
    check_adjoint(
        [](auto const& v) { return topk(v, 2, 0).values; }, reshape(linspace(-1, 1, 12), {4, 3}));
}

BOOST_AUTO_TEST_CASE(between_equal_elements_a_quantile_is_that_element)
{
    auto const x = full({3}, 0.1);
    auto tape = create_tape();
    auto const q = quantile(x, 0.011);
    BOOST_TEST(q.item() == 0.1);
    auto const g = grad(tape, q, x);
    BOOST_TEST(g(0) == 1 - 0.022);
    BOOST_TEST(median(full({2}, 5e-324)).item() == 5e-324);
}
