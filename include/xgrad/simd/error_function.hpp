#pragma once

#include <xgrad/simd/error_function_table.hpp>
#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>
#include <xgrad/simd/look_up.hpp>

#include <cmath>
#include <concepts>

// The error function and its complement: in double a table and short series, in float an odd
// polynomial near 0 and a power of 2 or of e beyond.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct error_function_constants;

// Computed by Remez's algorithm at 50 digits.
template <>
struct error_function_constants<double>
{
    static constexpr double whole = 6; // erf is 1 from here on, and erfc has another formula
    static constexpr double zero = 28; // erfc is 0 from here on
    // erf(x)/x - 1 in x² for |x| <= 1, minimax: error below 2^-58 of erf x.
    static constexpr std::array<double, 12> near{
        0.12837916709551256,
        -0.3761263890318352,
        0.11283791670944185,
        -0.026866170643111482,
        0.005223977606118476,
        -0.0008548325929318522,
        0.00012055293577226669,
        -1.4924712312363758e-05,
        1.6447131743906461e-06,
        -1.6206315362795511e-07,
        1.3710988282781968e-08,
        -7.779484494938733e-10};
    // x e^(x²) erfc x in 1/x² for 6 <= x <= 28, minimax: error below 2^-57.
    static constexpr std::array<double, 11> far{
        0.5641895835477562,
        -0.2820947917736958,
        0.4231421875275121,
        -1.057855418103426,
        3.702482530580658,
        -16.659542540285557,
        91.4755215852477,
        -585.1888952030428,
        4006.9184233480173,
        -24269.41024677915,
        87150.43225950755};
};

template <>
struct error_function_constants<float>
{
    static constexpr float whole = 4;    // erf is 1 from here on
    static constexpr float ordinary = 9; // erfc is a normal number up to here
    static constexpr float zero = 11;    // and 0 from here on
    static constexpr float near_end = 0.85f;
    // erf(x)/x - 1 in x² for |x| <= 0.85, minimax: error below 2^-27 of erf x.
    static constexpr std::array<float, 6> near{
        0.12837916023309442f,
        -0.3761257184099995f,
        0.11282717421010117f,
        -0.026802548149769945f,
        0.005051095028040559f,
        -0.0006315128632761153f};
    // -log2(erfc x) for 0.85 <= x <= 4, minimax: error below 2^-28 of erf x.
    static constexpr std::array<float, 7> far{
        0.0001508871763641702f,
        1.6274476112807508f,
        0.9183034565400624f,
        0.15079833257857167f,
        -0.03248775703487956f,
        0.004498011857836653f,
        -0.00029383232809001073f};
    // 2^r for |r| <= 1/2: error below 2^-23, which is 2^-25 of erf.
    static constexpr std::array<float, 6> power{
        1.0000000755099399f,
        0.6931472253950111f,
        0.24022107267729934f,
        0.05550297314199325f,
        0.009676040953341545f,
        0.0013410000966100157f};
    // e^(x²) erfc x = t (1 + q R(q)) for 0 <= x <= `zero`, t = a/(x + c), q = (x - c) t: minimax,
    // error below 2^-29.
    static constexpr float center = 1.5f;
    static constexpr float at_center = 0.9647562503814697f;
    // How much of an error of t the result feels: 1.3 times at 0, 0.6 times far away, where there
    // are more other errors.
    static constexpr float felt = 0.75f;
    static constexpr std::array<float, 11> scaled{
        -0.5456325444042577f,
        0.08421598684715682f,
        0.05514055113756803f,
        -0.00971716999882803f,
        -0.011736136483027435f,
        -0.0010268784151144961f,
        0.00237627237551276f,
        0.0011734441986546759f,
        -0.00012309891204202665f,
        -0.0003210018100852407f,
        -9.466850351915853e-05f};
};

/// erf x for |x| <= 1 (0.85).
template <class T>
XGRAD_ALWAYS_INLINE batch<T> erf_near(batch<T> x) noexcept
{
    return fma(x, polynomial(x * x, error_function_constants<T>::near), x);
}

