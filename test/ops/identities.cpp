// What holds between functions, whatever they are: each side is a number with the error that the
// table of accuracies allows the functions in it, and the two must agree within both errors.
#include <xgrad/ops/elementwise.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

namespace simd = xgrad::simd;
using simd::batch;
using wide = long double;

constexpr wide pi = 3.14159265358979323846264338327950288L;
// Units in the last place that a function may err.
constexpr int elementary = 2;
constexpr int special = 4;

template <class T>
wide last_place(T x)
{
    auto const magnitude = std::abs(x);
    return static_cast<wide>(std::nextafter(magnitude, std::numeric_limits<T>::infinity())) -
        static_cast<wide>(magnitude);
}

// Errors to first order; wide numbers round too.
struct uncertain
{
    wide value;
    wide error = std::abs(value) * 0x1p-60L;
};

uncertain operator+(uncertain a, uncertain b)
{
    return {a.value + b.value, a.error + b.error};
}

uncertain operator-(uncertain a, uncertain b)
{
    return {a.value - b.value, a.error + b.error};
}

uncertain operator*(uncertain a, uncertain b)
{
    return {a.value * b.value, std::abs(a.value) * b.error + std::abs(b.value) * a.error};
}

uncertain operator/(uncertain a, uncertain b)
{
    auto const q = a.value / b.value;
    return {q, (a.error + std::abs(q) * b.error) / std::abs(b.value)};
}

template <class T>
using function = batch<T> (*)(batch<T>);

template <class T>
using function_of_two = batch<T> (*)(batch<T>, batch<T>);

// A rule's value.
template <class T>
using rule = batch<T> (*)(batch<T> const&);

template <class T>
T first_lane(batch<T> x)
{
    std::array<T, batch<T>::size> lanes;
    x.store(lanes.data());
    return lanes[0];
}

template <class T>
T at(function<T> f, T x)
{
    return first_lane(f(batch<T>(x)));
}

template <class T>
T at(function_of_two<T> f, T x, T y)
{
    return first_lane(f(batch<T>(x), batch<T>(y)));
}

template <class T>
uncertain near(T value, int units)
{
    return {value, units * last_place(value)};
}

template <class T>
uncertain call(function<T> f, T x, int units = elementary)
{
    return near(at<T>(f, x), units);
}

template <class T>
uncertain call(function_of_two<T> f, T x, T y, int units = elementary)
{
    return near(at<T>(f, x, y), units);
}

template <class T>
uncertain call_rule(rule<T> f, T x)
{
    return near(first_lane(f(batch<T>(x))), special);
}

// g of what f has computed: its error counts `slope`-fold, g's derivative there.
template <class T>
uncertain through(
    function<T> g,
    function<T> f,
    T x,
    wide slope,
    int units_of_g = elementary,
    int units_of_f = elementary)
{
    auto const y = at<T>(f, x);
    auto const z = at<T>(g, y);
    return {z, units_of_g * last_place(z) + std::abs(slope) * units_of_f * last_place(y)};
}

template <class T>
std::vector<T> points(double low, double high)
{
    std::mt19937_64 generator(11);
    std::vector<T> result;
    constexpr int count = 4000;
    for (int i = 0; i < count; ++i) {
        auto const part = static_cast<double>(generator() >> 11) * 0x1p-53;
        // some evenly, some ever closer to 0 where that is inside, some on a grid
        auto const x = low + (high - low) * part;
        auto const nearer = x * std::ldexp(1., -(i % 40));
        auto const inside = nearer >= low && nearer <= high;
        auto const coarse = std::max(low, std::rint(x * 64) / 64);
        result.push_back(static_cast<T>(i % 3 == 0 ? x : i % 3 == 1 && inside ? nearer : coarse));
    }
    return result;
}

struct sides
{
    uncertain left;
    uncertain right;
};

template <class T, class Identity>
void expect(std::string const& what, std::vector<T> const& at, Identity identity)
{
    wide worst = 0;
    T where = 0;
    for (auto const x : at) {
        auto const [left, right] = identity(x);
        auto const apart = std::abs(left.value - right.value) / (left.error + right.error);
        if (!(apart <= worst)) {
            worst = apart;
            where = x;
        }
    }
    BOOST_TEST(
        worst <= 1,
        what << (sizeof(T) == 4 ? " in float" : "") << ": " << worst
             << " times what is allowed apart at " << where);
}

