// A long search for the largest error of each vector function, over its whole domain and where
// errors are most likely. What bench/functions.cpp prints beside times is found in less.
//
//     accuracy [NAME ...]        double: the worst of a million points a function
//     accuracy --floats ...      float: all numbers, against ours in double; pairs: as double
//     accuracy --digest ...      a checksum of the results, to compare instruction sets
//     accuracy --points N ...    how many points
//     accuracy --step N ...      of huge and tiny floats every N-th run only
#include "support/edges.hpp"
#include "support/function_table.hpp"

#include <xgrad/ops/activation.hpp>

#include <cstring>
#include <map>
#include <string_view>

namespace {
using namespace bench::functions;
using xgrad::simd::batch;
using narrow = long double;

// Wide enough to tell most points from the worst; the worst are measured with the reference. The
// others have no function of that type or a poor one.
std::map<std::string_view, std::function<narrow(narrow, narrow)>> const& quick_references()
{
#define QUICK(name)                                                                                \
    {                                                                                              \
        #name, [](narrow x, narrow) { return std::name(x); }                                       \
    }
#define QUICK_OF_TWO(name)                                                                         \
    {                                                                                              \
        #name, [](narrow x, narrow y) { return std::name(x, y); }                                  \
    }
    static std::map<std::string_view, std::function<narrow(narrow, narrow)>> const table{
        QUICK(exp),          QUICK(exp2),         QUICK(expm1),       QUICK(log),
        QUICK(log2),         QUICK(log10),        QUICK(log1p),       QUICK(cbrt),
        QUICK(sin),          QUICK(cos),          QUICK(tan),         QUICK(asin),
        QUICK(acos),         QUICK(atan),         QUICK(sinh),        QUICK(cosh),
        QUICK(tanh),         QUICK(asinh),        QUICK(acosh),       QUICK(atanh),
        QUICK(erf),          QUICK(erfc),         QUICK(tgamma),      QUICK_OF_TWO(pow),
        QUICK_OF_TWO(atan2), QUICK_OF_TWO(hypot), QUICK_OF_TWO(fmod), QUICK_OF_TWO(remainder)};
#undef QUICK
#undef QUICK_OF_TWO
    return table;
}

wide sigmoid_reference(wide x)
{
    return 1 / (1 + expq(-x));
}

wide sinc_reference(wide x)
{
    auto const whole = rintq(x);
    auto const sine = sinq(pi * (x - whole));
    auto const odd = fmodq(whole, 2) != 0;
    return x == 0 ? wide(1) : isinfq(x) ? wide(0) : (odd ? -sine : sine) / (pi * x);
}

wide gelu_tanh_reference(wide x)
{
    auto const u = sqrtq(2 / pi) * (x + wide(44715) / 1000000 * x * x * x);
    return isinfq(x) ? (x < 0 ? wide(0) : x) : x * sigmoid_reference(2 * u);
}

template <class Ours, class Reference>
function kin(std::string name, double bound, Ours ours, Reference reference)
{
    return line(name, bound, {-10, 10}, ours, reference, nullptr, nullptr);
}

/// Functions that stand beside those of the table, and those that rules are made of.
std::vector<function> more_functions()
{
    using namespace xgrad;
    wide const root_half = sqrtq(wide(0.5));
    return {
        kin(
            "sincos.sine", 2, [](auto x) { return sincos(x).sine; }, sinq),
        kin(
            "sincos.cosine", 2, [](auto x) { return sincos(x).cosine; }, cosq),
        kin(
            "sinhcosh.cosine", 2, [](auto x) { return sinhcosh(x).cosine; }, coshq),
        kin(
            "sinc", 4, [](auto x) { return sinc(x); }, sinc_reference),
        kin(
            "sigmoid", 4, [](auto x) { return sigmoid(x); }, sigmoid_reference),
        kin(
            "softplus",
            4,
            [](auto x) { return rules::softplus_rule::value(x); },
            [](wide x) { return (x > 0 ? x : wide(0)) + log1pq(expq(-fabsq(x))); }),
        kin(
            "log_sigmoid",
            4,
            [](auto x) { return rules::log_sigmoid_rule::value(x); },
            [](wide x) { return (x < 0 ? x : wide(0)) - log1pq(expq(-fabsq(x))); }),
        kin(
            "logit",
            4,
            [](auto x) { return rules::logit_rule::value(x); },
            [](wide x) {
                return x > wide(0.25) ? log1pq((2 * x - 1) / (1 - x)) : logq(x / (1 - x));
            }),
        kin(
            "silu",
            4,
            [](auto x) { return silu(x); },
            [](wide x) { return isinfq(x) && x < 0 ? wide(0) : x * sigmoid_reference(x); }),
        kin(
            "gelu",
            4,
            [](auto x) { return gelu(x); },
            [root_half](wide x) {
                return isinfq(x) && x < 0 ? wide(0) : x * erfcq(-x * root_half) / 2;
            }),
        kin(
            "gelu_tanh", 4, [](auto x) { return gelu_tanh(x); }, gelu_tanh_reference),
        kin(
            "exp_minus_square",
            4,
            [](auto x) { return exp_minus_square(x); },
            [](wide x) { return expq(-x * x); })};
}

/// The zero of ψ between -n and 1 - n, -n + f: ψ(n + 1 - f) = π cot πf, so that f = acot(ψ/π)/π.
double zero_of_digamma(double n)
{
    constexpr double pi_in_double = 3.14159265358979323846;
    double f = 0.25;
    for (int i = 0; i < 16; ++i) {
        std::array<double, batch<double>::size> psi;
        digamma(batch<double>(n + 1 - f)).store(psi.data());
        f = std::atan2(pi_in_double, psi[0]) / pi_in_double;
    }
    return f - n;
}

template <class T>
points<T> search_points(function const& f, std::size_t count, std::uint64_t seed)
{
    points<T> at(f, 0, false);
    edges<T> numbers(seed);
    for (std::size_t i = 0; i < count; ++i) {
        auto x = numbers.next();
        auto y = numbers.next();
        auto const choice = numbers.below(3);
        if (f.name == "pow" && choice > 0) {
            x = std::abs(x);
            y = numbers.exponent_for(x);
        } else if (f.name == "digamma" && choice > 0) {
            auto const n = 1 + numbers.below(std::uint64_t{1} << numbers.below(50));
            x = numbers.beside(static_cast<T>(zero_of_digamma(static_cast<double>(n))));
        } else if (f.binary && choice > 0) {
            y = numbers.beside_multiple(x);
        }
        at.x.push_back(x);
        at.y.push_back(y);
    }
    return at;
}

template <class T>
worst search(function const& f, std::size_t count)
{
    constexpr std::size_t round = 1 << 14;
    auto const& quick = quick_references();
    auto const found = quick.find(f.name);
    worst result;
    std::vector<T> out(round);
    for (std::size_t done = 0; done < count; done += round) {
        auto const at = search_points<T>(f, round, done + 1);
        f.in<T>().ours(at.x.data(), at.y.data(), out.data(), round);
        for (std::size_t i = 0; i < round; ++i) {
            auto const x = at.x[i];
            auto const y = at.y[i];
            if (found != quick.end() &&
                error_of(out[i], found->second(x, y), f.floor) < result.error) {
                continue;
            }
            auto const error = error_of(out[i], f.reference(x, y), f.floor);
            if (error > result.error) {
                result = {error, static_cast<double>(x), static_cast<double>(y)};
            }
        }
    }
    return result;
}

/// |a - e| in ulps of floats; `floor` as in error_of.
batch<double> float_error(batch<double> a, batch<double> e, double floor)
{
    using namespace xgrad::simd;
    using B = batch<double>;
    B const most(0x1p128);
    auto const bounded = [&](B v) { return select(abs(v) > most, copysign(most, v), v); };
    auto const magnitude =
        larger_number(smaller_number(abs(e), B(0x1.fffffep127)), B(std::max(floor, 0x1p-126)));
    auto const unit =
        from_bits<double>(
            to_bits<double>(magnitude) & bit_batch<double>(std::uint64_t{0x7ff} << 52)) *
        B(0x1p-23);
    auto const error = abs(bounded(a) - bounded(e)) / unit;
    auto const no_number =
        select(isnan(a) && isnan(e), B(0), B(std::numeric_limits<double>::infinity()));
    return select(isnan(a) || isnan(e), no_number, error);
}

/// Every float, the value in double taken for exact; of those beyond 2^-30 and 2^13 every `step`-th
/// run of numbers.
worst search_all_floats(function const& f, std::uint64_t step)
{
    constexpr std::size_t round = 1 << 12;
    constexpr std::uint64_t tiny = std::bit_cast<std::uint32_t>(0x1p-30f);
    constexpr std::uint64_t huge = std::bit_cast<std::uint32_t>(0x1p13f);
    constexpr std::uint64_t sign = std::uint64_t{1} << 31;
    std::vector<float> x(round);
    std::vector<double> actual(round);
    std::vector<double> expected(round);
    worst result;
    for (std::uint64_t first = 0; first < 2 * sign; first += round) {
        auto const magnitude = first % sign;
        if ((magnitude < tiny || magnitude >= huge) && first / round % step != 0) {
            continue;
        }
        for (std::size_t i = 0; i < round; ++i) {
            x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i));
        }
        std::vector<double> const in_double(x.begin(), x.end());
        f.in<double>().ours(in_double.data(), in_double.data(), expected.data(), round);
        f.in<float>().ours(x.data(), x.data(), x.data(), round);
        std::copy(x.begin(), x.end(), actual.begin());
        constexpr auto size = batch<double>::size;
        for (std::size_t i = 0; i < round; i += size) {
            auto const error = float_error(
                batch<double>::load(&actual[i]), batch<double>::load(&expected[i]), f.floor);
            if (any(error > batch<double>(result.error))) {
                std::array<double, size> errors;
                error.store(errors.data());
                for (std::size_t lane = 0; lane < size; ++lane) {
                    if (errors[lane] > result.error) {
                        result = {errors[lane], in_double[i + lane], 0};
                    }
                }
            }
        }
    }
    return result;
}

