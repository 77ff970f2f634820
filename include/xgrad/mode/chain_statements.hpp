#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/engine/tile_chain.hpp>
#include <xgrad/tape/statement_run.hpp>
#include <xgrad/tape/tape.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace xgrad::detail {
/// A sum over `size` elements, as a statement of its own, has value and adjoints in one pass.
inline bool
is_summed_in_one_pass(tape_record const& r, recorded_statement const& s, std::size_t size)
{
    auto const operands = s.operands();
    auto const count_arrays = [&] {
        std::vector<std::uint32_t> arrays;
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (s.kernels->leaves[i].carries_gradient) {
                arrays.push_back(operands[i].variable);
            }
        }
        std::sort(arrays.begin(), arrays.end());
        return std::unique(arrays.begin(), arrays.end()) - arrays.begin();
    };
    return unit_adjoints::pay(*s.kernels, size, count_arrays) &&
        std::all_of(operands.begin(), operands.end(), [&](auto const& operand) {
               return r.variables().size_of(operand.variable) == size;
           });
}

/// Whether value and adjoints are had in one pass where one tape alone records this statement.
template <class Recording>
bool may_be_in_one_pass(Recording const& r, recorded_statement const& s)
{
    if (s.reduced == nullptr || r.variables().size_of(s.result) != 1) {
        return false;
    }
    bool const is_logsumexp = with_floating_type(
        s.kernels->compute, [&]<class T>() { return s.reduced == &logsumexp_reduction<T>; });
    return is_logsumexp || is_summed_in_one_pass(r, s, element_count(index_space(r, s)));
}

/// The variables that a chain reads and does not compute.
struct chain_inputs
{
    std::span<std::uint32_t const> variables;
    std::span<char const> wanted{}; // has a gradient that somebody wants; empty: all have
    bool broadcast = false;         // operands may broadcast over the arrays, and lie as they like
};

/// Statements of a record that may be a chain: elementwise ones over arrays of one shape, of which
/// the last is summed or is a single number.
template <class T>
class chain_statements
{
public:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

    /// What is known of a variable.
    struct variable_place
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

    /// Of the statements with these numbers, as a function of these variables.
    chain_statements(
        tape_record const& r, std::span<std::size_t const> statements, chain_inputs const& inputs)
        : record_(r), places_(r.variables().size()), broadcast_(inputs.broadcast)
    {
        for (auto const k : statements) {
            statements_.push_back(&r.statements()[k]);
        }
        for (std::uint32_t i = 0; i < inputs.variables.size(); ++i) {
            auto& place = places_[inputs.variables[i]];
            place.argument = i;
            place.wanted = inputs.wanted.empty() || inputs.wanted[i] != 0;
        }
    }

    std::size_t count() const noexcept { return statements_.size(); }

    recorded_statement const& operator[](std::size_t k) const noexcept { return *statements_[k]; }

    recorded_statement const& last() const noexcept { return *statements_.back(); }

    variable_place& of(std::uint32_t variable) noexcept { return places_[variable]; }

    /// The arrays' shape, and how many elements they have.
    shape_type const& shape() const noexcept { return shape_; }

    std::size_t size() const noexcept { return size_; }

    shape_type const& shape_of(std::uint32_t variable) const noexcept
    {
        return record_.shape_of(variable);
    }

    std::size_t size_of(std::uint32_t variable) const noexcept
    {
        return record_.variables().size_of(variable);
    }

    /// It has to be brought into tiles: it broadcasts, lies apart, or is of another type.
    bool is_gathered(recorded_operand const& operand) const noexcept
    {
        auto const size = size_of(operand.variable);
        return broadcast_ && size != 1 &&
            (size != size_ || (operand.kept && !operand.kept->dense(type_of<T>)));
    }

    /// They are a chain. (One over nothing is left alone.)
    bool suit()
    {
        if (statements_.empty() || last().kernels == nullptr || last().operand_count == 0 ||
            record_.shape_of(last().result).size() != 0) {
            return false;
        }
        shape_ = index_space(record_, last());
        size_ = element_count(shape_);
        return size_ > 0 && std::all_of(statements_.begin(), statements_.end(), [&](auto const* s) {
                   return is_link(*s);
               });
    }

    /// The last statement is the sum of a tensor itself.
    bool sums_tensor() const noexcept
    {
        return last().reduced != nullptr && last().kernels->is_tensor();
    }

    /// The last statement has value and adjoint in one pass.
    bool end_in_one_pass() const { return is_summed_in_one_pass(record_, last(), size_); }

    /// Finds which values the way back reads, and which statement is the last to read each on the
    /// way forward.
    void look_ahead()
    {
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = *statements_[k];
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                auto& operand = places_[s.operands()[i].variable];
                operand.last_read = k;
                operand.read_back |= s.kernels->leaves[i].value_needed && places_[s.result].wanted;
            }
            auto& result = places_[s.result];
            result.read_back |= s.kernels->result_needed && result.wanted;
        }
        if (sums_tensor()) {
            places_[last().operands()[0].variable].summed = true;
        }
    }

private:
    bool is_link(recorded_statement const& s)
    {
        bool const is_last = &s == statements_.back();
        if (s.kernels == nullptr ||
            !(s.aligned == operand_alignment::same || (broadcast_ && s.reduced == nullptr)) ||
            s.kernels->compute != type_of<T> || record_.variables()[s.result].type != type_of<T> ||
            (s.reduced != nullptr && !(is_last && is_sum_or_mean<T>(*s.reduced))) ||
            (s.reduced == nullptr && !same_shape(shape_of(s.result), shape_))) {
            return false;
        }
        auto& result = places_[s.result];
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            auto const variable = s.operands()[i].variable;
            auto const& operand = places_[variable];
            bool const whole_sum = s.reduced != nullptr && s.kernels->is_tensor();
            bool const fits = size_of(variable) == size_ || size_of(variable) == 1;
            bool const is_number = record_.variables()[variable].type == type_of<T>;
            if (!(fits || broadcast_) ||
                !(is_number || (is_gathered(s.operands()[i]) && !operand.wanted)) ||
                (whole_sum && !operand.computed)) {
                return false;
            }
            result.wanted |= operand.wanted && s.kernels->leaves[i].carries_gradient;
        }
        result.computed = true;
        return true;
    }

    tape_record const& record_;
    std::vector<recorded_statement const*> statements_;
    std::vector<variable_place> places_;
    bool broadcast_;
    shape_type shape_;
    std::size_t size_ = 0;
};
} // namespace xgrad::detail
