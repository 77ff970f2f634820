// xtensor's elementwise functions over our operands build the nodes that ours build.
#include <xgrad/xgrad.hpp>

#include <boost/test/unit_test.hpp>

#include <type_traits>

namespace {

xgrad::tensor<double> const x = 0.5;
xgrad::tensor<double> const y = 0.25;

template <class A, class B>
bool same(A const&, B const&)
{
    return std::is_same_v<A, B>;
}

} // namespace

// clang-format off
BOOST_AUTO_TEST_CASE(functions_of_one_operand_are_the_same_node)
{
    BOOST_TEST(same(xt::abs(x), xgrad::abs(x)));
    BOOST_TEST(same(xt::fabs(x), xgrad::fabs(x)));
    BOOST_TEST(same(xt::square(x), xgrad::square(x)));
    BOOST_TEST(same(xt::cube(x), xgrad::cube(x)));
    BOOST_TEST(same(xt::sqrt(x), xgrad::sqrt(x)));
    BOOST_TEST(same(xt::cbrt(x), xgrad::cbrt(x)));
    BOOST_TEST(same(xt::exp(x), xgrad::exp(x)));
    BOOST_TEST(same(xt::exp2(x), xgrad::exp2(x)));
    BOOST_TEST(same(xt::expm1(x), xgrad::expm1(x)));
    BOOST_TEST(same(xt::log(x), xgrad::log(x)));
    BOOST_TEST(same(xt::log2(x), xgrad::log2(x)));
    BOOST_TEST(same(xt::log10(x), xgrad::log10(x)));
    BOOST_TEST(same(xt::log1p(x), xgrad::log1p(x)));
    BOOST_TEST(same(xt::sin(x), xgrad::sin(x)));
    BOOST_TEST(same(xt::cos(x), xgrad::cos(x)));
    BOOST_TEST(same(xt::tan(x), xgrad::tan(x)));
    BOOST_TEST(same(xt::asin(x), xgrad::asin(x)));
    BOOST_TEST(same(xt::acos(x), xgrad::acos(x)));
    BOOST_TEST(same(xt::atan(x), xgrad::atan(x)));
    BOOST_TEST(same(xt::sinh(x), xgrad::sinh(x)));
    BOOST_TEST(same(xt::cosh(x), xgrad::cosh(x)));
    BOOST_TEST(same(xt::tanh(x), xgrad::tanh(x)));
    BOOST_TEST(same(xt::asinh(x), xgrad::asinh(x)));
    BOOST_TEST(same(xt::acosh(x), xgrad::acosh(x)));
    BOOST_TEST(same(xt::atanh(x), xgrad::atanh(x)));
    BOOST_TEST(same(xt::erf(x), xgrad::erf(x)));
    BOOST_TEST(same(xt::erfc(x), xgrad::erfc(x)));
    BOOST_TEST(same(xt::lgamma(x), xgrad::lgamma(x)));
    BOOST_TEST(same(xt::tgamma(x), xgrad::tgamma(x)));
    BOOST_TEST(same(xt::sign(x), xgrad::sign(x)));
    BOOST_TEST(same(xt::floor(x), xgrad::floor(x)));
    BOOST_TEST(same(xt::ceil(x), xgrad::ceil(x)));
    BOOST_TEST(same(xt::trunc(x), xgrad::trunc(x)));
    BOOST_TEST(same(xt::round(x), xgrad::round(x)));
    BOOST_TEST(same(xt::rint(x), xgrad::rint(x)));
    BOOST_TEST(same(xt::nearbyint(x), xgrad::nearbyint(x)));
    BOOST_TEST(same(xt::isnan(x), xgrad::isnan(x)));
    BOOST_TEST(same(xt::isinf(x), xgrad::isinf(x)));
    BOOST_TEST(same(xt::isfinite(x), xgrad::isfinite(x)));
    BOOST_TEST(same(xt::deg2rad(x), xgrad::deg2rad(x)));
    BOOST_TEST(same(xt::rad2deg(x), xgrad::rad2deg(x)));
    BOOST_TEST(same(xt::cast<float>(x), xgrad::cast<float>(x)));
}

BOOST_AUTO_TEST_CASE(functions_of_several_operands_are_the_same_node)
{
    BOOST_TEST(same(xt::pow(x, y), xgrad::pow(x, y)));
    BOOST_TEST(same(xt::pow<3>(x), xgrad::pow(x, 3)));
    BOOST_TEST(same(xt::equal(x, y), xgrad::equal(x, y)));
    BOOST_TEST(same(xt::not_equal(x, y), xgrad::not_equal(x, y)));
    BOOST_TEST(same(xt::isclose(x, y), xgrad::isclose(x, y)));
    BOOST_TEST(same(xt::hypot(x, y), xgrad::hypot(x, y)));
    BOOST_TEST(same(xt::atan2(x, y), xgrad::atan2(x, y)));
    BOOST_TEST(same(xt::fmod(x, y), xgrad::fmod(x, y)));
    BOOST_TEST(same(xt::remainder(x, y), xgrad::remainder(x, y)));
    BOOST_TEST(same(xt::fdim(x, y), xgrad::fdim(x, y)));
    BOOST_TEST(same(xt::fmax(x, y), xgrad::fmax(x, y)));
    BOOST_TEST(same(xt::fmin(x, y), xgrad::fmin(x, y)));
    BOOST_TEST(same(xt::maximum(x, y), xgrad::maximum(x, y)));
    BOOST_TEST(same(xt::minimum(x, y), xgrad::minimum(x, y)));
    BOOST_TEST(same(xt::fma(x, y, x), xgrad::fma(x, y, x)));
    BOOST_TEST(same(xt::clip(x, y, x), xgrad::clip(x, y, x)));
    BOOST_TEST(same(xt::where(x > y, x, y), xgrad::where(x > y, x, y)));
}
// clang-format on