// The coefficients in a of 1, b, b² and b³ in the integral of e^(-2as - bs²) over 0 <= s <= 1.
// Taylor's, (-2)^n / n! (-1)^m / m! / (n + 1 + 2m): as good as erf needs it for |a| <= r/128,
// b <= 1/128².
template <int M, std::size_t Terms>
inline constexpr auto step_coefficients = [] {
    std::array<double, Terms> result{};
    double power = 1;
    for (int m = 1; m <= M; ++m) {
        power /= -m;
    }
    for (std::size_t n = 0; n < Terms; ++n) {
        auto const order = static_cast<double>(n + 1);
        result[n] = power / (order + 2 * M);
        power *= -2 / order;
    }
    return result;
}();

struct erf_step
{
    static constexpr std::array<double, 7> c0 = step_coefficients<0, 7>;
    static constexpr std::array<double, 5> c1 = step_coefficients<1, 5>;
    static constexpr std::array<double, 3> c2 = step_coefficients<2, 3>;
    static constexpr double c3 = -1. / 42;
};

// Those for erfc are minimax for |a| <= 6/128, computed by Remez's algorithm at 50 digits.
struct erfc_step
{
    static constexpr std::array<double, 8> c0{
        0.9999999999999999,
        -1.0000000000000007,
        0.6666666666685372,
        -0.3333333333310885,
        0.13333332907613069,
        -0.044444445976897215,
        0.0127015129691252,
        -0.003174603246850063};
    static constexpr std::array<double, 6> c1{
        -0.33333333333660253,
        0.49999999998044553,
        -0.39999997319591846,
        0.22222225247499852,
        -0.09527064146547111,
        0.03332817834462996};
    static constexpr std::array<double, 4> c2{
        0.09999997769833519, -0.1666667461980856, 0.1429384915865265, -0.08330947308181441};
    static constexpr double c3 = -0.023730907004650314;
};

/// (erf(r + d) - erf r) / erf' r = d times that integral for a = rd, b = d².
template <class Step>
XGRAD_ALWAYS_INLINE batch<double> step_from(batch<double> r, batch<double> d) noexcept
{
    auto const a = r * d;
    auto const b = d * d;
    auto const lower = fma(b, polynomial(a, Step::c1), polynomial(a, Step::c0));
    auto const higher = fma(b, batch<double>(Step::c3), polynomial(a, Step::c2));
    return fma(b * b, higher, lower);
}

/// |x| as a multiple r of 1/64 and d, up to `whole`; NaN goes into d.
struct error_function_argument
{
    batch<double> r;
    batch<double> d;
    table_rows<double> rows;
};

template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE error_function_argument split_for_table(batch<T> x) noexcept
{
    using B = batch<double>;
    using table = error_function_table;
    B const whole(error_function_constants<double>::whole);
    B const shift(format<double>::shift / table::steps);
    auto const magnitude = abs(x);
    auto const bounded = select(magnitude > whole, whole, magnitude);
    auto const shifted = bounded + shift;
    auto const r = shifted - shift;
    return {r, bounded - r, rows_at<table::rows>(shifted)};
}

/// e^(-x²) 2^-k f (1 + lost) = e^-s f (1 + lost), given x² in two parts, k log 2 near -x².
template <class T>
XGRAD_ALWAYS_INLINE batch<T>
times_exp_minus(batch<T> f, batch<T> lost, pair<T> const& square, batch<T> k) noexcept
{
    using c = exponential_constants<T>;
    constexpr auto series = mirrored(c::short_series);
    auto const upper = fma(k, batch<T>(c::ln2_upper), square.upper);
    auto const s = upper + fma(k, batch<T>(c::ln2_lower), square.lower);
    return fma(f, fma(s * s, polynomial(s, series), lost - s), f);
}

/// erfc x for x >= 6, down to the last subnormal result.
template <std::same_as<double> T>
XGRAD_NOINLINE batch<T> erfc_far(batch<T> x) noexcept
{
    using B = batch<double>;
    using c = error_function_constants<double>;
    auto const bounded = clamp(x, c::whole, c::zero);
    auto const square = exact_product(bounded, bounded);
    auto const k = round_small(-square.upper * B(exponential_constants<double>::log2_e));
    auto const inverse = B(1) / bounded;
    auto const w = inverse * inverse;
    // The first coefficient last, whose sum alone is rounded where that is felt.
    auto const scaled = inverse * fma(w, polynomial(w, drop_first(c::far)), B(c::far[0]));
    return scale(times_exp_minus(scaled, B(0), square, k), k);
}

