#pragma once

#include <xgrad/engine/straight_line.hpp>
#include <xgrad/mode/line_step.hpp>

#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// The instructions of a straight line that compute adjoints: those that a sweep of its statements
/// comes down to, in its order.
template <class T>
class line_backward
{
public:
    line_backward(line_places<T>& places, straight_line& line) : places_(places), line_(line) {}

    /// Adds the way back of all steps, from a result that is a number to the arguments; false where
    /// that is no part of a line.
    bool
    add(std::span<line_step<T> const> steps,
        std::uint32_t result,
        std::span<std::uint32_t const> arguments)
    {
        auto* const seed = places_.first_adjoint_of(result);
        line_.backward.push_back(spread_call{{places_.one(), places_.slot(seed), 1}});
        for (auto k = steps.size(); k-- > 0;) {
            auto const& place = places_.of(steps[k].s->result);
            if (place.wanted && place.has_adjoint) {
                // A product with equal numbers is one with a vector elsewhere.
                if (place.adjoint_is_uniform && steps[k].s.calls_blas()) {
                    return false;
                }
                reverse(steps[k], place.adjoint);
                places_.release_adjoint_of(steps[k].s->result);
            }
        }
        places_.copy_gradients(arguments);
        return true;
    }

private:
    void reverse(line_step<T> const& by, T* g)
    {
        if (by.s.multiplies_matrices()) {
            reverse_product(by, g);
        } else if (by.s->kernels == nullptr) {
            reverse_moves(by.s, g);
        } else if (by.unit != nullptr) {
            reverse_one_pass(by, g);
        } else if (by.s.folds()) {
            call_adjoints(by, seeds_of(by, g));
        } else if (by.s.reduces_tensor()) {
            spread_call each{{places_.slot(g), nullptr, by.s.count(), by.s.divisor()}};
            auto const variable = by.s->operands()[0].variable;
            each.to = places_.adjoint_slot_of(variable, each.accumulate);
            places_.of(variable).adjoint_is_uniform = !each.accumulate;
            line_.backward.push_back(each);
        } else if (by.s->reduced != nullptr) {
            call_adjoints(
                by,
                places_.spread_over(places_.slot(g), by.s.count(), line_.backward, by.s.divisor()));
        } else {
            call_adjoints(by, g);
        }
    }

    void reverse_moves(line_statement<T> const& s, T* g)
    {
        bool const adds_to_zeros = s->operation->part() != nullptr; // as the sweep does
        auto variable = line_places<T>::no_number;
        void** to = nullptr;
        bool accumulate = false;
        std::size_t operand = 0;
        for (auto const& move : s.moves()) {
            // All moves of an operand are neighbours.
            if (to == nullptr || move.operand != operand) {
                operand = move.operand;
                variable = s->operands()[operand].variable;
                to = places_.of(variable).wanted ? places_.adjoint_slot_of(variable, accumulate)
                                                 : nullptr;
            }
            if (to == nullptr) {
                continue;
            }
            if (adds_to_zeros && !std::exchange(accumulate, true)) {
                line_.backward.push_back(
                    spread_call{{places_.zero(), to, places_.size_of(variable)}});
            }
            line_.backward.push_back(
                move_call{places_.slot(g), to, places_.rows(move.to, move.from), accumulate});
        }
    }

    /// ∂a = g bᵀ, ∂b = aᵀ g.
    void reverse_product(line_step<T> const& by, T* g)
    {
        auto const a = places_.matrix_of(by.s->operands()[0], 0);
        auto const b = places_.matrix_of(by.s->operands()[1], 1);
        product_call::side const seed{places_.slot(g), a.rows, b.columns, false};
        auto const transposed = [](product_call::side const& m) {
            return product_call::side{m.place, m.columns, m.rows, !m.transposed};
        };
        auto const add = [&](std::size_t i, auto const& left, auto const& right) {
            auto const variable = by.s->operands()[i].variable;
            if (places_.of(variable).wanted) {
                bool accumulate = false;
                auto* const to = places_.adjoint_slot_of(variable, accumulate);
                auto* const room = accumulate ? places_.room(places_.size_of(variable)) : nullptr;
                line_.backward.push_back(product_call{left, right, to, room});
            }
        };
        add(0, seed, transposed(b));
        add(1, transposed(a), seed);
    }

    void reverse_one_pass(line_step<T> const& by, T* g)
    {
        for (std::size_t i = 0; i < by.s->operand_count; ++i) {
            auto const variable = by.s->operands()[i].variable;
            if (by.unit[i] != nullptr && by.s.first_of(i) == i && places_.of(variable).wanted) {
                scale_call each{
                    {places_.slot(static_cast<T*>(by.unit[i])),
                     nullptr,
                     by.s.count(),
                     by.s.divisor()},
                    places_.slot(g)};
                each.to = places_.adjoint_slot_of(variable, each.accumulate);
                line_.backward.push_back(each);
            }
        }
    }

    /// The adjoints that the elements of a fold start from.
    T const* seeds_of(line_step<T> const& by, T* g)
    {
        auto const count = by.s.count();
        auto* const results = places_.spread_over(by.result, count, line_.backward);
        auto* const adjoints = places_.spread_over(places_.slot(g), count, line_.backward);
        auto* const seeds = places_.room(count);
        auto const* const elements = by.s.reduces_tensor() ? by.operands : places_.slot(by.values);
        line_.backward.push_back(element_adjoints_call{
            {elements, places_.slot(seeds), count},
            by.s->reduced->element,
            places_.slot(results),
            places_.slot(adjoints)});
        return seeds;
    }

    void call_adjoints(line_step<T> const& by, T const* seed)
    {
        auto const& kernels = *by.s->kernels;
        auto const count = by.s.count();
        auto* const adjoints = places_.template list<void*>(by.s->operand_count);
        auto* const accumulate = places_.template list<bool>(by.s->operand_count);
        line_.backward.push_back(adjoints_call{
            kernels.adjoints,
            {.operands = by.operands,
             .scalars = by.s->scalars(),
             .result = by.values,
             .seed = seed,
             .adjoints = adjoints,
             .accumulate = accumulate,
             .count = count,
             .values = nullptr,
             .program = kernels.program}});
        // Where it writes, and what then is summed.
        for (std::size_t i = 0; i < by.s->operand_count; ++i) {
            auto const variable = by.s->operands()[i].variable;
            if (!kernels.leaves[i].carries_gradient) {
                continue;
            }
            if (!places_.of(variable).wanted) {
                adjoints[i] = places_.room(count); // the kernel writes it all the same
            } else if (places_.size_of(variable) == count) {
                places_.write_down_adjoint(variable, accumulate[i], &adjoints[i]);
            } else {
                auto* const parts = places_.room(count);
                adjoints[i] = parts;
                array_move sum{places_.slot(parts), nullptr, count};
                sum.to = places_.adjoint_slot_of(variable, sum.accumulate);
                if (by.s.broadcasts()) {
                    line_.backward.push_back(sums_of(sum, variable, by));
                } else {
                    line_.backward.push_back(total_call{sum});
                }
            }
        }
    }

    sums_call sums_of(array_move const& move, std::uint32_t variable, line_step<T> const& by)
    {
        auto places = places_of_sum(places_.shape_of(variable), by.s.space(), *by.s->kernels);
        auto* const sums = places_.room(parts_in(move.count, places.part) * places.count);
        line_.summed.push_back(std::make_unique<summed_places const>(std::move(places)));
        return {move, line_.summed.back().get(), sums};
    }

    line_places<T>& places_;
    straight_line& line_;
};
} // namespace xgrad::detail