// The same numbers, signs of zeros included.
template <class T, class Identity>
void expect_same(std::string const& what, std::vector<T> const& at, Identity identity)
{
    std::size_t different = 0;
    T where = 0;
    for (auto const x : at) {
        auto const [left, right] = identity(x);
        if (left != right || std::signbit(left) != std::signbit(right)) {
            ++different;
            where = x;
        }
    }
    BOOST_TEST(
        different == 0u,
        what << (sizeof(T) == 4 ? " in float" : "") << ": " << different << " differ, one at "
             << where);
}

template <class Check>
void in_both_types(Check check)
{
    check(double());
    check(float());
}

} // namespace

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

BOOST_AUTO_TEST_CASE(error_functions_complete_and_undo_each_other)
{
    in_both_types([]<class T>(T) {
        auto const x = points<T>(-6, 6);
        auto const erfc = [](T a) { return call<T>(simd::erfc, a, special); };
        expect("erf + erfc = 1", x, [&](T a) {
            return sides{call<T>(simd::erf, a, special) + erfc(a), {1}};
        });
        expect("erfc x + erfc -x = 2", x, [&](T a) { return sides{erfc(a) + erfc(-a), {2}}; });
        expect("erf erfinv x = x", points<T>(-0.9999, 0.9999), [](T a) {
            auto const y = wide(at<T>(simd::erfinv, a));
            auto const slope = 2 / std::sqrt(pi) * std::exp(-y * y);
            return sides{through<T>(simd::erf, simd::erfinv, a, slope, special, special), {a}};
        });
    });
}

BOOST_AUTO_TEST_CASE(gamma_and_its_logarithmic_derivative_obey_recurrence_and_reflection)
{
    in_both_types([]<class T>(T) {
        // Steps of 1/64: x + 1 and 1 - x are exact.
        std::vector<T> right;
        std::vector<T> both;
        for (int i = 1; i < 64 * 30; ++i) {
            right.push_back(static_cast<T>(i) / 64);
            both.push_back(i % 64 == 0 ? T(0.5) : static_cast<T>(i - 64 * 15) / 64);
        }
        auto const tgamma = [](T a) { return call<T>(simd::tgamma, a, special); };
        auto const digamma = [](T a) {
            // in units of 1 near its zeros on the left
            auto const value = at<T>(simd::digamma, a);
            return uncertain{
                value, special * last_place(a < 0 ? std::max(T(1), std::abs(value)) : value)};
        };
        auto const lgamma = [](T a) {
            auto const value = at<T>(simd::lgamma, a);
            return uncertain{value, special * last_place(std::max(T(1), std::abs(value)))};
        };
        auto const sine = [](T a) { return uncertain{std::sin(pi * std::remainder(wide(a), 2))}; };
        expect("Γ(x + 1) = x Γ(x)", both, [&](T a) {
            return sides{tgamma(a + 1), uncertain{a} * tgamma(a)};
        });
        expect("Γ(x) Γ(1 - x) sin πx = π", both, [&](T a) {
            return sides{tgamma(a) * tgamma(1 - a) * sine(a), {pi}};
        });
        expect("log Γ(x + 1) = log Γ(x) + log |x|", both, [&](T a) {
            return sides{lgamma(a + 1), lgamma(a) + uncertain{std::log(std::abs(wide(a)))}};
        });
        expect("log Γ(x) + log Γ(1 - x) = log π - log |sin πx|", both, [&](T a) {
            return sides{lgamma(a) + lgamma(1 - a), {std::log(pi / std::abs(sine(a).value))}};
        });
        expect("log Γ = log of Γ", right, [&](T a) {
            return sides{
                lgamma(a),
                {std::log(tgamma(a).value),
                 0x1p-50L + special * std::numeric_limits<T>::epsilon()}};
        });
        expect("ψ(x + 1) = ψ(x) + 1/x", both, [&](T a) {
            return sides{digamma(a + 1), digamma(a) + uncertain{1} / uncertain{a}};
        });
        expect("ψ(1 - x) - ψ(x) = π cot πx", both, [&](T a) {
            auto const cosine = std::cos(pi * std::remainder(wide(a), 2));
            return sides{digamma(1 - a) - digamma(a), uncertain{pi * cosine} / sine(a)};
        });
    });
}

