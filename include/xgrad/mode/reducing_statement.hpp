#pragma once

#include <xgrad/array/product.hpp>
#include <xgrad/mode/chain_statements.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace xgrad::detail {
/// A statement of a record as it is, or is not, a reduction of arrays of one shape to a number by
/// which there is a gradient.
template <class T>
class reducing_statement
{
public:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

    /// How the adjoints of the elements come about.
    enum class way_back
    {
        unit_adjoints, // together with the values, for an adjoint of one
        softmax,       // the same, of a sum of exponentials
        uniform,       // all are the sum's
        elements,      // by the reduction's rule for an element
        second_pass
    };

    struct operand_source
    {
        std::uint32_t argument = none;
        tensor_body* constant = nullptr;
        bool repeats = false; // an earlier operand is the same variable

        bool is_argument() const noexcept { return argument != none; }
    };

    /// As a function of these variables.
    reducing_statement(
        tape_record const& r, recorded_statement const& s, std::span<std::uint32_t const> arguments)
        : record_(&r), statement_(&s), suits_(reduces_all(arguments) && knows_way_back())
    {}

    bool suits() const noexcept { return suits_; }

    recorded_statement const* operator->() const noexcept { return statement_; }

    reduction_kind const& kind() const noexcept { return *statement_->reduced; }

    block_kernels const& kernels() const noexcept { return *statement_->kernels; }

    T const* scalars() const noexcept { return static_cast<T const*>(statement_->scalars()); }

    /// It reduces a tensor itself.
    bool is_leaf() const noexcept { return kernels().is_tensor(); }

    bool is_product() const noexcept { return &kind() == &product_reduction<T>; }

    way_back way() const noexcept { return way_; }

    /// Elements of the arrays.
    std::size_t size() const noexcept { return size_; }

    std::span<operand_source const> operands() const noexcept { return operands_; }

private:
    /// It reduces arrays of one shape, and a few constants of a single element.
    bool reduces_all(std::span<std::uint32_t const> arguments)
    {
        auto const& s = *statement_;
        auto const& variables = record_->variables();
        if (s.kernels == nullptr || s.reduced == nullptr || s.operand_count == 0 ||
            s.kernels->compute != type_of<T> || variables[s.result].type != type_of<T> ||
            !record_->shape_of(s.result).empty()) {
            return false;
        }
        auto whole = s.operands()[0].variable;
        for (auto const& operand : s.operands()) {
            if (variables.size_of(operand.variable) > variables.size_of(whole)) {
                whole = operand.variable;
            }
        }
        size_ = variables.size_of(whole);
        auto const& shape = record_->shape_of(whole);
        for (auto const& operand : s.operands()) {
            auto const& own = record_->shape_of(operand.variable);
            bool const single = !same_shape(own, shape);
            operands_.push_back(source_of(operand, arguments));
            singles_ += single ? 1 : 0;
            if (single &&
                (variables.size_of(operand.variable) != 1 || own.size() > shape.size() ||
                 operands_.back().is_argument())) {
                return false;
            }
            if (!operands_.back().is_argument() && !operands_.back().constant->dense(type_of<T>)) {
                return false;
            }
        }
        return size_ > 0 && singles_ <= most_single_operands && reaches(arguments) &&
            static_cast<std::size_t>(std::popcount(s.axes)) == shape.size();
    }

    operand_source
    source_of(recorded_operand const& operand, std::span<std::uint32_t const> arguments) const
    {
        operand_source source{.constant = operand.kept.get()};
        for (std::uint32_t i = 0; i < arguments.size(); ++i) {
            if (arguments[i] == operand.variable) {
                source = {.argument = i};
            }
        }
        auto const k = operands_.size();
        for (std::size_t i = 0; i < k; ++i) {
            source.repeats = source.repeats ||
                (statement_->operands()[i].variable == operand.variable &&
                 kernels().leaves[i].carries_gradient);
        }
        return source;
    }

    /// Each argument has a gradient.
    bool reaches(std::span<std::uint32_t const> arguments) const
    {
        std::vector<bool> reached(arguments.size(), false);
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            if (operands_[i].is_argument() && kernels().leaves[i].carries_gradient) {
                reached[operands_[i].argument] = true;
            }
        }
        return std::find(reached.begin(), reached.end(), false) == reached.end();
    }

    bool knows_way_back()
    {
        if (is_product() || &kind() == &logsumexp_reduction<T>) {
            way_ = is_product() ? way_back::elements : way_back::softmax;
            return is_leaf();
        }
        if (&kind() != &sum_reduction<T> && &kind() != &mean_reduction<T>) {
            return false;
        }
        if (is_leaf()) {
            way_ = way_back::uniform;
        } else if (singles_ == 0 && is_summed_in_one_pass(*record_, *statement_, size_)) {
            way_ = way_back::unit_adjoints;
        } else {
            way_ = way_back::second_pass;
            return !kernels().result_needed;
        }
        return true;
    }

    tape_record const* record_;
    recorded_statement const* statement_;
    std::size_t size_ = 0;
    std::size_t singles_ = 0; // operands of a single element
    way_back way_ = way_back::uniform;
    std::vector<operand_source> operands_;
    bool suits_;
};
} // namespace xgrad::detail
