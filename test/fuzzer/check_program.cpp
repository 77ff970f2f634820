// A program against the reference, in every mode of differentiation, and against its replay.
#include "check.hpp"
#include "expectation.hpp"

#include <xgrad/xgrad.hpp>

#include <set>

namespace fuzzer {
namespace {

using namespace xgrad;

tensor<double> element_of(tensor<double> const& x, std::size_t place)
{
    return view(ravel(x), place);
}

using doubles = std::vector<double>;

doubles elements_of(tensor<double> const& x)
{
    return doubles(x.begin(), x.end());
}

grad_options const zeros{.unconnected = unconnected::zero};

std::vector<tensor<double>> inputs_of(program const& p, double factor = 1)
{
    std::vector<tensor<double>> inputs;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        auto values = p.values[i];
        for (auto& one : values) {
            one *= factor;
        }
        inputs.push_back(constant(values, p.inputs[i]));
    }
    return inputs;
}

/// Sources of all kinds: inputs, results of statements, the target itself, some given twice.
struct source_set
{
    std::vector<tensor<double>> sources;
    std::map<std::size_t, std::size_t> place_of; // statement -> source
    tensor<double> target;

    source_set(program const& p, expectation const& e, std::vector<tensor<double>> const& x)
        : sources(x)
    {
        std::map<std::size_t, tensor<double>> results;
        for (auto const& one : e.intermediate) {
            results[one.where.statement];
        }
        target = run(p, x, &results);
        std::set<std::uint64_t> known{x[0].body().identity, x[1].body().identity};
        for (auto const& [statement, result] : results) {
            // A copy is the same tensor, whose gradient is another.
            if (known.insert(result.body().identity).second) {
                place_of[statement] = sources.size();
                sources.push_back(result);
            }
        }
        sources.push_back(target);
        sources.push_back(x[0]);
        sources.push_back(sources[sources.size() / 2]);
    }
};

/// The gradients by a set of sources.
void compare_with(
    std::string const& how,
    source_set const& s,
    std::vector<tensor<double>> const& gradients,
    expectation const& e,
    comparison& result)
{
    auto all = largest(e.elements, &expectation::element::gradient);
    for (auto const& one : e.elements) {
        auto const name =
            how + ", by r" + std::to_string(one.input) + "[" + std::to_string(one.place) + "]";
        auto const actual = element_of(gradients[one.input], one.place).item();
        result.expect(name, actual, one.gradient, all);
    }
    auto const within = largest(e.intermediate, &expectation::within::gradient);
    all = {std::max(all.value, within.value), std::max(all.doubt, within.doubt)};
    for (auto const& one : e.intermediate) {
        auto const [statement, element] = one.where;
        if (auto const found = s.place_of.find(statement); found != s.place_of.end()) {
            auto const name = how + ", by the result of statement " + std::to_string(statement) +
                " [" + std::to_string(element) + "]";
            auto const actual = element_of(gradients[found->second], element).item();
            result.expect(name, actual, one.gradient, all);
        }
    }
    auto const n = s.sources.size();
    result.expect(how + ", by the target itself", gradients[n - 3].item(), {1, 0}, {1, 0});
    result.expect_same_bits(how + ", by a source given twice", gradients[n - 2], gradients[0]);
    result.expect_same_bits(
        how + ", by a source given twice", gradients[n - 1], gradients[(n - 1) / 2]);
}

/// Many sources at once: on a persistent tape twice, alone, on a tape that others record, and on
/// one with a memory limit.
void compare_sources(program const& p, expectation const& e, comparison& result)
{
    auto const x = inputs_of(p);
    std::vector<doubles> bits;
    std::size_t bytes = 0;
    {
        auto tape = create_tape({.persistent = true});
        source_set const s(p, e, x);
        bytes = tape.bytes();
        auto const first = grad(tape, s.target, s.sources, zeros);
        for (auto const& one : first) {
            bits.push_back(elements_of(one));
        }
        compare_with("many sources at once", s, first, e, result);
        auto const second = grad(tape, s.target, s.sources, zeros);
        for (std::size_t i = 0; i < bits.size(); ++i) {
            auto const before = constant(bits[i], first[i].shape());
            auto const name = " of source " + std::to_string(i);
            result.expect_same_bits("asked twice, the first answer" + name, first[i], before);
            result.expect_same_bits("asked twice, the second answer" + name, second[i], before);
        }
        for (std::size_t i = 0; i + 3 < s.sources.size(); ++i) {
            auto const alone = grad(tape, s.target, s.sources[i], zeros);
            auto const size = bits[i].size();
            for (std::size_t k = 0; k < size; k += std::max<std::size_t>(1, size / 9)) {
                auto const scale = std::max(1., std::abs(bits[i][k]));
                result.expect(
                    "alone, the gradient by source " + std::to_string(i),
                    element_of(alone, k).item(),
                    {bits[i][k], 0},
                    {scale, largest(e.elements, &expectation::element::gradient).doubt});
            }
        }
    }
    {
        auto outer = create_tape();
        auto inner = create_tape();
        source_set const s(p, e, x);
        compare_with("recorded", s, grad(inner, s.target, s.sources, zeros), e, result);
    }
    // Beside another tape sums keep no adjoints, as on a tape with a limit: no bit differs.
    {
        auto tape = create_tape({.persistent = true});
        auto const recorded = [&] {
            auto const other = create_tape();
            return source_set(p, e, x);
        };
        auto const s = recorded();
        bits.clear();
        for (auto const& one : grad(tape, s.target, s.sources, zeros)) {
            bits.push_back(elements_of(one));
        }
    }
    try {
        auto tape = create_tape({.persistent = true, .memory_limit = bytes * 2 / 3});
        source_set const s(p, e, x);
        for (auto const* const how : {"with a memory limit", "with a memory limit, again"}) {
            auto const gradients = grad(tape, s.target, s.sources, zeros);
            for (std::size_t i = 0; i < bits.size(); ++i) {
                result.expect_same_bits(
                    std::string(how) + ", the gradient by source " + std::to_string(i),
                    gradients[i],
                    constant(bits[i], gradients[i].shape()));
            }
        }
    } catch (tape_error const& error) {
        if (std::string(error.what()).find("memory_limit") == std::string::npos) {
            throw;
        }
    }
}

/// Records f at the inputs, and calls compare(replay, x, how) at several others.
template <class F, class Compare>
void replay_elsewhere(program const& p, F const& f, statistics& counts, Compare const& compare)
{
    auto again = replay(f);
    auto const first = inputs_of(p);
    again(first[0], first[1]);
    ++counts.obstacles[again.obstacle()];
    for (double const factor : {0.9, 1., 1.04}) {
        auto const name = " of the replay, " + std::to_string(factor) + " times the inputs,";
        compare(again, inputs_of(p, factor), name);
    }
}

/// A replay over several new arguments, bit for bit as the function.
void compare_replays(program const& p, comparison& result, statistics& counts)
{
    auto const f = [&](tensor<double> const& x, tensor<double> const& y) { return run(p, {x, y}); };
    replay_elsewhere(p, f, counts, [&](auto& again, auto const& x, std::string const& name) {
        result.expect_same_bits("the value" + name, again(x[0], x[1]), f(x[0], x[1]));
        auto const replayed = again.value_and_grad(x[0], x[1]);
        auto const eager = xgrad::value_and_grad(f, x[0], x[1]);
        result.expect_same_bits("value_and_grad" + name, replayed.value, eager.value);
        auto const& [u, v] = replayed.gradients;
        auto const& [a, b] = eager.gradients;
        result.expect_same_bits("the first gradient" + name, u, a);
        result.expect_same_bits("the second gradient" + name, v, b);
    });
}

/// A function that takes the gradients of another itself, and its replay.
void compare_replayed_gradients(program const& p, comparison& result, statistics& counts)
{
    auto const f = [&](tensor<double> const& x, tensor<double> const& y) {
        auto tape = create_tape();
        tensor const z = run(p, {x, y});
        auto const [by_x, by_y] = grad(tape, z, wrt(x, y), zeros);
        return as_tensor(concatenate({ravel(x + by_x * z), ravel(by_y), ravel(z)}));
    };
    replay_elsewhere(p, f, counts, [&](auto& again, auto const& x, std::string const& name) {
        result.expect_same_bits("the gradient within" + name, again(x[0], x[1]), f(x[0], x[1]));
    });
}

void compare_modes(program const& p, expectation const& e, comparison& result)
{
    auto const f = [&](tensor<double> const& x, tensor<double> const& y) { return run(p, {x, y}); };
    auto const x = inputs_of(p);
    std::vector<tensor<double>> v;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        doubles along;
        for (std::size_t k = 0; k < p.values[i].size(); ++k) {
            along.push_back(direction(i, k));
        }
        v.push_back(constant(along, p.inputs[i]));
    }
    auto const all_gradients = largest(e.elements, &expectation::element::gradient);
    auto const all_products = largest(e.elements, &expectation::element::hessian_product);

