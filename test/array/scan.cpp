#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;

namespace {
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        return std::vector<std::remove_cvref_t<decltype(x[0])>>{f(x, r.attributes)};
    };
}
} // namespace

BOOST_AUTO_TEST_CASE(running_sums_and_products_match_the_oracle)
{
    check("reductions", "cumsum", one([](auto const& x, auto const& a) {
              return cumsum(x[0], a.integer("axis"));
          }));
    auto const product =
        one([](auto const& x, auto const& a) { return cumprod(x[0], a.integer("axis")); });
    auto const logsum =
        one([](auto const& x, auto const& a) { return logcumsumexp(x[0], a.integer("axis")); });
    check("reductions", "cumprod", product);
    check("edge", "cumprod", product);
    check("reductions", "logcumsumexp", logsum);
    check("edge", "logcumsumexp", logsum);
}

BOOST_AUTO_TEST_CASE(differences_and_integrals_match_the_oracle)
{
    check("reductions", "diff", one([](auto const& x, auto const& a) {
              return diff(x[0], a.integer("n"), a.integer("axis"));
          }));
    check("reductions", "trapz", one([](auto const& x, auto const& a) {
              return x.size() == 2 ? trapz(x[0], x[1], a.integer("axis"))
                                   : trapz(x[0], a.number("dx"), a.integer("axis"));
          }));
}

BOOST_AUTO_TEST_CASE(scans_take_expressions_integers_and_nothing)
{
    auto const x = constant({{1., 2.}, {3., 4.}});
    BOOST_TEST(cumsum(2 * x)(3) == 20.);
    BOOST_TEST(cumsum(2 * x, 0)(1, 0) == 8.);
    BOOST_TEST((std::is_same_v<decltype(cumsum(x > 1)), tensor<std::int64_t>>));
    BOOST_TEST(cumsum(x > 1)(3) == 3);
    BOOST_TEST(cumprod(constant({2, 3}))(1) == 6);
    BOOST_TEST(cumsum(zeros({0}), 0).size() == 0u);
    BOOST_TEST(cumprod(zeros({0, 2}), 1).size() == 0u);
    BOOST_TEST(cumsum(constant(3.)).size() == 1u);
    BOOST_TEST(std::isnan(cumsum(constant({1., std::nan(""), 2.}))(2)));
    BOOST_TEST(logcumsumexp(constant({1000., 1000.}))(1) == 1000 + std::log(2.));
    BOOST_TEST(diff(constant({1, 4, 9}))(1) == 5);
    BOOST_TEST(diff(ones({1}), 3).size() == 0u);
    BOOST_TEST(trapz(constant({1., 3.}), 2.).item() == 4.);
    BOOST_CHECK_THROW(cumsum(x, 2), shape_error);
    BOOST_CHECK_THROW(cumsum(constant(1.), 0), shape_error);
    BOOST_CHECK_THROW(trapz(x, ones({3})), shape_error);
}

BOOST_AUTO_TEST_CASE(gradients_of_scans_agree_with_differences)
{
    random::seed(4);
    auto const x = random::normal({3, 4, 2});
    auto const weight = random::normal({3, 4, 2});
    check_adjoint([](auto const& v) { return cumsum(v, 1); }, x);
    check_adjoint([](auto const& v) { return diff(v, 2, 1); }, x);
    for (int const axis : {0, 1, 2}) {
        auto const product =
            check_gradient([&](auto const& v) { return cumprod(v, axis) * weight; }, x);
        BOOST_TEST(product.ok(), product);
        auto const logsum =
            check_gradient([&](auto const& v) { return logcumsumexp(v, axis) * weight; }, x);
        BOOST_TEST(logsum.ok(), logsum);
    }
    auto const zeros_inside = constant({2., 0., 3., 0., -1.});
    auto const g = check_gradient(
        [&](auto const& v) { return cumprod(v, 0) * linspace(1, 2, 5); }, zeros_inside);
    BOOST_TEST(g.ok(), g);
}
