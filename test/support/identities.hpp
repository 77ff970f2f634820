#pragma once

#include <xgrad/ops/elementwise.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

// What holds between functions, whatever they are: each side is a number with the error that the
// table of accuracies allows the functions in it, and the two must agree within both errors.

namespace identities {
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

inline uncertain operator+(uncertain a, uncertain b)
{
    return {a.value + b.value, a.error + b.error};
}

inline uncertain operator-(uncertain a, uncertain b)
{
    return {a.value - b.value, a.error + b.error};
}

inline uncertain operator*(uncertain a, uncertain b)
{
    return {a.value * b.value, std::abs(a.value) * b.error + std::abs(b.value) * a.error};
}

inline uncertain operator/(uncertain a, uncertain b)
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
} // namespace identities