    auto const [value, gradients] = value_and_grad(f, x[0], x[1]);
    std::array const gradient{std::get<0>(gradients), std::get<1>(gradients)};
    auto const saved = xgrad::gradient(
        [&](auto const& u, auto const& w) { return checkpoint(f, u, w); }, x[0], x[1]);
    std::array const again{std::get<0>(saved), std::get<1>(saved)};
    result.expect("the value", value.item(), e.value, {std::abs(e.value.value), 0});
    auto const tangent = jvp(f, std::tuple(x[0], x[1]), std::tuple(v[0], v[1])).tangent;
    result.expect("the tangent", tangent.item(), e.tangent, all_gradients);

    auto outer = create_tape();
    auto inner = create_tape();
    auto const first = grad(inner, f(x[0], x[1]), wrt(x[0], x[1]), zeros);
    tensor const along = sum(std::get<0>(first) * v[0]) + sum(std::get<1>(first) * v[1]);
    auto const second = grad(outer, along, wrt(x[0], x[1]), zeros);
    std::array const product{std::get<0>(second), std::get<1>(second)};

    for (auto const& one : e.elements) {
        auto const name =
            " by r" + std::to_string(one.input) + "[" + std::to_string(one.place) + "]";
        auto const actual = element_of(gradient[one.input], one.place).item();
        result.expect("the derivative" + name, actual, one.gradient, all_gradients);
        auto const repeated = element_of(again[one.input], one.place).item();
        result.expect("that of a checkpoint" + name, repeated, one.gradient, all_gradients);
        auto const curved = element_of(product[one.input], one.place).item();
        result.expect(
            "the product with the Hessian" + name, curved, one.hessian_product, all_products);
    }
}

} // namespace

std::string check(program const& p, statistics& counts)
{
    auto const e = reference(p);
    comparison result(e.precision);
    if (!e.well_conditioned()) {
        ++counts.skipped;
        return {};
    }
    try {
        compare_modes(p, e, result);
        compare_sources(p, e, result);
        compare_replays(p, result, counts);
        compare_replayed_gradients(p, result, counts);
    } catch (std::exception const& error) {
        result.fail(std::string("throws: ") + error.what());
    }
    return result.wrong();
}

} // namespace fuzzer
