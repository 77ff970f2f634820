// The vector functions on registers, where the reference data are thin: special operands in all
// pairs, random bit patterns, and neighbours that take another path.
#include <xgrad/simd/math.hpp>

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using xgrad::simd::batch;

template <class T>
using limits = std::numeric_limits<T>;

template <class T>
std::vector<T> special_numbers()
{
    std::vector<T> result{
        T(0),
        T(1),
        T(0.5),
        T(1.5),
        T(2),
        T(3),
        T(4),
        T(7.5),
        T(8),
        T(100),
        T(101),
        T(1e6),
        T(1e9),
        T(1e30),
        T(9e9)};
    for (T const x :
         {limits<T>::min(),
          limits<T>::max(),
          limits<T>::denorm_min(),
          limits<T>::infinity(),
          limits<T>::epsilon(),
          1 + limits<T>::epsilon(),
          1 - limits<T>::epsilon() / 2,
          2 / limits<T>::epsilon(),
          1 / limits<T>::epsilon()}) {
        result.push_back(x);
    }
    auto const count = result.size();
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(-result[i]);
    }
    result.push_back(limits<T>::quiet_NaN());
    return result;
}

template <class T>
std::vector<T> random_numbers(std::size_t count)
{
    using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    std::mt19937_64 generator(7);
    std::vector<T> result(count);
    for (auto& x : result) {
        x = std::bit_cast<T>(static_cast<bits>(generator()));
        x = std::isnan(x) ? limits<T>::quiet_NaN() : x; // not a signalling one
    }
    return result;
}

template <class T>
std::string text(T x)
{
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%a", static_cast<double>(x));
    return buffer.data();
}

// Equal, signs of zeros included, or no further apart than some numbers of the format.
template <class T>
bool agree(T actual, T expected, int steps)
{
    if (std::isnan(actual) || std::isnan(expected)) {
        return std::isnan(actual) && std::isnan(expected);
    }
    if (actual == 0 && expected == 0) {
        return std::signbit(actual) == std::signbit(expected);
    }
    for (int i = 0; i < steps && actual != expected; ++i) {
        actual = std::nextafter(actual, expected);
    }
    return actual == expected;
}

// A value computed with 50 digits or more.
struct reference
{
    double x;
    double value;
};

template <class T>
T lane(batch<T> const& x, std::size_t i)
{
    std::array<T, batch<T>::size> lanes;
    x.store(lanes.data());
    return lanes[i];
}

template <class T, class F, class G>
void check(char const* name, F ours, G expected, T x, T y, int steps)
{
    auto const actual = lane(ours(batch<T>(x), batch<T>(y)), 0);
    auto const wanted = expected(x, y);
    BOOST_TEST(
        agree(actual, wanted, steps),
        name << "(" << text(x) << ", " << text(y) << ") is " << text(actual) << ", not "
             << text(wanted));
}

template <class T, class F, class G>
void check_pairs(char const* name, F ours, G expected, int steps)
{
    auto const special = special_numbers<T>();
    for (T const x : special) {
        for (T const y : special) {
            check(name, ours, expected, x, y, steps);
        }
    }
    auto const random = random_numbers<T>(4000);
    for (std::size_t i = 0; i + 1 < random.size(); ++i) {
        check(name, ours, expected, random[i], random[i + 1], steps);
        // quotients and powers of moderate size, whole and nearly whole
        auto const n = static_cast<T>(static_cast<int>(i % 41) - 20);
        check(name, ours, expected, random[i] * n, random[i], steps);
        check(name, ours, expected, std::nextafter(random[i] * n, T(0)), random[i], steps);
        check(name, ours, expected, random[i] * (n + T(0.5)), random[i], steps);
        check(name, ours, expected, random[i], n, steps);
    }
}

template <class T>
void check_all_pairs()
{
    // the C library's own errors are below one place
    check_pairs<T>(
        "pow",
        [](auto x, auto y) { return pow(x, y); },
        [](T x, T y) { return std::pow(x, y); },
        2);
    check_pairs<T>(
        "atan2",
        [](auto y, auto x) { return atan2(y, x); },
        [](T y, T x) { return std::atan2(y, x); },
        2);
    check_pairs<T>(
        "fmod",
        [](auto x, auto y) { return fmod(x, y); },
        [](T x, T y) { return std::fmod(x, y); },
        0);
    check_pairs<T>(
        "remainder",
        [](auto x, auto y) { return remainder(x, y); },
        [](T x, T y) { return std::remainder(x, y); },
        0);
    check_pairs<T>(
        "hypot",
        [](auto x, auto y) { return hypot(x, y); },
        [](T x, T y) { return std::hypot(x, y); },
        2);
}

