// How the vector functions are measured: bench/functions.cpp.
#pragma once

#include <xgrad/simd/math.hpp>

#include <dlfcn.h>
#include <quadmath.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace bench::functions {
__extension__ typedef __float128 wide;

struct interval
{
    double low;
    double high;
};

template <class T>
using loop = std::function<void(T const* x, T const* y, T* out, std::size_t count)>;

template <class T>
struct sides
{
    loop<T> ours;
    loop<T> vector; // glibc's libmvec, empty where it has none
    loop<T> scalar; // the C library, empty where it has none
};

struct function
{
    std::string name;
    bool binary;
    interval x;
    interval y;
    double bound; // in ulp
    double floor; // errors are not measured in finer ulps than those of this number
    std::function<wide(wide, wide)> reference;
    sides<double> in_double;
    sides<float> in_float;

    template <class T>
    sides<T> const& in() const
    {
        if constexpr (sizeof(T) == 8) {
            return in_double;
        } else {
            return in_float;
        }
    }
};

template <class T, class F>
[[gnu::noinline, gnu::flatten]] void
vector_loop(T const* x, T const* y, T* out, std::size_t count, F const& f)
{
    using V = xgrad::simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        if constexpr (std::is_invocable_v<F, V, V>) {
            f(V::load(x + i), V::load(y + i)).store(out + i);
        } else {
            f(V::load(x + i)).store(out + i);
        }
    }
}

template <class T, class F>
loop<T> our_loop(F f)
{
    return [f](T const* x, T const* y, T* out, std::size_t count) {
        vector_loop(x, y, out, count, f);
    };
}

template <class T>
loop<T> scalar_loop(T (*f)(T))
{
    return [f](T const* x, T const*, T* out, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = f(x[i]);
        }
    };
}

template <class T>
loop<T> scalar_loop(T (*f)(T, T))
{
    return [f](T const* x, T const* y, T* out, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = f(x[i], y[i]);
        }
    };
}

template <class T>
loop<T> scalar_loop(std::nullptr_t)
{
    return {};
}

/// Asked for at run time, so that nothing has to be linked and nothing has to be there.
template <class T>
loop<T> library_loop(std::string const& name, bool binary)
{
    using V = xgrad::simd::batch<T>;
    static void* const library = dlopen("libmvec.so.1", RTLD_NOW);
    constexpr auto bytes = sizeof(T) * V::size;
    auto const isa = bytes == 64 ? "e" : XGRAD_HAS_FMA ? "d" : bytes == 32 ? "c" : "b";
    auto const symbol = std::string("_ZGV") + isa + "N" + std::to_string(V::size) +
        (binary ? "vv_" : "v_") + name + (sizeof(T) == 4 ? "f" : "");
    auto* const found = library == nullptr ? nullptr : dlsym(library, symbol.c_str());
    if (found == nullptr) {
        return {};
    }
    using R = decltype(V{}.lanes.data);
    return [found, binary](T const* x, T const* y, T* out, std::size_t count) {
        auto const one = reinterpret_cast<R (*)(R)>(found);
        auto const two = reinterpret_cast<R (*)(R, R)>(found);
        for (std::size_t i = 0; i < count; i += V::size) {
            R const a = V::load(x + i).lanes;
            R const result = binary ? two(a, R(V::load(y + i).lanes)) : one(a);
            V(typename V::register_type(result)).store(out + i);
        }
    };
}

/// The points at which errors are looked for: half of them as they are timed, the others anywhere.
template <class T>
struct points
{
    std::vector<T> x;
    std::vector<T> y;

    points(function const& f, std::size_t count, bool anywhere) : x(count), y(count)
    {
        std::mt19937_64 generator(anywhere ? 2 : 1);
        std::uniform_real_distribution<double> in_x(f.x.low, f.x.high);
        std::uniform_real_distribution<double> in_y(f.y.low, f.binary ? f.y.high : 1);
        std::uniform_real_distribution<double> exponent(-740, 740);
        using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
        auto const any = [&] { return std::bit_cast<T>(static_cast<bits>(generator())); };
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = static_cast<T>(in_x(generator));
            y[i] = static_cast<T>(in_y(generator));
            if (!anywhere || i % 2 == 0) {
                continue;
            }
            x[i] = any();
            y[i] = any();
            if (!f.binary && i % 4 == 3) {
                // next to multiples of π/2, and to whole numbers
                auto const steps =
                    static_cast<double>(static_cast<int>(generator() % 200001) - 100000);
                constexpr double half_pi = 1.5707963267948966;
                x[i] = static_cast<T>(i % 8 == 3 ? steps * half_pi : std::rint(in_x(generator)));
                x[i] = std::nextafter(x[i], i % 16 < 8 ? T(-1e30) : T(1e30));
            } else if (i % 4 == 3) {
                // those whose power is a number, and those whose quotient is moderate
                y[i] = f.name == "pow"
                    ? static_cast<T>(exponent(generator) / std::log(std::abs(x[i])))
                    : static_cast<T>(x[i] * in_y(generator));
                x[i] = f.name == "pow" ? std::abs(x[i]) : x[i];
            }
        }
    }
};

