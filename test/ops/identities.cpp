#include "support/identities.hpp"

#include <boost/test/unit_test.hpp>

// Laws of elementary functions.

using namespace identities;

BOOST_AUTO_TEST_CASE(sines_and_cosines_are_coordinates_on_the_circle)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(-100, 100);
        auto const sin = [](T a) { return call<T>(simd::sin, a); };
        auto const cos = [](T a) { return call<T>(simd::cos, a); };
        expect("sin² + cos² = 1", x, [&](T a) {
            return sides{sin(a) * sin(a) + cos(a) * cos(a), {1}};
        });
        expect("tan = sin / cos", x, [&](T a) {
            return sides{call<T>(simd::tan, a), sin(a) / cos(a)};
        });
        expect("sin 2x = 2 sin x cos x", x, [&](T a) {
            return sides{sin(2 * a), uncertain{2} * sin(a) * cos(a)};
        });
        expect("sin(x + 1/4)", points<T>(-8, 8), [&](T a) {
            auto const b = std::rint(a * 64) / 64;
            auto const c = T(0.25);
            return sides{sin(b + c), sin(b) * cos(c) + cos(b) * sin(c)};
        });
        expect_same("sincos of -x", x, [](T a) {
            auto const both = simd::sincos(batch<T>(a));
            auto const mirrored = simd::sincos(batch<T>(-a));
            return std::array{
                first_lane(both.sine) + first_lane(both.cosine) * 4,
                -first_lane(mirrored.sine) + first_lane(mirrored.cosine) * 4};
        });
    });
}

BOOST_AUTO_TEST_CASE(odd_and_even_functions_are_so_to_the_last_bit)
{
    in_both_types([]<class T>(T) {
        auto const odd = [](char const* name, function<T> f, std::vector<T> const& x) {
            expect_same(name, x, [f](T a) { return std::array{at<T>(f, -a), -at<T>(f, a)}; });
        };
        auto const even = [](char const* name, function<T> f, std::vector<T> const& x) {
            expect_same(name, x, [f](T a) { return std::array{at<T>(f, -a), at<T>(f, a)}; });
        };
        auto const some = points<T>(0, 700 / sizeof(float) * sizeof(T) / 4);
        auto const part = points<T>(0, 0.99);
        odd("sin", simd::sin, some);
        odd("tan", simd::tan, some);
        odd("sinh", simd::sinh, points<T>(0, 80));
        odd("tanh", simd::tanh, points<T>(0, 30));
        odd("asinh", simd::asinh, some);
        odd("atan", simd::atan, some);
        odd("erf", simd::erf, points<T>(0, 7));
        odd("cbrt", simd::cbrt, some);
        odd("asin", simd::asin, part);
        odd("atanh", simd::atanh, part);
        odd("erfinv", simd::erfinv, part);
        even("cos", simd::cos, some);
        even("cosh", simd::cosh, points<T>(0, 80));
        even("sinc", simd::sinc, some);
        even("exp(-x²)", simd::exp_minus_square, points<T>(0, 8));
    });
}

BOOST_AUTO_TEST_CASE(exponentials_and_logarithms_undo_each_other)
{
    in_both_types([]<class T>(T) {
        auto const positive = points<T>(1e-30, 1e30);
        auto const some = points<T>(-80, 80);
        expect("exp log x = x", positive, [](T x) {
            return sides{through<T>(simd::exp, simd::log, x, x), {x}};
        });
        expect("log exp x = x", some, [](T x) {
            return sides{through<T>(simd::log, simd::exp, x, std::exp(-wide(x))), {x}};
        });
        expect("exp2 log2 x = x", positive, [](T x) {
            return sides{through<T>(simd::exp2, simd::log2, x, x * std::log(2.L)), {x}};
        });
        expect("log10 x log 10 = log x", positive, [](T x) {
            return sides{
                call<T>(simd::log10, x) * uncertain{std::log(10.L)}, call<T>(simd::log, x)};
        });
        expect("expm1 log1p x = x", points<T>(-0.99, 1000), [](T x) {
            return sides{through<T>(simd::expm1, simd::log1p, x, 1 + wide(x)), {x}};
        });
        expect("log1p expm1 x = x", points<T>(-10, 80), [](T x) {
            return sides{through<T>(simd::log1p, simd::expm1, x, std::exp(-wide(x))), {x}};
        });
        expect("exp x exp -x = 1", some, [](T x) {
            return sides{call<T>(simd::exp, x) * call<T>(simd::exp, -x), {1}};
        });
        expect("expm1 x = exp x - 1", some, [](T x) {
            return sides{call<T>(simd::expm1, x), call<T>(simd::exp, x) - uncertain{1}};
        });
        expect("log 2x = log x + log 2", positive, [](T x) {
            return sides{
                call<T>(simd::log, 2 * x), call<T>(simd::log, x) + uncertain{std::log(2.L)}};
        });
    });
}