// The first lane must not know what the others hold.
template <class T, class F>
void check_neighbours(char const* name, F f)
{
    constexpr auto size = batch<T>::size;
    auto const special = special_numbers<T>();
    auto const random = random_numbers<T>(500);
    std::vector<T> numbers(special);
    numbers.insert(numbers.end(), random.begin(), random.end());
    for (int i = -40; i <= 40; ++i) {
        numbers.push_back(static_cast<T>(i) * T(0.37));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto const alone = lane(f(batch<T>(numbers[i])), 0);
        std::array<T, size> mixed;
        mixed.fill(T(0.7));
        mixed[size - 1] = numbers[i];
        auto const beside_ordinary = lane(f(batch<T>::load(mixed.data())), size - 1);
        mixed.fill(special[i % special.size()]);
        mixed[size / 2] = numbers[i];
        auto const beside_special = lane(f(batch<T>::load(mixed.data())), size / 2);
        BOOST_TEST(
            (agree(alone, beside_ordinary, 0) && agree(alone, beside_special, 0)),
            name << "(" << text(numbers[i]) << ") depends on its neighbours");
    }
}

template <class T>
void check_all_neighbours()
{
    check_neighbours<T>("exp", [](auto x) { return exp(x); });
    check_neighbours<T>("exp2", [](auto x) { return exp2(x); });
    check_neighbours<T>("expm1", [](auto x) { return expm1(x); });
    check_neighbours<T>("log", [](auto x) { return log(x); });
    check_neighbours<T>("log2", [](auto x) { return log2(x); });
    check_neighbours<T>("log10", [](auto x) { return log10(x); });
    check_neighbours<T>("log1p", [](auto x) { return log1p(x); });
    check_neighbours<T>("sinh", [](auto x) { return sinh(x); });
    check_neighbours<T>("cosh", [](auto x) { return cosh(x); });
    check_neighbours<T>("tanh", [](auto x) { return tanh(x); });
    check_neighbours<T>("asinh", [](auto x) { return asinh(x); });
    check_neighbours<T>("acosh", [](auto x) { return acosh(x); });
    check_neighbours<T>("atanh", [](auto x) { return atanh(x); });
    check_neighbours<T>("asin", [](auto x) { return asin(x); });
    check_neighbours<T>("acos", [](auto x) { return acos(x); });
    check_neighbours<T>("atan", [](auto x) { return atan(x); });
    check_neighbours<T>("erfinv", [](auto x) { return erfinv(x); });
    check_neighbours<T>("sigmoid", [](auto x) { return sigmoid(x); });
    check_neighbours<T>("sin", [](auto x) { return sin(x); });
    check_neighbours<T>("cos", [](auto x) { return cos(x); });
    check_neighbours<T>("tan", [](auto x) { return tan(x); });
    check_neighbours<T>("cbrt", [](auto x) { return cbrt(x); });
    check_neighbours<T>("erf", [](auto x) { return erf(x); });
    check_neighbours<T>("erfc", [](auto x) { return erfc(x); });
    check_neighbours<T>("lgamma", [](auto x) { return lgamma(x); });
    check_neighbours<T>("tgamma", [](auto x) { return tgamma(x); });
    check_neighbours<T>("digamma", [](auto x) { return digamma(x); });
    check_neighbours<T>("atan2", [](auto x) { return atan2(x, x * x - batch<T>(3)); });
    check_neighbours<T>("pow", [](auto x) { return pow(x, batch<T>(3)); });
    check_neighbours<T>("fmod", [](auto x) { return fmod(x, batch<T>(3)); });
    check_neighbours<T>("remainder", [](auto x) { return remainder(x, batch<T>(3)); });
    check_neighbours<T>("hypot", [](auto x) { return hypot(x, batch<T>(3)); });
}

