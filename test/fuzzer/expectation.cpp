#include "expectation.hpp"

#include <limits>

namespace fuzzer {
namespace {

template <class Real>
std::vector<array<Real>> inputs_of(program const& p, std::size_t moving, std::size_t element)
{
    std::vector<array<Real>> inputs;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        inputs.emplace_back(p.inputs[i]);
        for (std::size_t k = 0; k < p.values[i].size(); ++k) {
            inputs[i].elements[k] = {
                static_cast<Real>(p.values[i][k]),
                static_cast<Real>(i == moving && k == element),
                static_cast<Real>(direction(i, k)),
                0};
        }
    }
    return inputs;
}

constexpr auto nowhere = std::numeric_limits<std::size_t>::max();

estimate estimated(long double exact, double rounded)
{
    return {exact, std::abs(exact - rounded)};
}

// The results of a few statements, a few elements of each.
void add_intermediate(expectation& result, program const& p, std::vector<std::size_t> const& sizes)
{
    dice d(p.seed + 1);
    for (int i = 0; i < 3; ++i) {
        auto const k = d.below(p.statements.size());
        // A copy is the same tensor, whose gradient is another.
        bool const is_copy = p.statements[k].what->name == "copy";
        for (int j = 0; j < 3 && sizes[k] > 0 && !is_copy; ++j) {
            place const where{k, d.below(sizes[k])};
            clearance = std::numeric_limits<long double>::infinity();
            auto const exact = run_exactly(p, inputs_of<long double>(p, nowhere, 0), where);
            auto const rounded = run_rounded(p, inputs_of<double>(p, nowhere, 0), where);
            auto const e = estimated(exact.first, rounded.first);
            // Elements that were one (of a tensor joined with itself) move apart: a corner of amax.
            if (result.well_conditioned(e) && clearance > 0.01L) {
                result.intermediate.push_back({where, e});
            }
        }
    }
}

} // namespace

bool expectation::well_conditioned() const
{
    return well_conditioned(value) && well_conditioned(tangent) &&
        well_conditioned(largest(elements, &element::gradient)) &&
        well_conditioned(largest(elements, &element::hessian_product));
}

expectation reference(program const& p)
{
    bool const single = std::any_of(
        p.statements.begin(), p.statements.end(), [](auto const& s) { return s.what->single; });
    expectation result;
    result.precision = single ? 1e-5L : 1e-11L;
    std::vector<std::size_t> sizes;
    auto const value = run_exactly(p, inputs_of<long double>(p, nowhere, 0), {}, &sizes);
    auto const rounded_value = run_rounded(p, inputs_of<double>(p, nowhere, 0));
    result.value = estimated(value.value, rounded_value.value);
    result.tangent = estimated(value.second, rounded_value.second);
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        auto const size = p.values[i].size();
        // Of many elements a few tell as much.
        auto const step = size <= 24 ? 1 : std::max<std::size_t>(1, size / 5);
        for (std::size_t k = 0; k < size; k += step) {
            auto const exact = run_exactly(p, inputs_of<long double>(p, i, k));
            auto const rounded = run_rounded(p, inputs_of<double>(p, i, k));
            result.elements.push_back(
                {i,
                 k,
                 estimated(exact.first, rounded.first),
                 estimated(exact.mixed, rounded.mixed)});
        }
    }
    add_intermediate(result, p, sizes);
    return result;
}

} // namespace fuzzer
