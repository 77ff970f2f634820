#pragma once

#include <xgrad/engine/parts_of_sum.hpp>
#include <xgrad/mode/chain_statements.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// Makes a chain of a record: gives every argument of every kernel its place. Where the sweep would
/// add up adjoints in an order of its own (of single elements among arrays of many chunks) there is
/// no chain.
template <class T>
class chain_builder
{
public:
    /// Of the statements with these numbers, as a function of these variables. What comes from
    /// outside is: the arguments, their gradients, the result, the constants.
    static std::optional<tile_chain>
    of(tape_record const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::vector<tensor_body*>& constants)
    {
        chain_builder builder(r, statements, arguments, constants);
        if (!builder.statements_.suit()) {
            return std::nullopt;
        }
        builder.chain_.size = builder.statements_.size();
        builder.place_values();
        builder.start_backward();
        builder.place_adjoints();
        return builder.complete(arguments) ? std::optional(std::move(builder.chain_))
                                           : std::nullopt;
    }

private:
    static constexpr auto none = chain_statements<T>::none;
    static constexpr std::uint32_t unwanted = 0; // the tile of adjoints that nobody wants

    chain_builder(
        tape_record const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::vector<tensor_body*>& constants)
        : statements_(r, statements, arguments),
          arguments_(static_cast<std::uint32_t>(arguments.size())),
          constants_(constants)
    {}

    std::uint32_t new_tile()
    {
        if (idle_.empty()) {
            return chain_.tiles++;
        }
        auto const tile = idle_.back();
        idle_.pop_back();
        return tile;
    }

    std::uint32_t outside_of_constant(tensor_body* body)
    {
        constants_.push_back(body);
        return static_cast<std::uint32_t>(2 * arguments_ + constants_.size());
    }

