// A random program: statements over named arrays, run by xgrad and by the reference.
#pragma once

#include "array.hpp"

#include <xgrad/tensor/tensor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace fuzzer {

using tensors = std::vector<xgrad::tensor<double>>;

struct operation;

/// name[target] = what(name[operands]...; numbers...). The target may be an operand.
struct statement
{
    operation const* what = nullptr;
    std::vector<std::size_t> operands = {};
    integers numbers = {};
    std::size_t target = 0;
};

/// The same numbers on every machine.
class dice
{
public:
    explicit dice(std::uint64_t seed) : bits_(seed) {}

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }

    bool one_in(std::size_t n) { return below(n) == 0; }

    double between(double low, double high)
    {
        return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53;
    }

    template <class T>
    T const& one_of(std::vector<T> const& list)
    {
        return list[below(list.size())];
    }

private:
    std::mt19937_64 bits_;
};

/// Where an operand has to lie: the map that brings it there is a statement of its own.
enum class domain
{
    any,
    positive,  // (0.4, 2.6)
    negative,  // (-2.6, -0.4)
    unit,      // (-0.9, 0.9)
    above_one, // (1.2, 2.8)
    fraction   // (0.1, 0.9)
};

struct operation
{
    std::string name;
    std::vector<domain> operands;
    std::function<void(tensors&, statement const&)> run;
    std::function<array<long double>(arrays<long double> const&, integers const&)> exact;
    std::function<array<double>(arrays<double> const&, integers const&)> rounded;
    /// Numbers (axes, slices ...) that suit operands of these shapes; nothing where none do. Where
    /// it is empty, the operands are broadcast and there are no numbers.
    std::function<std::optional<integers>(dice&, std::vector<shape> const&)> suit = {};
    bool in_place = false; // the target is the first operand
    bool single = false;   // computes in float somewhere
};

/// An operation whose reference is `f(arrays, numbers)` in either precision.
template <class Run, class F, class Suit>
operation array_operation(std::string name, std::size_t operands, Run run, F f, Suit suit)
{
    return {std::move(name), std::vector(operands, domain::any), run, f, f, suit};
}

/// An elementwise expression: the same text for tensors and for the reference's numbers.
template <class... Domain, class F>
operation line(std::string name, F f, Domain... operands)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> operation {
        auto const run = [f](tensors& names, statement const& s) {
            names[s.target] = f(names[s.operands[I]]...);
        };
        auto const reference = [f]<class Real>(arrays<Real> const& x, integers const&) {
            return elementwise(x, [&](auto const& e) -> number<Real> { return f(e[I]...); });
        };
        return {std::move(name), {operands...}, run, reference, reference};
    }(std::index_sequence_for<Domain...>());
}

/// A file each: single rules, expressions of several, movement, parts, statements in float,
/// reductions and updates.
std::vector<operation> const& operators();
std::vector<operation> const& fused();
std::vector<operation> const& movement();
std::vector<operation> const& views();
std::vector<operation> const& floats();
std::vector<operation> const& reductions();

struct program
{
    std::uint64_t seed = 0;
    std::vector<shape> inputs;               // of the first names
    std::vector<std::vector<double>> values; // and theirs
    std::vector<statement> statements;
    std::size_t names = 0;
    std::vector<std::size_t> results; // names that make up the value of the program: `beginning`

    std::string text() const;
};

/// The program of a seed: no argument is near a singular point, no value is large.
program generate(std::uint64_t seed);

/// The first statements of a program. Its results are the names that none of them reads again.
program beginning(program p, std::size_t length);

/// The value of a program, a scalar: the sum of its results, each element with a weight of its own.
/// What the statements compute that `results` names by their numbers is stored there.
xgrad::tensor<double>
run(program const& p,
    tensors const& inputs,
    std::map<std::size_t, xgrad::tensor<double>>* results = nullptr);

/// An element of what a statement computes.
struct place
{
    std::size_t statement = static_cast<std::size_t>(-1);
    std::size_t element = 0;
};

/// The same by the reference. To the first derivative is added that by one place. `sizes` hears how
/// many elements each statement computes.
number<long double> run_exactly(
    program const& p,
    std::vector<array<long double>> inputs,
    place const& moved = {},
    std::vector<std::size_t>* sizes = nullptr);
number<double>
run_rounded(program const& p, std::vector<array<double>> inputs, place const& moved = {});

/// The weight of element i of a result.
inline double weight(std::size_t i)
{
    return 0.5 + static_cast<double>((i * 7 + 3) % 11) / 8;
}

} // namespace fuzzer
