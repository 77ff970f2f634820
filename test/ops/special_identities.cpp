#include "support/identities.hpp"

#include <boost/test/unit_test.hpp>

// Laws of the error functions, of gamma, of activations, and of functions that rise.

using namespace identities;

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
        auto const softplus = [](T a) { return call_rule<T>(rules::softplus_rule::value<V>, a); };
        auto const silu = [](T a) { return call_rule<T>(rules::silu_rule::value<V>, a); };
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
                first_lane(rules::log_sigmoid_rule::value(V(a))),
                -first_lane(rules::softplus_rule::value(V(-a)))};
        });
        expect("logit σ(x) = x", points<T>(-12, 3), [](T a) {
            auto const y = at<T>(simd::sigmoid, a);
            auto const slope = 1 / (wide(y) * (1 - wide(y)));
            auto const z = first_lane(rules::logit_rule::value(V(y)));
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
    in_both_types([]<class T>(T) {
        auto const f = [](T a, T b) {
            return first_lane(xgrad::rules::logaddexp_rule::value(batch<T>(a), batch<T>(b)));
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