BOOST_AUTO_TEST_CASE(activations_obey_their_symmetries)
{
    using namespace xgrad;
    in_both_types([]<class T>(T) {
        using V = batch<T>;
        auto const x = points<T>(-40, 40);
        auto const sigmoid = [](T a) { return call<T>(simd::sigmoid, a, special); };
        auto const softplus = [](T a) { return call_rule<T>(softplus_rule::value<V>, a); };
        auto const silu = [](T a) { return call_rule<T>(silu_rule::value<V>, a); };
        auto const gelu = [](T a) { return call<T>(simd::gelu, a, special); };
        auto const gelu_tanh = [](T a) { return call<T>(simd::gelu_tanh, a, special); };
        expect("σ(x) + σ(-x) = 1", x, [&](T a) { return sides{sigmoid(a) + sigmoid(-a), {1}}; });
        expect("2 σ(2x) - 1 = tanh x", x, [&](T a) {
            return sides{uncertain{2} * sigmoid(2 * a) - uncertain{1}, call<T>(simd::tanh, a)};
        });
        expect("softplus x - softplus -x = x", x, [&](T a) {
            return sides{softplus(a) - softplus(-a), {a}};
        });
        expect_same("log σ(x) = -softplus -x", x, [](T a) {
            return std::array{
                first_lane(log_sigmoid_rule::value(V(a))),
                -first_lane(softplus_rule::value(V(-a)))};
        });
        expect("logit σ(x) = x", points<T>(-12, 3), [](T a) {
            auto const y = at<T>(simd::sigmoid, a);
            auto const slope = 1 / (wide(y) * (1 - wide(y)));
            auto const z = first_lane(logit_rule::value(V(y)));
            return sides{{z, special * last_place(z) + slope * special * last_place(y)}, {a}};
        });
        expect("silu x - silu -x = x", x, [&](T a) { return sides{silu(a) - silu(-a), {a}}; });
        expect("gelu x - gelu -x = x", x, [&](T a) { return sides{gelu(a) - gelu(-a), {a}}; });
        expect("gelu_tanh x - gelu_tanh -x = x", x, [&](T a) {
            return sides{gelu_tanh(a) - gelu_tanh(-a), {a}};
        });
    });
}

BOOST_AUTO_TEST_CASE(a_sum_in_logarithms_knows_no_order_and_moves_along)
{
    using xgrad::logaddexp_rule;
    in_both_types([]<class T>(T) {
        auto const f = [](T a, T b) {
            return first_lane(logaddexp_rule::value(batch<T>(a), batch<T>(b)));
        };
        auto const x = points<T>(-30, 30);
        T const other = T(1.375);
        expect_same("logaddexp(x, y) = logaddexp(y, x)", x, [&](T a) {
            return std::array{f(a, other), f(other, a)};
        });
        expect("logaddexp(x + 8, y + 8) = logaddexp(x, y) + 8", x, [&](T a) {
            auto const b = std::rint(a * 64) / 64;
            return sides{
                near(f(b + 8, other + 8), special), near(f(b, other), special) + uncertain{8}};
        });
        expect("logaddexp(x, x) = x + log 2", x, [&](T a) {
            // Near its zero in places of the summands.
            auto const place = last_place(std::max(T(1), std::abs(a)));
            return sides{{f(a, a), special * place}, {wide(a) + std::log(2.L)}};
        });
    });
}

BOOST_AUTO_TEST_CASE(what_rises_does_not_fall)
{
    in_both_types([]<class T>(T) {
        auto const rises = [](char const* name, function<T> f, double low, double high) {
            constexpr int steps = 5000;
            auto const place = [&](int i) {
                return static_cast<T>(low + (high - low) * i / steps);
            };
            int falls = 0;
            for (int i = 0; i < steps; ++i) {
                falls += at<T>(f, place(i + 1)) < at<T>(f, place(i));
            }
            BOOST_TEST(falls == 0, name << ": " << falls);
        };
        rises("exp", simd::exp, -80, 80);
        rises("exp2", simd::exp2, -120, 120);
        rises("expm1", simd::expm1, -5, 80);
        rises("log", simd::log, 0, 50);
        rises("log2", simd::log2, 0, 50);
        rises("log10", simd::log10, 0, 50);
        rises("log1p", simd::log1p, -1, 50);
        rises("cbrt", simd::cbrt, -50, 50);
        rises("sin", simd::sin, -1.57, 1.57);
        rises("tan", simd::tan, -1.57, 1.57);
        rises("asin", simd::asin, -1, 1);
        rises("atan", simd::atan, -20, 20);
        rises("sinh", simd::sinh, -20, 20);
        rises("tanh", simd::tanh, -12, 12);
        rises("asinh", simd::asinh, -20, 20);
        rises("acosh", simd::acosh, 1, 20);
        rises("atanh", simd::atanh, -1, 1);
        rises("erf", simd::erf, -4, 4);
        rises("erfinv", simd::erfinv, -1, 1);
        rises("sigmoid", simd::sigmoid, -80, 12);
        rises("lgamma", simd::lgamma, 1.5, 100);
        rises("tgamma", simd::tgamma, 1.5, 30);
        rises("digamma", simd::digamma, 0, 100);
    });
}
