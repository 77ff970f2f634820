#pragma once

#include <xgrad/engine/straight_line.hpp>
#include <xgrad/mode/line_step.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::detail {
/// The instructions of a straight line that compute values.
template <class T>
class line_forward
{
public:
    line_forward(line_places<T>& places, straight_line& line) : places_(places), line_(line) {}

    /// Adds what a statement does; false where that is no part of a line.
    bool add(recorded_statement const& recorded)
    {
        line_statement<T> const s(recorded, places_);
        if (!s.suits()) {
            return false;
        }
        auto& result = places_.of(recorded.result);
        result.computed = true;
        for (std::size_t i = 0; i < recorded.operand_count; ++i) {
            result.wanted |=
                places_.of(recorded.operands()[i].variable).wanted && recorded.carries_gradient(i);
        }
        steps_.push_back({s});
        if (auto const* const part = s.part()) {
            result.value = places_.value_of(recorded.operands()[0]) + part->offset;
            result.is_part = places_.size_of(recorded.result) > 1;
            result.is_strided = places_.of(recorded.operands()[0].variable).is_strided;
            return true;
        }
        result.value = places_.room(places_.size_of(recorded.result));
        if (s.multiplies_matrices()) {
            multiply_matrices(steps_.back(), result.value);
            return true;
        }
        if (recorded.kernels == nullptr) {
            move_elements(steps_.back(), result.value);
            result.is_strided = is_strided(steps_.back().s);
            return true;
        }
        read_operands(steps_.back());
        if (recorded.reduced == nullptr) {
            steps_.back().values = result.value;
            line_.forward.push_back(values_of(steps_.back()));
        } else {
            add_reduction(steps_.back(), result.value);
        }
        return true;
    }

    std::vector<line_step<T>> const& steps() const noexcept { return steps_; }

private:
    /// The statement makes a view that does not lie in a row.
    bool is_strided(line_statement<T> const& s) const
    {
        auto const& [operand, from, to] = s.moves()[0];
        return s.moves().size() == 1 && element_count(to.shape) == places_.size_of(s->result) &&
            (!is_row_major(from.shape, from.strides) ||
             places_.of(s->operands()[operand].variable).is_strided);
    }

    void move_elements(line_step<T> const& by, T* result)
    {
        auto const background = static_cast<T>(by.s->operation->background());
        std::fill_n(result, places_.size_of(by.s->result), background);
        for (auto const& move : by.s.moves()) {
            auto const variable = by.s->operands()[move.operand].variable;
            auto* const value = places_.value_of(by.s->operands()[move.operand]);
            line_.forward.push_back(move_call{
                places_.slot_of(value, variable),
                places_.slot(result),
                places_.rows(move.from, move.to)});
        }
    }

    void multiply_matrices(line_step<T> const& by, T* result)
    {
        line_.forward.push_back(product_call{
            places_.matrix_of(by.s->operands()[0], 0),
            places_.matrix_of(by.s->operands()[1], 1),
            places_.slot(result)});
    }

    void read_operands(line_step<T>& by)
    {
        auto const& operands = by.s->operands();
        by.operands = places_.template list<void const*>(operands.size());
        for (std::size_t i = 0; i < operands.size(); ++i) {
            auto* const value = places_.value_of(operands[i]);
            if (places_.size_of(operands[i].variable) == by.s.count()) {
                places_.write_down(value, operands[i].variable, &by.operands[i]);
                continue;
            }
            auto const* const from = places_.slot_of(value, operands[i].variable);
            by.operands[i] = places_.size_of(operands[i].variable) == 1
                ? places_.spread_over(from, by.s.count(), line_.forward)
                : broadcast(from, operands[i].variable, by);
        }
    }

    /// An operand's elements, each where it is read.
    T* broadcast(void const* const* from, std::uint32_t variable, line_step<T> const& by)
    {
        auto const& own = places_.shape_of(variable);
        auto const& space = by.s.space();
        auto* const to = places_.room(by.s.count());
        selection const read{space, broadcast_strides(own, row_major_strides(own), space), 0};
        line_.forward.push_back(
            move_call{from, places_.slot(to), places_.rows(read, whole(space))});
        return to;
    }

    static values_call values_of(line_step<T> const& by)
    {
        auto const& kernels = *by.s->kernels;
        return {
            kernels.values,
            {by.operands, by.s->scalars(), by.values, by.s.count(), kernels.program}};
    }

    void add_reduction(line_step<T>& by, T* result)
    {
        by.result = places_.slot(result);
        if (by.s.reduces_tensor()) {
            reduce(by, by.operands);
            return;
        }
        by.values = places_.room(by.s.count());
        if (by.s.is_in_one_pass()) {
            line_.forward.push_back(values_or_both{values_of(by), values_and_adjoints_of(by)});
        } else {
            line_.forward.push_back(values_of(by));
        }
        reduce(by, places_.slot(by.values));
    }

    void reduce(line_step<T> const& by, void const* const* elements)
    {
        if (!by.s.folds()) {
            line_.forward.push_back(
                total_call{{elements, by.result, by.s.count(), by.s.divisor()}});
            return;
        }
        auto const& kind = *by.s->reduced;
        line_.forward.push_back(fold_call{{elements, by.result, by.s.count()}, kind.fold});
        if (kind.joint != nullptr) {
            line_.exceptions.push_back({kind.joint->needed, *by.result});
        }
    }

    adjoints_call values_and_adjoints_of(line_step<T>& by)
    {
        auto const& kernels = *by.s->kernels;
        auto const& operands = by.s->operands();
        auto* const accumulate = places_.template list<bool>(operands.size());
        by.unit = places_.template list<void*>(operands.size());
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (kernels.leaves[i].carries_gradient) {
                auto const first = by.s.first_of(i);
                accumulate[i] = first != i;
                by.unit[i] = first != i ? by.unit[first] : places_.room(by.s.count());
            }
        }
        return {
            kernels.values_and_adjoints,
            {.operands = by.operands,
             .scalars = by.s->scalars(),
             .result = nullptr,
             .seed = nullptr,
             .adjoints = by.unit,
             .accumulate = accumulate,
             .count = by.s.count(),
             .values = by.values,
             .program = kernels.program}};
    }

    line_places<T>& places_;
    straight_line& line_;
    std::vector<line_step<T>> steps_;
};
} // namespace xgrad::detail