/// erfc x 2^-k for 0 <= x <= `zero`, k log 2 near -x². What the sum and the division have lost is
/// put back, some three quarters of it, as it goes into q too.
template <std::same_as<float> T>
XGRAD_ALWAYS_INLINE batch<T> erfc_less(batch<T> x, pair<T> const& square, batch<T> k) noexcept
{
    using B = batch<float>;
    using c = error_function_constants<float>;
    B const center(c::center);
    B const above(c::at_center);
    // Of a larger x too the sum's error is found, as `center` has few bits.
    auto const below = sum_of_ordered(center, x);
    auto const t = above / below.upper;
    auto const rest = fma(-below.lower, t, rest_of_quotient(above, t, below.upper));
    auto const q = (x - center) * t;
    auto const scaled = fma(q * t, polynomial(q, c::scaled), t);
    return times_exp_minus(scaled, B(c::felt / c::at_center) * rest, square, k);
}

/// erfc x for x >= 1, down to the last subnormal result.
template <std::same_as<float> T>
XGRAD_NOINLINE batch<T> erfc_far(batch<T> x) noexcept
{
    using B = batch<float>;
    using c = error_function_constants<float>;
    auto const bounded = clamp(x, 1.f, c::zero);
    auto const square = exact_product(bounded, bounded);
    auto const k = round_small(-square.upper * B(exponential_constants<float>::log2_e));
    return scale(erfc_less(bounded, square, k), k);
}
} // namespace detail

/// By Taylor's series about a multiple of 1/64: error below 2^-59 of erf x.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> erf(batch<T> x) noexcept
{
    using table = detail::error_function_table;
    auto const a = detail::split_for_table(x);
    auto const slope = look_up(table::slope, a.rows);
    auto const step = detail::step_from<detail::erf_step>(a.r, a.d);
    return times_sign_of(fma(slope * a.d, step, look_up(table::erf, a.rows)), x);
}

/// 1 - erfc x, erfc x = 2^-p(x), beyond a series for small x.
template <std::same_as<float> T>
XGRAD_ALWAYS_INLINE batch<T> erf(batch<T> x) noexcept
{
    using B = batch<float>;
    using c = detail::error_function_constants<float>;
    auto const magnitude = abs(x);
    auto const far = magnitude >= B(c::near_end); // false for NaN
    auto const bounded = smaller_number(magnitude, B(c::whole));
    auto const p = polynomial(bounded, c::far);
    B const shift(format<float>::shift);
    auto const shifted = shift - p;
    auto const r = (shift - shifted) - p;
    auto const rest = add_to_exponent(polynomial(r, c::power), shifted);
    return select(far, times_sign_of(B(1) - rest, x), detail::erf_near(x));
}

/// As erf up to 6, error below 2^-54 of erfc x, and 2 less erfc |x| on the left.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> erfc(batch<T> x) noexcept
{
    using B = batch<double>;
    using table = detail::error_function_table;
    auto const a = detail::split_for_table(x);
    auto const slope = look_up(table::slope, a.rows);
    auto const step = detail::step_from<detail::erfc_step>(a.r, a.d);
    auto const right = fma(-(slope * a.d), step, look_up(table::erfc, a.rows));
    auto const value = select(x < B(0), B(2) - right, right);
    auto const ordinary = x <= B(detail::error_function_constants<double>::whole);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::erfc_far(x));
    }
    return value;
}

/// e^(-x²) times a slow function, for |x|; 2 less that on the left.
template <std::same_as<float> T>
XGRAD_ALWAYS_INLINE batch<T> erfc(batch<T> x) noexcept
{
    using B = batch<float>;
    using c = detail::error_function_constants<float>;
    auto const magnitude = abs(x);
    auto const bounded = smaller_number(magnitude, B(c::ordinary));
    auto const square = exact_product(bounded, bounded);
    B const shift(format<float>::shift);
    auto const shifted = fma(-square.upper, B(detail::exponential_constants<float>::log2_e), shift);
    auto const right =
        add_to_exponent(detail::erfc_less(bounded, square, shifted - shift), shifted);
    auto const value = select(x < B(0), B(2) - right, right);
    auto const ordinary = x <= B(c::ordinary);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::erfc_far(x));
    }
    return value;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
