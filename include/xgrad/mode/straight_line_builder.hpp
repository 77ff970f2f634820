#pragma once

#include <xgrad/engine/straight_line.hpp>
#include <xgrad/mode/line_statement.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// Makes a straight line of a record of elementwise statements, sums and products to one number,
/// operations that move elements, and small products of matrices, all over at most one block of
/// elements of type T. The instructions are those that a sweep of the statements comes down to, in
/// its order.
template <class T>
class straight_line_builder
{
public:
    /// Of the statements with these numbers, as a function of these variables; null where it is
    /// none.
    static std::unique_ptr<straight_line const>
    of(tape_record const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::uint32_t result)
    {
        std::size_t bytes = 0; // of the arguments and their gradients
        for (auto const argument : arguments) {
            bytes += 2 * r.variables().size_of(argument) * sizeof(T);
        }
        if (bytes > most_bytes) {
            return nullptr;
        }
        auto line = std::make_unique<straight_line>();
        straight_line_builder builder(r, statements, arguments, *line);
        for (auto const k : statements) {
            if (!builder.add_forward(r.statements()[k]) || line->memory.bytes() > most_bytes) {
                return nullptr;
            }
        }
        if (!builder.places_.of(result).computed || builder.places_.of(result).is_strided) {
            return nullptr; // (a view costs nothing, and is one here as elsewhere)
        }
        if (r.shape_of(result).size() == 0) {
            builder.add_backward(result, arguments);
        }
        builder.place_result(result);
        return line;
    }

private:
    // More would not stay in a cache, and a list of values that come and go does better.
    static constexpr std::size_t most_bytes = std::size_t{4} << 20;

    struct step
    {
        line_statement<T> s;
        void const** operands = nullptr; // where they lie, spread where one element is for many
        T* values = nullptr;             // of the expression, also where it is summed
        void** unit = nullptr;           // of a sum in one pass: the adjoints of its elements
        void** result = nullptr;         // of a reduction
    };

    straight_line_builder(
        tape_record const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        straight_line& line)
        : places_(r, statements, arguments, line), line_(line)
    {}

    // ---- The way forward ----