BOOST_AUTO_TEST_CASE(whole_powers_of_the_base_have_whole_logarithms)
{
    in_both_types([]<class T>(T) {
        for (int k = std::numeric_limits<T>::min_exponent; k < std::numeric_limits<T>::max_exponent;
             ++k) {
            auto const power = std::ldexp(T(1), k);
            BOOST_TEST(at<T>(simd::log2, power) == k);
            BOOST_TEST(at<T>(simd::exp2, static_cast<T>(k)) == power);
        }
        T power = 1;
        for (int k = 0; k <= (sizeof(T) == 8 ? 22 : 10); ++k) {
            BOOST_TEST(at<T>(simd::log10, power) == k);
            power *= 10;
        }
    });
}

BOOST_AUTO_TEST_CASE(hyperbolic_functions_are_coordinates_on_the_hyperbola)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(-20, 20);
        auto const sinh = [](T a) { return call<T>(simd::sinh, a); };
        auto const cosh = [](T a) { return call<T>(simd::cosh, a); };
        expect("cosh² - sinh² = 1", x, [&](T a) {
            return sides{cosh(a) * cosh(a) - sinh(a) * sinh(a), {1}};
        });
        expect("cosh + sinh = exp", x, [&](T a) {
            return sides{cosh(a) + sinh(a), call<T>(simd::exp, a)};
        });
        expect("tanh = sinh / cosh", x, [&](T a) {
            return sides{call<T>(simd::tanh, a), sinh(a) / cosh(a)};
        });
        expect("sinh asinh x = x", points<T>(-1e9, 1e9), [](T a) {
            return sides{through<T>(simd::sinh, simd::asinh, a, std::hypot(1, wide(a))), {a}};
        });
        expect("cosh acosh x = x", points<T>(1, 1e9), [](T a) {
            return sides{through<T>(simd::cosh, simd::acosh, a, std::sqrt(wide(a) * a - 1)), {a}};
        });
        expect("tanh atanh x = x", points<T>(-0.999, 0.999), [](T a) {
            return sides{through<T>(simd::tanh, simd::atanh, a, 1 - wide(a) * a), {a}};
        });
    });
}

BOOST_AUTO_TEST_CASE(arcs_undo_and_complete_each_other)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(-0.999, 0.999);
        auto const any = points<T>(-1e6, 1e6);
        expect("sin asin x = x", x, [](T a) {
            return sides{through<T>(simd::sin, simd::asin, a, 1), {a}};
        });
        expect("cos acos x = x", x, [](T a) {
            return sides{through<T>(simd::cos, simd::acos, a, 1), {a}};
        });
        expect("tan atan x = x", points<T>(-50, 50), [](T a) {
            return sides{through<T>(simd::tan, simd::atan, a, 1 + wide(a) * a), {a}};
        });
        expect("asin + acos = π/2", x, [](T a) {
            return sides{call<T>(simd::asin, a) + call<T>(simd::acos, a), {pi / 2}};
        });
        expect("atan x = atan2(x, 1)", any, [](T a) {
            return sides{call<T>(simd::atan, a), call<T>(simd::atan2, a, T(1))};
        });
        expect("atan2(y, x) + atan2(x, y) = π/2", points<T>(0, 1e6), [](T a) {
            T const b = 3;
            return sides{call<T>(simd::atan2, a, b) + call<T>(simd::atan2, b, a), {pi / 2}};
        });
        expect("atan2(y, x) + atan2(y, -x) = π", points<T>(0, 1e6), [](T a) {
            T const b = 3;
            return sides{call<T>(simd::atan2, a, b) + call<T>(simd::atan2, a, -b), {pi}};
        });
        expect_same("atan2(-y, x) = -atan2(y, x)", any, [](T a) {
            return std::array{at<T>(simd::atan2, -a, T(-2)), -at<T>(simd::atan2, a, T(-2))};
        });
        expect_same("atan2(8y, 8x) = atan2(y, x)", any, [](T a) {
            return std::array{at<T>(simd::atan2, 8 * a, T(-40)), at<T>(simd::atan2, a, T(-5))};
        });
    });
}

