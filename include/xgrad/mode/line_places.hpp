#pragma once

#include <xgrad/array/strided.hpp>
#include <xgrad/engine/straight_line.hpp>
#include <xgrad/tape/statement_run.hpp>
#include <xgrad/tape/tape.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <vector>

namespace xgrad::detail {
/// Where the values and adjoints of a record's variables lie while it is made a straight line.
template <class T>
class line_places
{
public:
    static constexpr auto no_number = std::numeric_limits<std::uint32_t>::max();

    struct variable_place
    {
        T* value = nullptr;
        T* adjoint = nullptr;
        bool computed = false;
        bool wanted = false; // on a way from an argument
        bool has_adjoint = false;
        bool adjoint_is_uniform = false;    // so far, all its elements are
        bool is_part = false;               // its elements are followed by others
        bool is_strided = false;            // here they lie in a row, elsewhere it is a view
        std::size_t read_in_parts = 0;      // elements, in all its parts together
        std::uint32_t argument = no_number; // where the program writes down where it lies
    };

    line_places(
        tape_record const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::size_t wanted,
        straight_line& line)
        : record_(r), line_(line), wanted_(wanted), places_(r.variables().size())
    {
        for (std::uint32_t i = 0; i < arguments.size(); ++i) {
            auto& place = of(arguments[i]);
            place.value = room(size_of(arguments[i]));
            place.wanted = i < wanted;
            place.adjoint = place.wanted ? room(size_of(arguments[i])) : nullptr;
            place.argument = i;
        }
        for (auto const k : statements) {
            auto const& s = r.statements()[k];
            for (auto const& operand : s.operands()) {
                auto& place = of(operand.variable);
                // (Asked where it is read first, before its number may go.)
                arguments_were_dense_ = arguments_were_dense_ &&
                    (place.argument == no_number || operand.kept->dense(type_of<T>));
                if (run_of(s) != nullptr) {
                    place.argument = no_number; // whole registers are read of its parts
                }
                if (s.kernels == nullptr) {
                    place.read_in_parts += size_of(s.result);
                }
            }
        }
        arguments_ = static_cast<std::uint32_t>(arguments.size());
        for (std::uint32_t i = 0; i < arguments_; ++i) {
            if (auto const& place = of(arguments[i]); place.argument == no_number) {
                line.copied_arguments.push_back(copied(arguments[i], place.value, i));
            }
        }
    }

    /// Of a statement that is a view of neighbours: where they lie in its operand.
    static selection const* run_of(recorded_statement const& s)
    {
        auto const* const part = s.kernels == nullptr ? s.operation->part() : nullptr;
        return part != nullptr && is_row_major(part->shape, part->strides) ? part : nullptr;
    }

    variable_place& of(std::uint32_t variable) noexcept { return places_[variable]; }

    variable_place const& of(std::uint32_t variable) const noexcept { return places_[variable]; }

    std::size_t size_of(std::uint32_t variable) const noexcept
    {
        return record_.variables().size_of(variable);
    }

    shape_type const& shape_of(std::uint32_t variable) const noexcept
    {
        return record_.shape_of(variable);
    }

    /// The shape over which a statement's expression runs.
    shape_type space_of(recorded_statement const& s) const { return index_space(record_, s); }

    bool is_of_type(std::uint32_t variable) const noexcept
    {
        return record_.variables()[variable].type == type_of<T>;
    }

    /// Where the function was recorded. (Where a line runs, they are.)
    bool arguments_were_dense() const noexcept { return arguments_were_dense_; }

    /// It is small, or so much of it is read in parts that to copy it is no waste.
    bool may_be_copied(std::uint32_t variable) const noexcept
    {
        return size_of(variable) <= std::max(few_blocks<T>, 4 * of(variable).read_in_parts);
    }

    /// For so many elements, in whole registers also where a part of them is read.
    T* room(std::size_t count)
    {
        auto const bytes = padded_bytes(count * sizeof(T)) + block_alignment;
        auto* const memory = line_.memory.allocate(bytes);
        std::memset(memory, 0, bytes);
        return static_cast<T*>(memory);
    }

    template <class U>
    U* list(std::size_t count)
    {
        auto const bytes = padded_bytes(count * sizeof(U));
        auto* const memory = line_.memory.allocate(bytes);
        std::memset(memory, 0, bytes);
        return static_cast<U*>(memory);
    }

    void** slot(T* place)
    {
        auto** const to = list<void*>(1);
        *to = place;
        return to;
    }

    void** zero() { return slot(room(1)); }

    void** one()
    {
        auto* const number = room(1);
        *number = T(1);
        return slot(number);
    }

