// A chain against the reference, in double and in float, and against its replay.
#include "check.hpp"
#include "expectation.hpp"

#include <xgrad/xgrad.hpp>

#include <limits>

namespace fuzzer {
namespace {

using namespace xgrad;

grad_options const zeros{.unconnected = unconnected::zero};

template <class T>
auto function_of(chain const& c)
{
    return [c, known = registers_of<T>(c, 0)](auto const&... arguments) {
        auto registers = known;
        std::size_t next = 0;
        ((registers[next++] = arguments), ...);
        run_links(c.links, registers, 0, c.links.size());
        return total_of(c, registers);
    };
}

/// The gradients by the arguments and by some results of statements.
template <class T>
void compare_with_reference(chain const& c, comparison& result)
{
    auto tape = create_tape({.persistent = true});
    auto registers = registers_of<T>(c, 0);
    std::vector<tensor<T>> sources(registers.begin(), registers.begin() + c.arguments);
    std::vector<std::ptrdiff_t> by{-3, -2, -1};
    dice d(c.seed + 1);
    for (std::size_t k = 0; k < c.links.size(); ++k) {
        run_links(c.links, registers, k, k + 1);
        if (d.one_in(c.links.size() / 3 + 1)) {
            by.push_back(static_cast<std::ptrdiff_t>(k));
            sources.push_back(registers[c.links[k].target]);
        }
    }
    auto const total = total_of(c, registers);
    auto const gradients = grad(tape, total, sources, zeros);
    auto const again = grad(tape, total, sources, zeros);
    for (std::size_t i = 0; i < by.size(); ++i) {
        auto const name = "the gradient by " +
            (by[i] < 0 ? "argument r" + std::to_string(by[i] + 3)
                       : "the result of statement " + std::to_string(by[i]));
        result.expect_same_bits(name + ", asked for again,", again[i], gradients[i]);
        clearance = std::numeric_limits<long double>::infinity();
        auto const exact = derivatives<long double>(c, 0, by[i]);
        bool const at_corner = clearance < (sizeof(T) == 4 ? 1e-2L : 1e-7L);
        auto const rounded = derivatives<T>(c, 0, by[i]);
        estimate all;
        for (std::size_t k = 0; k < exact.size(); ++k) {
            all.value = std::max(all.value, std::abs(exact[k]));
            auto const doubt = std::abs(exact[k] - rounded[k]);
            all.doubt = std::isnan(doubt) ? HUGE_VALL : std::max(all.doubt, doubt);
        }
        if (at_corner || exact.size() != gradients[i].size() ||
            !(all.doubt <= 1e-3L * std::max(1.L, all.value) && all.value < 1e9L)) {
            if (exact.size() != gradients[i].size()) {
                result.fail(name + " has another size");
            }
            continue;
        }
        std::size_t k = 0;
        for (auto const actual : gradients[i]) {
            result.expect(
                name + " [" + std::to_string(k) + "]",
                static_cast<double>(actual),
                {exact[k], std::abs(exact[k] - rounded[k])},
                all);
            ++k;
        }
    }
}

template <class T>
std::string check(chain const& c)
{
    comparison result(sizeof(T) == 4 ? 1e-5L : 1e-11L);
    compare_with_reference<T>(c, result);
    auto const f = function_of<T>(c);
    auto fast = replay(f);
    for (std::size_t which = 0; which < 4; ++which) {
        auto const x = registers_of<T>(c, which % 3);
        auto const name = " of replay " + std::to_string(which) + " in " +
            std::string(sizeof(T) == 4 ? "float" : "double") + ',';
        auto const eager = value_and_grad(f, x[0], x[1], x[2]);
        result.expect_same_bits("the value" + name, fast(x[0], x[1], x[2]), f(x[0], x[1], x[2]));
        auto const replayed = fast.value_and_grad(x[0], x[1], x[2]);
        result.expect_same_bits("the value (gradient)" + name, replayed.value, eager.value);
        auto const& [a, b, s] = eager.gradients;
        auto const& [u, v, w] = replayed.gradients;
        result.expect_same_bits("gradient 0" + name, u, a);
        result.expect_same_bits("gradient 1" + name, v, b);
        result.expect_same_bits("gradient 2" + name, w, s);
        // Fewer arguments: the others are captured; and one tensor as two of them.
        if (which == 1 && !c.second_is_scalar) {
            auto two = replay(f);
            two(x[0], x[0]);
            auto const expected = gradient(f, x[0], x[0]);
            auto const got = two.gradient(x[0], x[0]);
            result.expect_same_bits("gradient 0 of two" + name, get<0>(got), get<0>(expected));
            result.expect_same_bits("gradient 1 of two" + name, get<1>(got), get<1>(expected));
        } else if (which == 2) {
            auto one = replay(f);
            one(x[0]);
            result.expect_same_bits(
                "the only gradient" + name, one.gradient(x[0]), gradient(f, x[0]));
        }
    }
    return result.wrong();
}

} // namespace

std::string check(chain const& c)
{
    return check<double>(c) + check<float>(c);
}

} // namespace fuzzer