BOOST_AUTO_TEST_CASE(powers_and_roots_obey_their_laws)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(1e-6, 1e6);
        auto const pow = [](T a, T b) { return call<T>(simd::pow, a, b, special); };
        expect_same("x^1 = x", x, [](T a) { return std::array{at<T>(simd::pow, a, T(1)), a}; });
        expect_same("(2x)^2 = 4 x^2", x, [](T a) {
            return std::array{at<T>(simd::pow, 2 * a, T(2)), 4 * at<T>(simd::pow, a, T(2))};
        });
        expect_same("(-x)^3 = -x^3", x, [](T a) {
            return std::array{at<T>(simd::pow, -a, T(3)), -at<T>(simd::pow, a, T(3))};
        });
        expect("x^(1/2) = √x", x, [&](T a) {
            return sides{pow(a, T(0.5)), near(std::sqrt(a), 1)};
        });
        expect("x^(3/4) x^(5/4) = x²", x, [&](T a) {
            return sides{pow(a, T(0.75)) * pow(a, T(1.25)), {wide(a) * a}};
        });
        expect("x^-3 x^3 = 1", x, [&](T a) { return sides{pow(a, -3) * pow(a, 3), {1}}; });
        expect("2^x = exp2 x", points<T>(-100, 100), [&](T a) {
            return sides{pow(2, a), call<T>(simd::exp2, a)};
        });
        expect("∛x³ = x", points<T>(-1e12, 1e12), [](T a) {
            auto const root = call<T>(simd::cbrt, a);
            return sides{root * root * root, {a}};
        });
        expect_same("∛8x = 2 ∛x", points<T>(-1e12, 1e12), [](T a) {
            return std::array{at<T>(simd::cbrt, 8 * a), 2 * at<T>(simd::cbrt, a)};
        });
    });
}

BOOST_AUTO_TEST_CASE(a_hypotenuse_knows_no_order_and_no_scale)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(-1000, 1000);
        auto const hypot = [](T a, T b) { return at<T>(simd::hypot, a, b); };
        T const side = T(31.7);
        expect_same("hypot(x, y) = hypot(y, x)", x, [&](T a) {
            return std::array{hypot(a, side), hypot(side, a)};
        });
        expect_same("hypot(-x, y) = hypot(x, y)", x, [&](T a) {
            return std::array{hypot(-a, side), hypot(a, side)};
        });
        expect_same("hypot(3x, 4x) = 5x", points<T>(0, 1000), [&](T a) {
            auto const whole = std::rint(a);
            return std::array{hypot(3 * whole, 4 * whole), 5 * whole};
        });
        T const huge = std::ldexp(T(1), std::numeric_limits<T>::max_exponent - 20);
        expect_same("hypot(2^n x, 2^n y) = 2^n hypot(x, y)", points<T>(1, 1000), [&](T a) {
            return std::array{hypot(huge * a, huge * side), huge * hypot(a, side)};
        });
        T const tiny = 2 / huge;
        expect_same("hypot(2^-n x, 2^-n y) = 2^-n hypot(x, y)", points<T>(1, 1000), [&](T a) {
            return std::array{hypot(tiny * a, tiny * side), tiny * hypot(a, side)};
        });
    });
}
