// Numbers at which vector functions err most: neighbours of zeros, of the seams of approximations,
// of the middles between multiples that a reduction takes off, of subnormal and of huge numbers.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace bench::functions {
template <class T>
class edges
{
public:
    using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    using limits = std::numeric_limits<T>;

    explicit edges(std::uint64_t seed) : generator_(seed) {}

    /// Anywhere among the numbers of the format, of any magnitude between 2^-40 and 2^12, or next
    /// to an edge.
    T next()
    {
        switch (below(4)) {
        case 0:
            return std::bit_cast<T>(static_cast<bits>(generator_()));
        case 1:
            return with_sign(std::ldexp(one_to_two(), static_cast<int>(below(53)) - 40));
        default:
            return with_sign(beside(edge()));
        }
    }

    /// y for which |x|^y is a number.
    T exponent_for(T x)
    {
        T const most = limits::max_exponent * T(0.75);
        auto const target = (one_to_two() - T(1.5)) * 2 * most;
        return static_cast<T>(target / std::log2(std::abs(static_cast<double>(x))));
    }

    /// y for which the quotient of x and y is moderate.
    T beside_multiple(T x)
    {
        return beside(x * std::ldexp(one_to_two(), static_cast<int>(below(9)) - 4));
    }

    /// Some steps away from x, or further, at a distance of any magnitude.
    T beside(T x)
    {
        if (below(2) == 0) {
            auto const steps = below(9);
            auto const to = below(2) == 0 ? limits::infinity() : -limits::infinity();
            for (std::uint64_t i = 0; i < steps; ++i) {
                x = std::nextafter(x, to);
            }
            return x;
        }
        auto const distance = std::ldexp(one_to_two(), -static_cast<int>(below(limits::digits)));
        return x + with_sign(distance) * x;
    }

    std::uint64_t below(std::uint64_t n) { return generator_() % n; }

private:
    T one_to_two()
    {
        constexpr int fraction = limits::digits - 1;
        return 1 + std::ldexp(static_cast<T>(generator_() >> (64 - fraction)), -fraction);
    }

    T with_sign(T x) { return generator_() % 2 == 0 ? x : -x; }

    T edge()
    {
        constexpr double pi = 3.14159265358979323846;
        constexpr double ln2 = 0.693147180559945309417;
        switch (below(7)) {
        case 0: // steps of tables, whole numbers and halves
            return static_cast<T>(below(2048)) / 64;
        case 1:
            return static_cast<T>(below(400)) / 2;
        case 2: // the zeros of sin and cos and what lies between, small and not so small
            return static_cast<T>(
                static_cast<double>(below(below(2) == 0 ? 64 : 1 << 21)) * pi / 4);
        case 3:
            return static_cast<T>(static_cast<double>(below(2200)) * ln2 / 2);
        case 4: { // the middles of log's intervals
            auto const exponent =
                static_cast<int>(below(limits::max_exponent * 2)) - limits::max_exponent;
            return std::ldexp(static_cast<T>(1.41421356237309505), exponent);
        }
        case 5: {
            auto const exponent = static_cast<int>(
                below(limits::max_exponent - limits::min_exponent + limits::digits + 1));
            return std::ldexp(T(1), exponent + limits::min_exponent - limits::digits);
        }
        default: { // ends of ranges
            constexpr double ends[] = {
                88.72283905, 87.33654475, 103.972084,  708.3964185322641, 709.782712893384,
                745.1332191, 0.41421356,  0.85,        26.5432583,        9.1949,
                10.0578,     5.9215872,   171.6243769, 35.0401,           2.5563481638716906e305,
                0.5040830,   1.573498,    1.4616321,   2.4570247,         2.7476826};
            return static_cast<T>(ends[below(std::size(ends))]);
        }
        }
    }

    std::mt19937_64 generator_;
};
} // namespace bench::functions
