#pragma once

#include <xgrad/mode/chain_statements.hpp>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// Makes a chain of statements of a record: gives every argument of every kernel its place.
template <class T>
class chain_builder
{
public:
    /// Of the statements with these numbers; nothing where they are none. What comes from outside
    /// is: the inputs, their gradients, the result, the constants.
    static std::optional<tile_chain>
    of(tape_record const& r,
       std::span<std::size_t const> statements,
       chain_inputs const& inputs,
       std::vector<tensor_body*>& constants)
    {
        chain_builder builder(r, statements, inputs, constants);
        if (!builder.statements_.suit()) {
            return std::nullopt;
        }
        builder.chain_.size = builder.statements_.size();
        builder.place_values();
        builder.start_backward();
        builder.place_adjoints();
        builder.list_gradients(inputs);
        return std::move(builder.chain_);
    }

private:
    static constexpr auto none = chain_statements<T>::none;
    static constexpr std::uint32_t unwanted = 0; // the tile of adjoints that nobody wants

    chain_builder(
        tape_record const& r,
        std::span<std::size_t const> statements,
        chain_inputs const& inputs,
        std::vector<tensor_body*>& constants)
        : statements_(r, statements, inputs),
          inputs_(static_cast<std::uint32_t>(inputs.variables.size())),
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
        return static_cast<std::uint32_t>(2 * inputs_ + constants_.size());
    }

    void place_values()
    {
        chain_.tiles = 1;
        statements_.look_ahead();
        auto const count = statements_.count() - (statements_.sums_tensor() ? 1 : 0);
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
            if (statements_.is_gathered(operand)) {
                chain_.gathered.push_back({argument, from});
            } else if (statements_.size_of(operand.variable) == chain_.size) {
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
        if (statements_.last().reduced == nullptr) {
            chain_.end = chain_end::number;
            seed_variable(statements_.last().result);
        } else if (statements_.sums_tensor()) {
            chain_.end = chain_end::sum;
            seed_variable(statements_.last().operands()[0].variable);
        } else if (statements_.end_in_one_pass()) {
            chain_.end = chain_end::sum_in_one_pass;
            place_adjoints_of(statements_.last(), chain_.last);
        } else {
            chain_.end = chain_end::sum;
            auto const tile = chain_.tiles++;
            chain_.seeds.push_back(tile);
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

    void seed_variable(std::uint32_t variable)
    {
        auto& place = statements_.of(variable);
        place.adjoint = new_tile();
        place.has_adjoint = true;
        chain_.seeds.push_back(place.adjoint);
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
            auto const gradient = inputs_ + place.argument; // from outside
            if (place.argument != none && statements_.size_of(variable) != chain_.size) {
                chain_.tile_of[argument] = chain_.tiles++;
                chain_.sums.push_back(
                    {argument, gradient, place.has_adjoint, places_of(variable, *s.kernels)});
            } else {
                chain_.accumulate[argument] = place.has_adjoint;
                if (is_computed_in_one_pass(s) && !place.has_adjoint) {
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

    // Where the sums of an operand that broadcasts go.
    summed_places places_of(std::uint32_t variable, block_kernels const& kernels)
    {
        auto places = places_of_sum(statements_.shape_of(variable), statements_.shape(), kernels);
        places.first_sum = chain_.places;
        chain_.places += parts_in(chain_.size, places.part) * places.count;
        return places;
    }

    void list_gradients(chain_inputs const& inputs)
    {
        for (std::uint32_t i = 0; i < inputs.variables.size(); ++i) {
            if (statements_.of(inputs.variables[i]).has_adjoint) {
                chain_.gradients.push_back(i);
            }
        }
    }

    chain_statements<T> statements_;
    std::uint32_t inputs_; // how many
    std::vector<tensor_body*>& constants_;
    std::vector<chain_step> steps_; // of each statement
    std::vector<std::uint32_t> idle_;
    tile_chain chain_;
};
} // namespace xgrad::detail
