#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/engine/tile_chain.hpp>
#include <xgrad/tape/tape.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace xgrad::detail {
/// Makes a chain of a record: elementwise statements over arrays of one shape, of which the last
/// is summed or is a single number. Where the sweep would add up adjoints in an order of its own
/// (of single elements among arrays of many chunks) there is no chain.
template <class T>
class chain_builder
{
public:
    /// Of the statements with these numbers, as a function of these variables. What comes from
    /// outside is: the arguments, their gradients, the constants.
    static std::optional<tile_chain>
    of(recording const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::vector<tensor_body*>& constants)
    {
        chain_builder builder(r, statements, arguments, constants);
        if (!builder.suits()) {
            return std::nullopt;
        }
        builder.place_values();
        builder.start_backward();
        builder.place_adjoints();
        return builder.complete() ? std::optional(std::move(builder.chain_)) : std::nullopt;
    }

private:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::uint32_t unwanted = 0; // the tile of adjoints that nobody wants

    /// What is known of a variable.
    struct place
    {
        std::uint32_t value = none;   // its tile
        std::uint32_t adjoint = none; // its tile, where a statement computes it
        std::uint32_t argument = none;
        std::size_t last_read = 0; // by which statement
        bool computed = false;
        bool wanted = false;      // on a way from an argument
        bool read_back = false;   // its value is read on the way back
        bool has_adjoint = false; // so far
        bool summed = false;      // its values are the summands
    };

    chain_builder(
        recording const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::vector<tensor_body*>& constants)
        : record_(r), arguments_(arguments), constants_(constants), places_(r.variables().size())
    {
        for (auto const k : statements) {
            statements_.push_back(&r.statements()[k]);
        }
        for (std::uint32_t i = 0; i < arguments.size(); ++i) {
            places_[arguments[i]].argument = i;
            places_[arguments[i]].wanted = true;
        }
    }

    statement const& last() const noexcept { return *statements_.back(); }

    std::size_t size_of(std::uint32_t variable) const noexcept
    {
        return element_count(record_.shape_of(variable));
    }

    bool suits()
    {
        if (statements_.empty() || last().kernels == nullptr || !last().operand_count ||
            record_.shape_of(last().result).size() != 0) {
            return false;
        }
        chain_.size = size_of(last().operands()[0].variable);
        for (auto const& operand : last().operands()) {
            chain_.size = std::max(chain_.size, size_of(operand.variable));
        }
        return std::all_of(
            statements_.begin(), statements_.end(), [&](auto const* s) { return is_link(*s); });
    }

