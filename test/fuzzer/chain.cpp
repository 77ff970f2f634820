#include "chain.hpp"

#include <xgrad/xgrad.hpp>

#include <sstream>

namespace fuzzer {
namespace {

// What a statement can be: the same text for tensors and for the reference's numbers. `V` is of
// constants. Most results are small, so that long chains stay so.
struct link_operation
{
    char const* name;
    std::size_t operands;
};

constexpr link_operation link_operations[] = {
    {"x + y", 2},
    {"x * y", 2},
    {"x / (2 + y * y)", 2},
    {"sin(x)", 1},
    {"tanh(x)", 1},
    {"exp(-x * x)", 1},
    {"sqrt(1 + x * x)", 1},
    {"x * tanh(y) + z", 3},
    {"0.5 * x", 1},
    {"sigmoid(x) * y", 2},
    {"log1p(x * x) - sin(y)", 2},
    {"x * x", 1},
    {"fma(0.5 * tanh(x), y, z)", 3},
    {"where(x > y, x, 0.5 * z)", 3},
    {"maximum(x, y)", 2},
    {"x - 0.125", 1},
};

template <class V, class X, class F>
void with_link(std::size_t what, X const& x, X const& y, X const& z, F const& store)
{
    // clang-format off
    switch (what) {
    case 0: return store(x + y);
    case 1: return store(x * y);
    case 2: return store(x / (V(2) + y * y));
    case 3: return store(sin(x));
    case 4: return store(tanh(x));
    case 5: return store(exp(-x * x));
    case 6: return store(sqrt(V(1) + x * x));
    case 7: return store(x * tanh(y) + z);
    case 8: return store(V(0.5) * x);
    case 9: return store(sigmoid(x) * y);
    case 10: return store(log1p(x * x) - sin(y));
    case 11: return store(x * x);
    case 12: return store(fma(V(0.5) * tanh(x), y, z));
    case 13: return store(where(x > y, x, V(0.5) * z));
    case 14: return store(maximum(x, y));
    default: return store(x - V(0.125));
    }
    // clang-format on
}

bool is_mean(chain_total total)
{
    return total == chain_total::mean_of_tensor || total == chain_total::mean_of_expression;
}

bool sums_expression(chain_total total)
{
    return total == chain_total::sum_of_expression || total == chain_total::mean_of_expression;
}

// Values of the registers before the first statement: exact in float, too.
double value_at(chain const& c, std::size_t which, std::size_t r, std::size_t element)
{
    auto const mixed = (element + 1) * 2654435761u + r * 40503u + which * 97u + c.seed * 7919u;
    return (static_cast<double>((mixed >> 7) % 4001u) - 2000) / 1024;
}

bool is_array(chain const& c, std::size_t r)
{
    return r == 0 || r == 3 || (r == 1 && !c.second_is_scalar);
}

} // namespace

std::vector<link> some_links(dice& d, std::size_t length, std::size_t known)
{
    std::vector<link> result;
    bool const has_corners = d.one_in(3);
    auto registers = known;
    while (result.size() < length) {
        link next{d.below(std::size(link_operations)), {}, 0};
        if ((next.what == 13 || next.what == 14) && !has_corners) {
            continue;
        }
        for (auto& operand : next.operands) {
            auto const recent = std::min<std::size_t>(registers, 3);
            operand = d.one_in(2) ? registers - 1 - d.below(recent) : d.below(registers);
        }
        bool const renews = registers > known && d.one_in(6);
        next.target = renews ? known + d.below(registers - known) : registers++;
        result.push_back(next);
    }
    return result;
}

chain generate_chain(std::uint64_t seed)
{
    dice d(seed);
    chain c;
    c.seed = seed;
    c.size = std::vector<std::size_t>{1, 7, 64, 65, 66, 200, 1000, 1024, 1025, 3000}[d.below(10)];
    c.second_is_scalar = d.one_in(2);
    auto const length = 1 + d.below(d.one_in(2) ? 8 : 40);
    c.links = some_links(d, length, chain::first_free);
    for (auto const& one : c.links) {
        c.registers = std::max(c.registers, one.target + 1);
    }
    c.total = static_cast<chain_total>(d.below(4));
    return c;
}

template <class T>
std::vector<xgrad::tensor<T>> registers_of(chain const& c, std::size_t which)
{
    std::vector<xgrad::tensor<T>> registers(c.registers);
    for (std::size_t r = 0; r < chain::first_free; ++r) {
        // What the function captures does not change from call to call.
        auto const set = r < chain::arguments ? which : 0;
        std::vector<T> elements(is_array(c, r) ? c.size : 1);
        for (std::size_t i = 0; i < elements.size(); ++i) {
            elements[i] = static_cast<T>(value_at(c, set, r, i));
        }
        registers[r] =
            is_array(c, r) ? xgrad::constant(elements, {c.size}) : xgrad::tensor<T>(elements[0]);
    }
    return registers;
}

template <class T>
void run_links(
    std::vector<link> const& links,
    std::vector<xgrad::tensor<T>>& registers,
    std::size_t first,
    std::size_t end)
{
    for (auto k = first; k < end; ++k) {
        auto const& s = links[k];
        with_link<T>(
            s.what,
            registers[s.operands[0]],
            registers[s.operands[1]],
            registers[s.operands[2]],
            [&](auto const& value) { registers[s.target] = value; });
    }
}

template <class T>
xgrad::tensor<T> total_of(chain const& c, std::vector<xgrad::tensor<T>> const& registers)
{
    auto const& last = registers[c.links.back().target];
    auto const& x = registers[0];
    switch (c.total) {
    case chain_total::sum_of_tensor:
        return sum(last);
    case chain_total::mean_of_tensor:
        return mean(last);
    case chain_total::sum_of_expression:
        return sum(sin(last) * x);
    default:
        return mean(sin(last) * x);
    }
}

template <class Real>
void run_links(
    std::vector<link> const& links,
    std::vector<number<Real>>& registers,
    std::size_t first,
    std::size_t end)
{
    for (auto k = first; k < end; ++k) {
        auto const& s = links[k];
        with_link<Real>(
            s.what,
            registers[s.operands[0]],
            registers[s.operands[1]],
            registers[s.operands[2]],
            [&](number<Real> const& value) { registers[s.target] = value; });
    }
}

template <class Real>
std::vector<Real> derivatives(chain const& c, std::size_t which, std::ptrdiff_t by)
{
    std::vector<bool> array(c.registers, false);
    for (std::size_t r = 0; r < chain::first_free; ++r) {
        array[r] = is_array(c, r);
    }
    bool moved_array = by < 0 && array[static_cast<std::size_t>(by + 3)];
    for (std::size_t k = 0; k < c.links.size(); ++k) {
        auto const& s = c.links[k];
        bool any = false;
        for (std::size_t i = 0; i < link_operations[s.what].operands; ++i) {
            any = any || array[s.operands[i]];
        }
        array[s.target] = any;
        if (static_cast<std::ptrdiff_t>(k) == by) {
            moved_array = any;
        }
    }
    // A sum of a scalar has one summand.
    bool const one = !array[c.links.back().target] && !sums_expression(c.total);
    auto const size = one ? 1 : c.size;
    std::vector<Real> result(moved_array ? c.size : 1, Real(0));
    for (std::size_t i = 0; i < size; ++i) {
        std::vector<number<Real>> registers(c.registers);
        for (std::size_t r = 0; r < chain::first_free; ++r) {
            auto const set = r < chain::arguments ? which : 0;
            registers[r] = static_cast<Real>(value_at(c, set, r, array[r] ? i : 0));
        }
        auto const middle = static_cast<std::size_t>(by < 0 ? 0 : by + 1);
        run_links(c.links, registers, 0, middle);
        registers[by < 0 ? static_cast<std::size_t>(by + 3) : c.links[middle - 1].target].first = 1;
        run_links(c.links, registers, middle, c.links.size());
        auto value = registers[c.links.back().target];
        if (sums_expression(c.total)) {
            value = sin(value) * registers[0];
        }
        auto const share = is_mean(c.total) ? value.first / static_cast<Real>(size) : value.first;
        result[moved_array ? i : 0] += share;
    }
    return result;
}

std::string chain::text() const
{
    std::ostringstream out;
    out << "chain " << seed << " (XGRAD_FUZZ_SEED=" << seed << " XGRAD_FUZZ_PROGRAMS=1), arrays of "
        << size << ", r1 is " << (second_is_scalar ? "a scalar" : "an array") << '\n';
    for (auto const& s : links) {
        out << "  r" << s.target << " = " << link_operations[s.what].name << " of";
        for (std::size_t i = 0; i < link_operations[s.what].operands; ++i) {
            out << " r" << s.operands[i];
        }
        out << '\n';
    }
    out << "  value: " << (is_mean(total) ? "mean of " : "sum of ")
        << (sums_expression(total) ? "sin(last) * r0" : "the last") << '\n';
    return out.str();
}

template std::vector<xgrad::tensor<double>> registers_of(chain const&, std::size_t);
template std::vector<xgrad::tensor<float>> registers_of(chain const&, std::size_t);
template void
run_links(std::vector<link> const&, std::vector<xgrad::tensor<double>>&, std::size_t, std::size_t);
template void
run_links(std::vector<link> const&, std::vector<xgrad::tensor<float>>&, std::size_t, std::size_t);
template xgrad::tensor<double> total_of(chain const&, std::vector<xgrad::tensor<double>> const&);
template xgrad::tensor<float> total_of(chain const&, std::vector<xgrad::tensor<float>> const&);
template void
run_links(std::vector<link> const&, std::vector<number<long double>>&, std::size_t, std::size_t);
template void
run_links(std::vector<link> const&, std::vector<number<double>>&, std::size_t, std::size_t);
template void
run_links(std::vector<link> const&, std::vector<number<float>>&, std::size_t, std::size_t);
template std::vector<long double> derivatives(chain const&, std::size_t, std::ptrdiff_t);
template std::vector<double> derivatives(chain const&, std::size_t, std::ptrdiff_t);
template std::vector<float> derivatives(chain const&, std::size_t, std::ptrdiff_t);

} // namespace fuzzer
