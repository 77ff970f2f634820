// Statements in float inside a program of doubles, and those that mix both. The reference rounds
// as they do, so that it knows what single precision gets wrong.
#include "chain.hpp"
#include "suit.hpp"

#include <xgrad/xgrad.hpp>

namespace fuzzer {
namespace {

template <class To, class From>
number<To> rounded_to(number<From> const& x)
{
    return {
        static_cast<To>(x.value),
        static_cast<To>(x.first),
        static_cast<To>(x.second),
        static_cast<To>(x.mixed)};
}

/// In the reference's double precision, a float's; exact in long double.
template <class Real>
using narrow = std::conditional_t<std::is_same_v<Real, double>, float, Real>;

template <class Real>
number<Real> in_float(number<Real> const& x)
{
    return rounded_to<Real>(rounded_to<narrow<Real>>(x));
}

std::vector<link> links_of(integers const& numbers)
{
    dice d(static_cast<std::uint64_t>(numbers[0]));
    return some_links(d, static_cast<std::size_t>(numbers[1]), 2);
}

std::size_t count_registers(std::vector<link> const& links)
{
    std::size_t count = 2;
    for (auto const& s : links) {
        count = std::max(count, s.target + 1);
    }
    return count;
}

// Several statements in float between two casts.
operation float_statements()
{
    auto result = array_operation(
        "in float",
        2,
        [](tensors& names, statement const& s) {
            auto const links = links_of(s.numbers);
            std::vector<xgrad::tensor<float>> registers(count_registers(links));
            registers[0] = xgrad::cast<float>(names[s.operands[0]]);
            registers[1] = xgrad::cast<float>(names[s.operands[1]]);
            run_links(links, registers, 0, links.size());
            // In the shape of the first operand, whatever the statements read.
            names[s.target] =
                xgrad::cast<double>(registers[links.back().target] + 0.5f * registers[0]);
        },
        []<class Real>(arrays<Real> const& x, integers const& n) {
            auto const links = links_of(n);
            return elementwise(x, [&](auto const& e) {
                std::vector<number<narrow<Real>>> registers(count_registers(links));
                registers[0] = rounded_to<narrow<Real>>(e[0]);
                registers[1] = rounded_to<narrow<Real>>(e[1]);
                auto const first = registers[0];
                run_links(links, registers, 0, links.size());
                return rounded_to<Real>(registers[links.back().target] + narrow<Real>(0.5) * first);
            });
        },
        [](dice& d, shapes const& s) -> suited {
            auto whole = s[0];
            if (!join(whole, s[1]) || whole != s[0]) {
                return {};
            }
            auto const seed = static_cast<std::ptrdiff_t>(d.below(1u << 30));
            return integers{seed, 1 + static_cast<std::ptrdiff_t>(d.below(6))};
        });
    result.single = true;
    return result;
}

template <class F, class... Domain>
operation mixed(std::string name, F f, Domain... operands)
{
    auto result = line(std::move(name), f, operands...);
    result.single = true;
    return result;
}

} // namespace

// The casts of the reference.
template <class T, class Real>
number<Real> cast(number<Real> const& x)
{
    return std::is_same_v<T, float> ? in_float(x) : x;
}

template <class T, xgrad::array_operand X>
auto cast(X const& x)
{
    return xgrad::cast<T>(x);
}

/// A statement of its own.
template <class Real>
number<Real> done(number<Real> const& x)
{
    return x;
}

template <xgrad::array_operand X>
auto done(X const& x)
{
    return xgrad::as_tensor(x);
}

// clang-format off
std::vector<operation> const& floats()
{
    using enum domain;
    static std::vector<operation> const all{
        float_statements(),
        mixed("float in double", [](auto const& x, auto const& y) { return y * cast<double>(done(cast<float>(sin(x)))); }, any, any),
        mixed("double in float", [](auto const& x, auto const& y) { return tanh(y) + cast<double>(done(exp(0.5f * done(cast<float>(sin(x)))))); }, any, any),
    };
    return all;
}
// clang-format on

} // namespace fuzzer