    bool is_link(statement const& s)
    {
        bool const is_last = &s == statements_.back();
        if (s.kernels == nullptr || s.aligned != alignment::same ||
            s.kernels->compute != type_of<T> || record_.variables()[s.result].type != type_of<T> ||
            (s.reduced != nullptr && !(is_last && is_sum(*s.reduced))) ||
            (s.reduced == nullptr && size_of(s.result) != chain_.size)) {
            return false;
        }
        auto& result = places_[s.result];
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            auto const& operand = s.operands()[i];
            auto const size = size_of(operand.variable);
            auto const& place = places_[operand.variable];
            bool const whole_sum = s.reduced != nullptr && s.kernels->terms.size() == 1;
            if ((size != chain_.size && size != 1) ||
                record_.variables()[operand.variable].type != type_of<T> ||
                (whole_sum && !place.computed)) {
                return false;
            }
            result.wanted |= place.wanted && s.kernels->leaves[i].carries_gradient;
        }
        result.computed = true;
        return true;
    }

    static bool is_sum(reduction const& kind) noexcept
    {
        return &kind == &sum_reduction<T> || &kind == &mean_reduction<T>;
    }

    bool sums_tensor() const noexcept
    {
        return last().reduced != nullptr && last().kernels->terms.size() == 1;
    }

    // Value and adjoint in one pass by the rule of the sum itself.
    bool in_one_pass() const
    {
        auto const operands = last().operands();
        auto const count_arrays = [&] {
            std::vector<std::uint32_t> arrays;
            for (std::size_t i = 0; i < operands.size(); ++i) {
                if (last().kernels->leaves[i].carries_gradient) {
                    arrays.push_back(operands[i].variable);
                }
            }
            std::sort(arrays.begin(), arrays.end());
            return std::unique(arrays.begin(), arrays.end()) - arrays.begin();
        };
        return unit_adjoints::pay(*last().kernels, chain_.size, count_arrays) &&
            std::all_of(operands.begin(), operands.end(), [&](auto const& operand) {
                   return size_of(operand.variable) == chain_.size;
               });
    }

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
        return static_cast<std::uint32_t>(2 * arguments_.size() + constants_.size() - 1);
    }

    // Which values the way back reads, and which statement is the last to read one on the way
    // forward.
    void look_ahead()
    {
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = *statements_[k];
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                auto& place = places_[s.operands()[i].variable];
                place.last_read = k;
                place.read_back |= s.kernels->leaves[i].value_needed && places_[s.result].wanted;
            }
            auto& result = places_[s.result];
            result.read_back |= s.kernels->result_needed && result.wanted;
        }
        if (sums_tensor()) {
            places_[last().operands()[0].variable].summed = true;
        }
    }

    void place_values()
    {
        chain_.tiles = 1;
        look_ahead();
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = *statements_[k];
            if (&s == statements_.back() && sums_tensor()) {
                break;
            }
            chain_step const step{s.kernels, s.scalars(), chain_.tile_of.size()};
            chain_.tile_of.resize(step.first + 2 * s.operand_count + 2, unwanted);
            chain_.accumulate.resize(chain_.tile_of.size(), 0);
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                place_operand(s.operands()[i], step.first + i);
            }
            auto const result = step.first + 2 * s.operand_count;
            if (s.reduced != nullptr || places_[s.result].summed) {
                chain_.summands.push_back(result);
                places_[s.result].summed = true;
            } else {
                chain_.tile_of[result] = places_[s.result].value = new_tile();
            }
            (s.reduced != nullptr ? chain_.last : chain_.forward.emplace_back()) = step;
            steps_.push_back(step);
            chain_.value = result;
            // Only now: a result must not take the place of an operand, which is read all along.
            // (And those of the last statement stay, for their adjoints may be written meanwhile.)
            for (auto const& operand : s.operands()) {
                auto& place = places_[operand.variable];
                if (place.computed && !place.summed && !place.read_back && place.last_read == k &&
                    place.value != none && &s != &last()) {
                    idle_.push_back(std::exchange(place.value, none));
                }
            }
        }
    }

    void place_operand(recorded_operand const& operand, std::size_t argument)
    {
        auto& place = places_[operand.variable];
        if (place.summed) {
            chain_.summands.push_back(argument);
        } else if (place.value != none) {
            chain_.tile_of[argument] = place.value;
        } else {
            auto const from =
                place.argument != none ? place.argument : outside_of_constant(operand.kept.get());
            if (size_of(operand.variable) == chain_.size) {
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
        chain_.divides_by_count = last().reduced != nullptr && last().reduced->divides_by_count;
        auto const g = chain_.divides_by_count ? T(1) / static_cast<T>(chain_.size) : T(1);
        auto const seed = static_cast<double>(g);
        if (last().reduced == nullptr) {
            chain_.end = chain_end::number;
            seed_variable(last().result, seed);
        } else if (sums_tensor()) {
            chain_.end = chain_end::sum;
            seed_variable(last().operands()[0].variable, seed);
        } else if (in_one_pass()) {
            chain_.end = chain_end::sum_in_one_pass;
            place_adjoints_of(last(), chain_.last);
        } else {
            chain_.end = chain_end::sum;
            auto const tile = chain_.tiles++;
            chain_.seeds.push_back({tile, seed});
            auto const& step = steps_.back();
            chain_.tile_of[step.first + 2 * last().operand_count + 1] = tile;
            place_adjoints_of(last(), step);
            chain_.backward.push_back(step);
        }
    }

    bool is_computed_in_one_pass(statement const& s) const noexcept
    {
        return &s == &last() && chain_.end == chain_end::sum_in_one_pass;
    }

    void seed_variable(std::uint32_t variable, double number)
    {
        auto& place = places_[variable];
        place.adjoint = new_tile();
        place.has_adjoint = true;
        chain_.seeds.push_back({place.adjoint, number});
    }

    void place_adjoints()
    {
        for (auto k = chain_.forward.size(); k-- > 0;) {
            auto const& s = *statements_[k];
            auto& result = places_[s.result];
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
            cost += 2 * step.kernels->cost + 0.1f;
        }
        return cost;
    }

    void place_adjoints_of(statement const& s, chain_step const& step)
    {
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            auto const variable = s.operands()[i].variable;
            auto const argument = step.first + s.operand_count + i;
            auto& place = places_[variable];
            if (!s.kernels->leaves[i].carries_gradient || !place.wanted) {
                continue;
            }
            auto const gradient =
                static_cast<std::uint32_t>(arguments_.size()) + place.argument; // from outside
            if (place.argument != none && size_of(variable) != chain_.size) {
                chain_.tile_of[argument] = chain_.tiles++;
                chain_.totals.push_back({argument, gradient, place.has_adjoint});
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

    bool complete() const
    {
        bool const connected =
            std::all_of(arguments_.begin(), arguments_.end(), [&](auto variable) {
                return places_[variable].has_adjoint;
            });
        auto const together =
            std::max<std::size_t>(vectorized::chunk_length(cost_of_sweep()) / block_length, 1) *
            block_length;
        return connected &&
            (chain_.totals.empty() || chain_.size <= std::min(together, chain_.chunk_length()));
    }

    recording const& record_;
    std::vector<statement const*> statements_;
    std::span<std::uint32_t const> arguments_;
    std::vector<tensor_body*>& constants_;
    std::vector<place> places_;
    std::vector<chain_step> steps_; // of each statement
    std::vector<std::uint32_t> idle_;
    tile_chain chain_;
};
} // namespace xgrad::detail