/// |value - reference| in units in the last place of the reference.
template <class T>
double error_of(T value, wide reference, double floor)
{
    using limits = std::numeric_limits<T>;
    wide const beyond = scalbnq(1, limits::max_exponent);
    if (isnanq(reference) || std::isnan(value)) {
        return isnanq(reference) && std::isnan(value) ? 0 : limits::infinity();
    }
    auto const bounded = [&](wide v) { return v > beyond ? beyond : v < -beyond ? -beyond : v; };
    wide const magnitude = std::max(fabsq(bounded(reference)), wide(floor));
    int const exponent = magnitude == 0
        ? limits::min_exponent
        : std::min(std::max(ilogbq(magnitude), limits::min_exponent - 1), limits::max_exponent - 1);
    wide const ulp = scalbnq(1, exponent - (limits::digits - 1));
    return static_cast<double>(fabsq(bounded(value) - bounded(reference)) / ulp);
}

struct worst
{
    double error = 0;
    double x = 0;
    double y = 0;
};

template <class T>
worst worst_of(function const& f, loop<T> const& side, points<T> const& at)
{
    worst result;
    std::vector<T> out(at.x.size());
    side(at.x.data(), at.y.data(), out.data(), out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto const error = error_of(out[i], f.reference(at.x[i], at.y[i]), f.floor);
        if (error > result.error) {
            result = {error, static_cast<double>(at.x[i]), static_cast<double>(at.y[i])};
        }
    }
    return result;
}

/// Nanoseconds per element: the best of several passes.
template <class T>
double time_of(loop<T> const& side, points<T> const& at)
{
    if (!side) {
        return 0;
    }
    std::vector<T> out(at.x.size());
    double best = std::numeric_limits<double>::infinity();
    for (int pass = 0; pass < 12; ++pass) {
        auto const begin = std::chrono::steady_clock::now();
        side(at.x.data(), at.y.data(), out.data(), out.size());
        std::chrono::duration<double, std::nano> const elapsed =
            std::chrono::steady_clock::now() - begin;
        best = std::min(best, elapsed.count() / static_cast<double>(out.size()));
    }
    return best;
}

struct row
{
    std::string name;
    bool single;
    double ours;
    double vector;
    double scalar;
    double error;
    double vector_error;
};

template <class T>
row measure(function const& f)
{
    constexpr std::size_t timed = 1 << 15;
    constexpr std::size_t checked = 50'000;
    auto const& sides = f.in<T>();
    points<T> const fresh(f, timed, false);
    row result{f.name, sizeof(T) == 4, 0, 0, 0, 0, 0};
    result.ours = time_of(sides.ours, fresh);
    result.vector = time_of(sides.vector, fresh);
    result.scalar = time_of(sides.scalar, fresh);
    points<T> const inside(f, checked, false);
    points<T> const anywhere(f, checked, true);
    auto const found = std::max(
        worst_of(f, sides.ours, inside),
        worst_of(f, sides.ours, anywhere),
        [](auto const& a, auto const& b) { return a.error < b.error; });
    result.error = found.error;
    result.vector_error = sides.vector ? worst_of(f, sides.vector, inside).error : 0;
    std::printf(
        "%-10s %-6s %7.2f %7.2f %7.2f  %5.2f  %7.2f %7.2f   (%.17g, %.17g)\n",
        f.name.c_str(),
        result.single ? "float" : "double",
        result.ours,
        result.vector,
        result.scalar,
        result.vector > 0 ? result.ours / result.vector : 0,
        result.error,
        result.vector_error,
        found.x,
        found.y);
    std::fflush(stdout);
    return result;
}

template <class T>
bool within_bound(function const& f)
{
    constexpr std::size_t checked = 2000;
    worst found = worst_of(f, f.in<T>().ours, points<T>(f, checked, false));
    if (found.error <= f.bound) {
        found = worst_of(f, f.in<T>().ours, points<T>(f, checked, true));
    }
    auto const good = found.error <= f.bound;
    if (!good) {
        std::printf(
            "%s in %s: %g ulp at (%.17g, %.17g), %g are allowed\n",
            f.name.c_str(),
            sizeof(T) == 4 ? "float" : "double",
            found.error,
            found.x,
            found.y,
            f.bound);
    }
    return good;
}

inline std::string text(double number)
{
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.2f", number);
    return buffer.data();
}

/// The table as docs/functions.md has it.
inline std::string markdown(std::vector<row> const& rows, bool single)
{
    std::string result = "| function | ours, ns | libmvec, ns | libm, ns | ours / libmvec | ours, "
                         "ulp | libmvec, ulp |\n"
                         "|---|---|---|---|---|---|---|\n";
    auto const cell = [](double number) { return (number > 0 ? text(number) : "") + " | "; };
    for (auto const& r : rows) {
        if (r.single == single) {
            result += "| " + r.name + " | " + cell(r.ours) + cell(r.vector) + cell(r.scalar) +
                cell(r.vector > 0 ? r.ours / r.vector : 0) + text(r.error) + " | " +
                (r.vector > 0 ? text(r.vector_error) : "") + " |\n";
        }
    }
    return result;
}

/// As Google Benchmark writes it, for bench/report.py: the limit is libmvec, or libm where it has
/// none.
inline std::string json(std::vector<row> const& rows)
{
    std::string entries;
    for (auto const& r : rows) {
        auto const entry = [&](char const* side, double time) {
            if (time > 0) {
                entries += (entries.empty() ? "" : ",\n") + std::string(R"({"name": ")") + r.name +
                    (r.single ? "_float" : "") + "/1/" + side + R"(", "real_time": )" +
                    std::to_string(time) + "}";
            }
        };
        entry("ours", r.ours);
        entry("limit", r.vector > 0 ? r.vector : r.scalar);
        entry("libm", r.scalar);
    }
    return "{\"benchmarks\": [\n" + entries + "\n]}\n";
}
} // namespace bench::functions
