#pragma once

#include <xgrad/tape/adjoints.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace xgrad {
/// What an array operation sees of a sweep.
class statement_pullback
{
public:
    statement_pullback(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
        : recording_(r), statement_(s), adjoints_(all)
    {}

    /// The adjoint of the result.
    body_pointer const& incoming()
    {
        if (!incoming_) {
            incoming_ = adjoints_.body_of(statement_.result);
        }
        return incoming_;
    }

    /// The same in another shape; a number with strides of 0 where that is all it is.
    body_pointer incoming(shape_type const& shape)
    {
        return adjoints_.reshaped_body_of(statement_.result, shape);
    }

    /// The result, where the operation asked to keep it.
    body_pointer const& result() const noexcept { return statement_.kept_result; }

    /// Operand i, where the operation asked to keep it.
    body_pointer const& operand(std::size_t i) const noexcept
    {
        return statement_.operands()[i].kept;
    }

    shape_type const& shape(std::size_t i) const noexcept
    {
        return recording_.shape_of(statement_.operands()[i].variable);
    }

    std::size_t operand_count() const noexcept { return statement_.operand_count; }

    bool wants(std::size_t i) const noexcept
    {
        return adjoints_.wants(statement_.operands()[i].variable);
    }

    /// Other tapes record what the operation computes.
    bool is_recorded() const noexcept { return adjoints_.is_recorded(); }

    /// The adjoint of operand i so far, dense, to add to: for operations that touch few of its
    /// elements.
    tensor_body& sum(std::size_t i)
    {
        if (adjoints_.is_recorded()) {
            throw tape_error(
                std::string(statement_.operation->name()) +
                ": its gradient is computed in place, and another tape is to record it; take the "
                "gradient under no_grad, where it is a constant" +
                at(statement_.where));
        }
        return adjoints_.sum(statement_.operands()[i].variable);
    }

    void add(std::size_t i, body_pointer contribution)
    {
        adjoints_.add(statement_.operands()[i].variable, std::move(contribution));
    }

private:
    tape_record const& recording_;
    recorded_statement const& statement_;
    sweep_adjoints& adjoints_;
    body_pointer incoming_;
};
} // namespace xgrad