    /// The rows of such a move.
    std::span<paired_rows const> rows(selection const& from, selection const& to)
    {
        if (element_count(from.shape) == 0) {
            return {};
        }
        std::vector<paired_rows> all;
        paired_places const places(from.shape, from.strides, to.strides);
        places.for_each(0, places.rows(), [&](paired_rows const& some) {
            all.push_back(some);
            all.back().from.offset += from.offset;
            all.back().to.offset += to.offset;
        });
        auto* const kept = list<paired_rows>(all.size());
        std::copy(all.begin(), all.end(), kept);
        return {kept, all.size()};
    }

    straight_line::copied_array
    copied(std::uint32_t variable, T* place, std::uint32_t outside) const
    {
        return {place, size_of(variable) * sizeof(T), outside};
    }

    /// Its number among what comes from outside.
    std::uint32_t result() const noexcept { return 2 * arguments_; }

    /// Where an operand lies. A constant is copied.
    T* value_of(recorded_operand const& operand)
    {
        auto& place = of(operand.variable);
        if (place.value == nullptr) {
            place.value = room(size_of(operand.variable));
            place.is_part = !operand.kept->dense(type_of<T>);
            auto const body = dense(operand.kept);
            std::memcpy(place.value, body->data, body->size * sizeof(T));
        }
        return place.value;
    }

    /// Writes a value's place down, for good or (of an argument) until it lies somewhere else.
    void write_down(T* value, std::uint32_t variable, void const** slot)
    {
        *slot = value;
        if (auto const i = of(variable).argument; i != no_number) {
            line_.slots.push_back({const_cast<void**>(slot), i});
        }
    }

    void const* const* slot_of(T* value, std::uint32_t variable)
    {
        auto** const slot = list<void const*>(1);
        write_down(value, variable, slot);
        return slot;
    }

    /// The same of its adjoint; `accumulate`: this contribution is not the first.
    void write_down_adjoint(std::uint32_t variable, bool& accumulate, void** slot)
    {
        accumulate = of(variable).has_adjoint;
        of(variable).adjoint_is_uniform = false;
        *slot = accumulate ? of(variable).adjoint : first_adjoint_of(variable);
        if (auto const i = of(variable).argument; i != no_number) {
            line_.gradient_slots.push_back({slot, arguments_ + i});
        }
    }

    void** adjoint_slot_of(std::uint32_t variable, bool& accumulate)
    {
        auto** const slot = list<void*>(1);
        write_down_adjoint(variable, accumulate, slot);
        return slot;
    }

    T* first_adjoint_of(std::uint32_t variable)
    {
        auto& place = of(variable);
        place.has_adjoint = true;
        if (place.adjoint == nullptr) {
            auto& idle = idle_[size_of(variable)];
            if (idle.empty()) {
                idle.push_back(room(size_of(variable)));
            }
            place.adjoint = idle.back();
            idle.pop_back();
        }
        return place.adjoint;
    }

    void release_adjoint_of(std::uint32_t variable)
    {
        idle_[size_of(variable)].push_back(of(variable).adjoint);
    }

    /// A number, spread over an array by an instruction of its own.
    T* spread_over(
        void const* const* number,
        std::size_t count,
        std::vector<line_instruction>& instructions,
        std::size_t divisor = 1)
    {
        auto* const to = room(count);
        instructions.push_back(spread_call{{number, slot(to), count, divisor}});
        return to;
    }

    /// Operand i of a product as a matrix.
    product_call::side matrix_of(recorded_operand const& operand, std::size_t i)
    {
        auto const& shape = shape_of(operand.variable);
        auto const rows = shape.size() == 2 ? shape[0] : i == 0 ? 1 : shape[0];
        auto const columns = shape.size() == 2 ? shape[1] : i == 0 ? shape[0] : 1;
        return {slot_of(value_of(operand), operand.variable), rows, columns, false};
    }

    /// Those that are not written where they are wanted. An argument without an adjoint has zeros.
    void copy_gradients(std::span<std::uint32_t const> arguments)
    {
        for (std::uint32_t i = 0; i < wanted_; ++i) {
            auto const& place = of(arguments[i]);
            auto* const from = place.has_adjoint ? place.adjoint : nullptr;
            if (from == nullptr || place.argument == no_number) {
                line_.copied_gradients.push_back(copied(arguments[i], from, arguments_ + i));
            }
        }
    }

private:
    tape_record const& record_;
    straight_line& line_;
    std::uint32_t arguments_ = 0; // how many
    std::size_t wanted_;          // of the first so many the gradients
    bool arguments_were_dense_ = true;
    std::vector<variable_place> places_;
    std::map<std::size_t, std::vector<T*>> idle_; // places of adjoints that are done with, by size
};
} // namespace xgrad::detail