template <class T>
void check_arithmetic()
{
    auto const special = special_numbers<T>();
    auto const random = random_numbers<T>(special.size());
    for (T const x : special) {
        auto const negative = lane(-batch<T>(x), 0);
        BOOST_TEST((agree(negative, -x, 0)), "-" << text(x) << " is " << text(negative));
        for (std::size_t i = 0; i < special.size(); ++i) {
            auto const y = i % 2 == 0 ? random[i] : special[i];
            // What is left of the rounded product tells whether it was rounded.
            T const product = x * y;
            for (T const z : {-product, random[i]}) {
                auto const sum = lane(fma(batch<T>(x), batch<T>(y), batch<T>(z)), 0);
                auto const once = std::fma(x, y, z);
                auto const expected = xgrad::simd::has_fused_multiply_add ? once : product + z;
                BOOST_TEST(
                    agree(sum, expected, 0),
                    "fma(" << text(x) << ", " << text(y) << ", " << text(z) << ") is "
                           << text(sum));
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_multiply_add_is_rounded_once_and_a_negative_zero_has_its_sign)
{
    check_arithmetic<double>();
    check_arithmetic<float>();
}

BOOST_AUTO_TEST_CASE(functions_of_two_numbers_agree_with_the_c_library)
{
    check_all_pairs<double>();
    check_all_pairs<float>();
}

BOOST_AUTO_TEST_CASE(a_value_does_not_depend_on_its_neighbours)
{
    check_all_neighbours<double>();
    check_all_neighbours<float>();
}

BOOST_AUTO_TEST_CASE(whole_powers_and_roots_are_exact)
{
    using B = batch<double>;
    for (int n = 1; n <= 200; ++n) {
        B const x(n);
        BOOST_TEST(lane(cbrt(x * x * x), 0) == n);
        BOOST_TEST(lane(pow(x, B(2)), 0) == n * n);
        BOOST_TEST(lane(pow(B(2), x), 0) == std::ldexp(1, n));
        BOOST_TEST(lane(exp2(-x), 0) == std::ldexp(1, -n));
    }
    BOOST_TEST(lane(exp2(B(-1074)), 0) == limits<double>::denorm_min());
    BOOST_TEST(lane(cos(B(0)), 0) == 1);
    BOOST_TEST(lane(exp(B(0)), 0) == 1);
    double factorial = 1;
    for (int n = 1; n <= 15; ++n) {
        BOOST_TEST(agree(lane(tgamma(B(n)), 0), factorial, 1));
        factorial *= n;
    }
    BOOST_TEST(lane(lgamma(B(1)), 0) == 0);
    BOOST_TEST(lane(lgamma(B(2)), 0) == 0);
}

BOOST_AUTO_TEST_CASE(acosh_is_no_number_below_one)
{
    for (double const x : {0.9, 0.0, -1.0, -5.0, -1e9, -1e132, -limits<double>::infinity()}) {
        BOOST_TEST(std::isnan(lane(acosh(batch<double>(x)), 0)));
        BOOST_TEST(std::isnan(lane(acosh(batch<float>(x)), 0)));
    }
}

BOOST_AUTO_TEST_CASE(digamma_keeps_its_digits_next_to_its_zeros)
{
    for (auto const& [x, value] : {
             reference{-0.5040830082644554, 7.289763902976895e-17},
             reference{-0.5040820082644553, 8.939797750801414e-06},
             reference{-1.5734984731623904, 1.5649788481838454e-16},
             reference{-1.5734974731623903, 9.941505814916212e-06},
             reference{-9.702672540001863, 4.939256869086382e-15},
             reference{-9.702671540001862, 1.5168191705801937e-05},
             reference{-28.761458227264864, 3.2713979794656247e-14},
             reference{-28.76145722726486, 2.123489735681867e-05},
             reference{-31.765982812458248, 1.4691482172393513e-14},
             reference{-31.765981812458243, 2.190758629491492e-05},
             // Next to a zero far left, those of all doubles among them that come closest to one.
             reference{-44.7806310881875, -2.7581476186221766e-14},
             reference{-44.78063108818749, 1.4568952035021974e-13},
             reference{-87.80536027839507, -3.819390762310924e-16},
             reference{-2977.8808777877402, 1.3170578140239664e-16},
             reference{-6066919.936815942, -1.0898989210994849e-15},
             reference{-204097275.94819948, 5.8259026963404104e-16},
             reference{-163103138241.96146, 2.2392315828399232e-14},
             reference{-10775906060323.967, 3.2693454737101029e-14},
             reference{-71243556817555.97, -3.810910311192602e-15},
         }) {
        auto const actual = lane(digamma(batch<double>(x)), 0);
        BOOST_TEST(agree(actual, value, 1), text(x) << ": " << text(actual));
    }
}

BOOST_AUTO_TEST_CASE(digamma_keeps_its_digits_where_its_recurrence_is_long)
{
    for (auto const& [x, value] : {
             reference{2.017009751225468, 0.43369644376147853},
             reference{3.0041099007335594, 0.9244061746940164},
             reference{6.069314431360153, 1.718607847430494},
             reference{7.013303235234411, 1.8748249033749025},
             reference{7.140155008113223, 1.8940766020134554},
         }) {
        auto const actual = lane(digamma(batch<double>(x)), 0);
        BOOST_TEST(agree(actual, value, 4), text(x) << ": " << text(actual));
    }
}

BOOST_AUTO_TEST_CASE(erfc_keeps_its_digits_where_it_is_tiny)
{
    for (auto const& [x, value] : {
             reference{6.25, 9.672204131876253e-19},
             reference{13.123292340210982, 6.879969405566569e-77},
             reference{15.42442846733004, 1.7298472008500292e-105},
             reference{20.5, 8.450842369572458e-185},
             reference{26.5, 2.2109076642637343e-307},
             reference{27.0, 5.23705e-319},
         }) {
        auto const actual = lane(erfc(batch<double>(x)), 0);
        BOOST_TEST(agree(actual, value, 4), text(x) << ": " << text(actual));
    }
}

// Where roundings of a division, of a square and of an exponential come together.
BOOST_AUTO_TEST_CASE(erfc_of_floats_loses_no_more_than_three_places)
{
    for (auto const& [x, value] : {
             reference{6.526648044586182, 2.7044453854867382e-20},
             reference{6.78588342666626, 8.255425567409646e-22},
             reference{7.329186916351318, 3.576254998234014e-25},
         }) {
        auto const actual = lane(erfc(batch<float>(x)), 0);
        auto const rounded = static_cast<float>(value);
        BOOST_TEST(agree(actual, rounded, 3), text(x) << ": " << text(actual));
    }
}

BOOST_AUTO_TEST_CASE(sinc_of_a_subnormal_number_is_one)
{
    for (int n = 1; n < 1000; ++n) {
        BOOST_TEST(lane(sinc(batch<double>(n * limits<double>::denorm_min())), 0) == 1);
        BOOST_TEST(lane(sinc(batch<float>(n * limits<float>::denorm_min())), 0) == 1);
    }
}

BOOST_AUTO_TEST_CASE(sines_and_cosines_stay_within_one)
{
    std::mt19937_64 generator(3);
    std::uniform_real_distribution<double> distance(-1e-7, 1e-7);
    constexpr double half_pi = 1.5707963267948966;
    for (int i = 0; i < 20000; ++i) {
        auto const x = half_pi * (i % 1000) + distance(generator) * (i % 7);
        for (auto const value : {lane(sin(batch<double>(x)), 0), lane(cos(batch<double>(x)), 0)}) {
            BOOST_TEST(std::abs(value) <= 1);
        }
        auto const single = static_cast<float>(x);
        for (auto const value :
             {lane(sin(batch<float>(single)), 0), lane(cos(batch<float>(single)), 0)}) {
            BOOST_TEST(std::abs(value) <= 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(large_angles_keep_their_digits_next_to_multiples_of_a_right_angle)
{
    std::vector<double> angles{
        6381956970095103 * 0x1p797, 1.2853022199154463e+174, 1.5986289000543612e+74};
    std::mt19937_64 generator(5);
    std::uniform_real_distribution<double> exponent(19, 1023);
    std::uniform_int_distribution<int> turns(1 << 20, 1 << 30);
    for (int i = 0; i < 5000; ++i) {
        angles.push_back(std::exp2(exponent(generator)));
        angles.push_back(1.5707963267948966 * turns(generator));
    }
    auto const is_near = [](double value, long double exact) {
        return std::abs(value - exact) <= limits<double>::epsilon() * std::abs(exact);
    };
    for (auto const x : angles) {
        long double const wide = x;
        batch<double> const both(x);
        BOOST_TEST(is_near(lane(sin(both), 0), std::sin(wide)), x);
        BOOST_TEST(is_near(lane(cos(both), 0), std::cos(wide)), x);
        BOOST_TEST(is_near(lane(tan(both), 0), std::tan(wide)), x);
        BOOST_TEST(is_near(lane(sincos(-both).sine, 0), std::sin(-wide)), x);
        BOOST_TEST(is_near(lane(sincos(-both).cosine, 0), std::cos(-wide)), x);
    }
}

BOOST_AUTO_TEST_CASE(error_functions_reach_their_ends)
{
    auto const check_ends = []<class T>(T, T whole, T last, T zero) {
        using B = batch<T>;
        BOOST_TEST(lane(erf(B(whole)), 0) == 1);
        BOOST_TEST(lane(erf(B(-whole)), 0) == -1);
        BOOST_TEST(std::signbit(lane(erf(B(T(-0.))), 0)));
        BOOST_TEST(lane(erfc(B(0)), 0) == 1);
        BOOST_TEST(lane(erfc(B(-whole)), 0) == 2);
        BOOST_TEST(lane(erfc(B(last)), 0) > 0);
        BOOST_TEST(lane(erfc(B(zero)), 0) == 0);
        BOOST_TEST(std::isnan(lane(erf(B(limits<T>::quiet_NaN())), 0)));
        BOOST_TEST(std::isnan(lane(erfc(B(limits<T>::quiet_NaN())), 0)));
    };
    check_ends(double(), 6., 27.2, 27.3);
    check_ends(float(), 4.f, 10.f, 10.1f);
}