template <class T>
std::uint64_t digest(function const& f, std::size_t count)
{
    constexpr std::size_t round = 1 << 12;
    using bits = typename xgrad::simd::format<T>::bits;
    std::uint64_t sum = 0xcbf29ce484222325;
    std::vector<T> out(round);
    for (std::size_t done = 0; done < count; done += round) {
        auto const at = search_points<T>(f, round, done + 1);
        f.in<T>().ours(at.x.data(), at.y.data(), out.data(), round);
        for (auto const value : out) {
            auto const pattern = std::isnan(value) ? ~bits{0} : std::bit_cast<bits>(value);
            sum = (sum ^ pattern) * 0x100000001b3;
        }
    }
    return sum;
}

void report(function const& f, char const* type, worst const& found)
{
    std::printf(
        "%-16s %-6s %8.3f ulp%s   (%.17g, %.17g)\n",
        f.name.c_str(),
        type,
        found.error,
        found.error > f.bound ? " !" : "  ",
        found.x,
        found.y);
    std::fflush(stdout);
}
} // namespace

int main(int count, char** arguments)
{
    std::vector<std::string> names;
    std::size_t number = 1 << 20;
    std::uint64_t step = 1;
    bool floats = false;
    bool digests = false;
    for (int i = 1; i < count; ++i) {
        std::string const argument = arguments[i];
        if (argument == "--floats") {
            floats = true;
        } else if (argument == "--digest") {
            digests = true;
        } else if (argument == "--points" && i + 1 < count) {
            number = std::stoul(arguments[++i]);
        } else if (argument == "--step" && i + 1 < count) {
            step = std::stoul(arguments[++i]);
        } else {
            names.push_back(argument);
        }
    }
    auto table = make_table();
    for (auto& f : more_functions()) {
        table.push_back(f);
    }
    for (auto const& f : table) {
        if (!names.empty() && std::ranges::find(names, f.name) == names.end()) {
            continue;
        }
        if (digests) {
            std::printf(
                "%-16s %016llx %016llx\n",
                f.name.c_str(),
                static_cast<unsigned long long>(digest<double>(f, number)),
                static_cast<unsigned long long>(digest<float>(f, number)));
            std::fflush(stdout);
        } else if (!floats) {
            report(f, "double", search<double>(f, number));
        } else if (f.binary) {
            report(f, "float", search<float>(f, number));
        } else {
            report(f, "float", search_all_floats(f, step));
        }
    }
}
