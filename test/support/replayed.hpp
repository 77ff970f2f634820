#pragma once

#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <array>
#include <cstring>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// A function against its own replay: no bit of its values and gradients may differ.

namespace replayed {
using namespace xgrad;
using function = std::function<tensor<double>(tensor<double> const&)>;

template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    std::vector<T> const x(a.begin(), a.end());
    std::vector<T> const y(b.begin(), b.end());
    return same_shape(a.shape(), b.shape()) && x.size() == y.size() &&
        (x.empty() || std::memcmp(x.data(), y.data(), sizeof(T) * x.size()) == 0);
}

template <class R, class... T>
using function_of = std::function<R(T const&...)>;

/// The function's own values and gradients, and those of its replay, at these arguments.
template <class R, class... T>
void expect_same_function(function_of<R, T...> const& f, T const&... x)
{
    auto fast = replay(f);
    auto const eager = value_and_grad(f, x...);
    BOOST_TEST(same_bits(eager.value, replay(f).value_and_grad(x...).value));
    fast(x...);
    auto const found = fast.value_and_grad(x...);
    BOOST_TEST(fast.obstacle() == "");
    BOOST_TEST(same_bits(f(x...), fast(x...)));
    BOOST_TEST(same_bits(eager.value, found.value));
    auto const same = [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (same_bits(std::get<I>(eager.gradients), std::get<I>(found.gradients)) && ...);
    };
    BOOST_TEST(same(std::index_sequence_for<T...>()));
}

/// The same of any function: replays are compiled once for all functions of one signature.
template <class F, class... T>
void expect_same(F const& f, tensor<T> const&... x)
{
    using result = decltype(as_tensor(f(x...)));
    expect_same_function(function_of<result, tensor<T>...>(f), x...);
}

template <class R, class... T>
bool function_runs_as_a_whole(function_of<R, T...> const& f, T const&... x)
{
    detail::replay_record<tape> record;
    record.record(f, x...);
    std::array<body_pointer, sizeof...(T)> gradients;
    return static_cast<bool>(record.run_whole(std::array{&x.body()...}, gradients));
}

/// Whether a replay at these arguments keeps no list of values, nor records anything.
template <class F, class... T>
bool runs_as_a_whole(F const& f, tensor<T> const&... x)
{
    using result = decltype(as_tensor(f(x...)));
    return function_runs_as_a_whole(function_of<result, tensor<T>...>(f), x...);
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