    bool add_forward(recorded_statement const& recorded)
    {
        line_statement<T> const s(recorded, places_);
        if (!s.suits()) {
            return false;
        }
        auto& result = places_.of(recorded.result);
        result.computed = true;
        for (std::size_t i = 0; i < recorded.operand_count; ++i) {
            result.wanted |= places_.of(recorded.operands()[i].variable).wanted &&
                (recorded.kernels == nullptr || recorded.kernels->leaves[i].carries_gradient);
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

    /// The statement makes a view that does not lie in a row.
    bool is_strided(line_statement<T> const& s) const
    {
        auto const& [operand, from, to] = s.moves()[0];
        return s.moves().size() == 1 && element_count(to.shape) == places_.size_of(s->result) &&
            (!is_run(from.shape, from.strides) ||
             places_.of(s->operands()[operand].variable).is_strided);
    }

    void move_elements(step const& by, T* result)
    {
        auto const background = static_cast<T>(by.s->operation_->background());
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

    /// Operand i of a product as a matrix.
    product_call::side matrix_of(step const& by, std::size_t i)
    {
        auto const& operand = by.s->operands()[i];
        auto const& shape = places_.shape_of(operand.variable);
        auto const rows = shape.size() == 2 ? shape[0] : i == 0 ? 1 : shape[0];
        auto const columns = shape.size() == 2 ? shape[1] : i == 0 ? shape[0] : 1;
        return {places_.slot_of(places_.value_of(operand), operand.variable), rows, columns, false};
    }

    void multiply_matrices(step const& by, T* result)
    {
        line_.forward.push_back(
            product_call{matrix_of(by, 0), matrix_of(by, 1), places_.slot(result)});
    }

    void read_operands(step& by)
    {
        auto const& operands = by.s->operands();
        by.operands = places_.template list<void const*>(operands.size());
        for (std::size_t i = 0; i < operands.size(); ++i) {
            auto* const value = places_.value_of(operands[i]);
            if (places_.size_of(operands[i].variable) == by.s.count()) {
                places_.write_down(value, operands[i].variable, &by.operands[i]);
            } else {
                auto const* const number = places_.slot_of(value, operands[i].variable);
                by.operands[i] = spread_over(number, by.s.count(), line_.forward);
            }
        }
    }

    T* spread_over(
        void const* const* number,
        std::size_t count,
        std::vector<line_instruction>& instructions,
        std::size_t divisor = 1)
    {
        auto* const to = places_.room(count);
        instructions.push_back(spread_call{{number, places_.slot(to), count, divisor}});
        return to;
    }

    static values_call values_of(step const& by)
    {
        auto const& kernels = *by.s->kernels;
        return {
            kernels.values,
            {by.operands, by.s->scalars(), by.values, by.s.count(), kernels.program}};
    }

    void add_reduction(step& by, T* result)
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

    void reduce(step const& by, void const* const* elements)
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

    adjoints_call values_and_adjoints_of(step& by)
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

    /// Where the last instruction computes it, and nothing reads it, it need not be copied. (There
    /// is no instruction where the result is a part of an argument.)
    void place_result(std::uint32_t result)
    {
        auto* const place = places_.of(result).value;
        auto* const last =
            line_.forward.empty() ? nullptr : std::get_if<values_call>(&line_.forward.back());
        if (line_.backward.empty() && last != nullptr && last->block.values == place) {
            line_.slots.push_back({&last->block.values, places_.result()});
        } else {
            line_.result = places_.copied(result, place, places_.result());
        }
    }

    // ---- The way back ----

    void add_backward(std::uint32_t result, std::span<std::uint32_t const> arguments)
    {
        auto* const seed = places_.first_adjoint_of(result);
        line_.backward.push_back(spread_call{{places_.one(), places_.slot(seed), 1}});
        for (auto k = steps_.size(); k-- > 0;) {
            auto const& place = places_.of(steps_[k].s->result);
            if (place.wanted && place.has_adjoint) {
                reverse(steps_[k], place.adjoint);
                places_.release_adjoint_of(steps_[k].s->result);
            }
        }
        places_.copy_gradients(arguments);
    }

    void reverse(step const& by, T* g)
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
            each.to = places_.adjoint_slot_of(by.s->operands()[0].variable, each.accumulate);
            line_.backward.push_back(each);
        } else if (by.s->reduced != nullptr) {
            call_adjoints(
                by, spread_over(places_.slot(g), by.s.count(), line_.backward, by.s.divisor()));
        } else {
            call_adjoints(by, g);
        }
    }

    void reverse_moves(line_statement<T> const& s, T* g)
    {
        bool const adds_to_zeros = s->operation_->part() != nullptr; // as the sweep does
        auto variable = line_places<T>::no_number;
        void** to = nullptr;
        bool accumulate = false;
        std::size_t operand = 0;
        for (auto const& move : s.moves()) {
            if (to == nullptr ||
                move.operand != operand) { // all moves of an operand are neighbours
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
    void reverse_product(step const& by, T* g)
    {
        auto const a = matrix_of(by, 0);
        auto const b = matrix_of(by, 1);
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

    void reverse_one_pass(step const& by, T* g)
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
    T const* seeds_of(step const& by, T* g)
    {
        auto const count = by.s.count();
        auto* const results = spread_over(by.result, count, line_.backward);
        auto* const adjoints = spread_over(places_.slot(g), count, line_.backward);
        auto* const seeds = places_.room(count);
        auto const* const elements = by.s.reduces_tensor() ? by.operands : places_.slot(by.values);
        line_.backward.push_back(element_adjoints_call{
            {elements, places_.slot(seeds), count},
            by.s->reduced->element,
            places_.slot(results),
            places_.slot(adjoints)});
        return seeds;
    }

    void call_adjoints(step const& by, T const* seed)
    {
        auto const& kernels = *by.s->kernels;
        auto const count = by.s.count();
        auto* const adjoints = places_.template list<void*>(by.s->operand_count);
        auto* const accumulate = places_.template list<bool>(by.s->operand_count);
        std::vector<total_call> totals;
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
                total_call sum{{places_.slot(parts), nullptr, count}};
                sum.to = places_.adjoint_slot_of(variable, sum.accumulate);
                totals.push_back(sum);
            }
        }
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
        line_.backward.insert(line_.backward.end(), totals.begin(), totals.end());
    }

    line_places<T> places_;
    straight_line& line_;
    std::vector<step> steps_;
};
} // namespace xgrad::detail