    void place_values()
    {
        chain_.tiles = 1;
        statements_.look_ahead();
        auto const count = statements_.count() - (statements_.sum_tensor() ? 1 : 0);
        for (std::size_t k = 0; k < count; ++k) {
            auto const& s = statements_[k];
            chain_step const step{s.kernels, s.scalars(), chain_.tile_of.size()};
            chain_.tile_of.resize(step.first + 2 * s.operand_count + 2, unwanted);
            chain_.accumulate.resize(chain_.tile_of.size(), 0);
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                place_operand(s.operands()[i], step.first + i);
            }
            auto const result = step.first + 2 * s.operand_count;
            if (s.reduced != nullptr || statements_.of(s.result).summed) {
                chain_.summands.push_back(result);
                statements_.of(s.result).summed = true;
            } else {
                chain_.tile_of[result] = statements_.of(s.result).value = new_tile();
            }
            (s.reduced != nullptr ? chain_.last : chain_.forward.emplace_back()) = step;
            steps_.push_back(step);
            chain_.value = result;
            // Only now: a result must not take the place of an operand, which is read all along.
            // (And those of the last statement stay, for their adjoints may be written meanwhile.)
            for (auto const& operand : s.operands()) {
                auto& place = statements_.of(operand.variable);
                if (place.computed && !place.summed && !place.read_back && place.last_read == k &&
                    place.value != none && &s != &statements_.last()) {
                    idle_.push_back(std::exchange(place.value, none));
                }
            }
        }
    }

    void place_operand(recorded_operand const& operand, std::size_t argument)
    {
        auto& place = statements_.of(operand.variable);
        if (place.summed) {
            chain_.summands.push_back(argument);
        } else if (place.value != none) {
            chain_.tile_of[argument] = place.value;
        } else {
            auto const from =
                place.argument != none ? place.argument : outside_of_constant(operand.kept.get());
            if (statements_.size_of(operand.variable) == chain_.size) {
                chain_.arrays.push_back({argument, from});
            } else {
                place.value = chain_.tiles++; // stays filled
                chain_.tile_of[argument] = place.value;
                chain_.singles.push_back({place.value, from});
            }
        }
    }

    // The adjoint with which the way back begins.
    void start_backward()
    {
        chain_.divides_by_count =
            statements_.last().reduced != nullptr && statements_.last().reduced->divides_by_count;
        auto const g = chain_.divides_by_count ? T(1) / static_cast<T>(chain_.size) : T(1);
        auto const seed = static_cast<double>(g);
        if (statements_.last().reduced == nullptr) {
            chain_.end = chain_end::number;
            seed_variable(statements_.last().result, seed);
        } else if (statements_.sum_tensor()) {
            chain_.end = chain_end::sum;
            seed_variable(statements_.last().operands()[0].variable, seed);
        } else if (statements_.end_in_one_pass()) {
            chain_.end = chain_end::sum_in_one_pass;
            place_adjoints_of(statements_.last(), chain_.last);
        } else {
            chain_.end = chain_end::sum;
            auto const tile = chain_.tiles++;
            chain_.seeds.push_back({tile, seed});
            auto const& step = steps_.back();
            chain_.tile_of[step.first + 2 * statements_.last().operand_count + 1] = tile;
            place_adjoints_of(statements_.last(), step);
            chain_.backward.push_back(step);
        }
    }

    bool is_computed_in_one_pass(recorded_statement const& s) const noexcept
    {
        return &s == &statements_.last() && chain_.end == chain_end::sum_in_one_pass;
    }

    void seed_variable(std::uint32_t variable, double number)
    {
        auto& place = statements_.of(variable);
        place.adjoint = new_tile();
        place.has_adjoint = true;
        chain_.seeds.push_back({place.adjoint, number});
    }

    void place_adjoints()
    {
        for (auto k = chain_.forward.size(); k-- > 0;) {
            auto const& s = statements_[k];
            auto& result = statements_.of(s.result);
            if (!result.has_adjoint || !result.wanted) {
                continue;
            }
            auto const& step = steps_[k];
            chain_.tile_of[step.first + 2 * s.operand_count + 1] = result.adjoint;
            place_adjoints_of(s, step);
            idle_.push_back(result.adjoint);
            chain_.backward.push_back(step);
        }
        for (auto const& step : chain_.forward) {
            chain_.cost += step.kernels->cost;
        }
        chain_.cost += (chain_.last.kernels != nullptr ? 3 * chain_.last.kernels->cost : 0.1f) +
            cost_of_sweep();
    }

    // What the sweep takes the cost of its run to be.
    float cost_of_sweep() const noexcept
    {
        float cost = 0;
        for (auto const& step : chain_.backward) {
            cost += cost_of_adjoints(*step.kernels);
        }
        return cost;
    }

    void place_adjoints_of(recorded_statement const& s, chain_step const& step)
    {
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            auto const variable = s.operands()[i].variable;
            auto const argument = step.first + s.operand_count + i;
            auto& place = statements_.of(variable);
            if (!s.kernels->leaves[i].carries_gradient || !place.wanted) {
                continue;
            }
            auto const gradient = arguments_ + place.argument; // from outside
            if (place.argument != none && statements_.size_of(variable) != chain_.size) {
                chain_.tile_of[argument] = chain_.tiles++;
                chain_.totals.push_back({argument, gradient, place.has_adjoint});
                part_ = std::min(part_, part_of_sum(chain_.size, 1, *s.kernels));
            } else {
                chain_.accumulate[argument] = place.has_adjoint;
                if (chain_.divides_by_count && is_computed_in_one_pass(s) && !place.has_adjoint) {
                    chain_.scaled.push_back(argument);
                }
                if (place.argument != none) {
                    chain_.arrays.push_back({argument, gradient});
                } else {
                    place.adjoint = place.has_adjoint ? place.adjoint : new_tile();
                    chain_.tile_of[argument] = place.adjoint;
                }
            }
            place.has_adjoint = true;
        }
    }

    bool complete(std::span<std::uint32_t const> arguments) const
    {
        bool const connected = std::all_of(arguments.begin(), arguments.end(), [&](auto variable) {
            return statements_.of(variable).has_adjoint;
        });
        return connected &&
            (chain_.totals.empty() || chain_.size <= std::min(part_, chain_.chunk_length()));
    }

    chain_statements<T> statements_;
    std::uint32_t arguments_; // how many
    std::vector<tensor_body*>& constants_;
    std::vector<chain_step> steps_; // of each statement
    std::vector<std::uint32_t> idle_;
    std::size_t part_ = std::numeric_limits<std::size_t>::max(); // the shortest of the totals
    tile_chain chain_;
};
} // namespace xgrad::detail
