#pragma once

#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

// A function against its own replay: no bit of its values and gradients may differ.

namespace replayed {
using namespace xgrad;
using function = std::function<tensor<double>(tensor<double> const&)>;

inline bool same_bits(tensor<double> const& a, tensor<double> const& b)
{
    std::vector<double> const x(a.begin(), a.end());
    std::vector<double> const y(b.begin(), b.end());
    return same_shape(a.shape(), b.shape()) && x.size() == y.size() &&
        (x.empty() || std::memcmp(x.data(), y.data(), 8 * x.size()) == 0);
}

/// Any function as a scalar one, whose adjoints differ from element to element.
inline tensor<double> scalar_of(function const& f, tensor<double> const& x)
{
    auto const y = f(x);
    return sum(sin(y) * reshape(linspace(0.5, 1.5, y.size()), y.shape()));
}

/// Records f at x and replays it at the other points.
inline void
check(std::string const& name, function const& f, std::vector<tensor<double>> const& points)
{
    BOOST_TEST_CONTEXT(name)
    {
        int calls = 0;
        auto fast = replay(function([&](auto const& x) {
            ++calls;
            return f(x);
        }));
        function const scalar = [&](auto const& x) { return scalar_of(f, x); };
        auto fast_scalar = replay(scalar);
        // A sum whose tape is the only one takes value and gradient in one pass, and may round
        // otherwise: what is recorded is no such tape.
        fast_scalar(points[0]);
        for (auto const& x : points) {
            BOOST_TEST(same_bits(fast(x), f(x)));
            auto const expected = value_and_grad(scalar, x);
            auto const found = fast_scalar.value_and_grad(x);
            BOOST_TEST(same_bits(found.value, expected.value));
            BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
        }
        BOOST_TEST(fast.obstacle() == "");
        BOOST_TEST(fast_scalar.obstacle() == "");
        BOOST_TEST(calls == 1);
    }
}
} // namespace replayed
