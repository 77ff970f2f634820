#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/mode/line_places.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

namespace xgrad::detail {
/// A statement of a record as it is, or is not, a part of a straight line.
template <class T>
class line_statement
{
public:
    /// The values of its operands have their places.
    line_statement(recorded_statement const& s, line_places<T>& places)
        : statement_(&s), part_(line_places<T>::run_of(s))
    {
        bool one_type = places.is_of_type(s.result);
        bool some_part = false;
        for (auto const& operand : s.operands()) {
            one_type = one_type && places.is_of_type(operand.variable) &&
                places.size_of(operand.variable) > 0;
            count_ = std::max(count_, places.size_of(operand.variable));
        }
        if (s.kernels != nullptr) {
            space_ = places.space_of(s);
            count_ = element_count(space_);
        }
        if (!one_type || s.operand_count == 0 || !fits(places)) {
            return;
        }
        for (auto const& operand : s.operands()) {
            places.value_of(operand);
            auto const& place = places.of(operand.variable);
            some_part = some_part || place.is_part || place.is_strided;
            one_size_ = one_size_ && places.size_of(operand.variable) == count_;
            one_shape_ = one_shape_ &&
                same_shape(places.shape_of(operand.variable),
                           places.shape_of(s.operands()[0].variable));
        }
        if (s.kernels == nullptr) {
            suits_ = !multiplies_matrices() || fits_as_product(places);
            return;
        }
        // Where the arguments are dense, so is all that is computed, but for parts. (A sum whose
        // way back reads its elements' values is not said to be aligned.)
        bool const reads_values = s.reduced != nullptr && s.kernels->result_needed;
        aligned_ = s.aligned == operand_alignment::same ||
            (!some_part && (one_shape_ || (reads_values && single_among_larger(s, places))));
        bool const sums = s.reduced != nullptr &&
            (is_sum_or_mean<T>(*s.reduced) || (folds() && aligned_)) &&
            (s.aligned == operand_alignment::same || takes_all_axes(s, places));
        auto const results = sums ? 1 : count_;
        broadcasts_ = !aligned_ && !one_shape_;
        suits_ = (sums || s.reduced == nullptr) && places.size_of(s.result) == results &&
            s.kernels->compute == type_of<T> && (aligned_ || one_shape_ || broadcasts_);
    }

    recorded_statement const* operator->() const noexcept { return statement_; }

    bool suits() const noexcept { return suits_; }

    /// Of a view of neighbours: where they lie in its operand. Null of all else.
    selection const* part() const noexcept { return part_; }

    /// What an array operation moves; empty of an expression.
    std::vector<element_move> const& moves() const noexcept { return moves_; }

    /// It is a product of matrices or vectors.
    bool multiplies_matrices() const noexcept
    {
        return statement_->kernels == nullptr && statement_->operation->multiplies_matrices();
    }

    /// Of so many numbers that BLAS is called.
    bool calls_blas() const noexcept { return calls_blas_; }

    /// Elements over which the expression runs.
    std::size_t count() const noexcept { return count_; }

    /// Its operands are broadcast, and their adjoints summed, as of arrays of any shapes. (Where
    /// some are single elements, and the others of one shape, there is a shorter way.)
    bool broadcasts() const noexcept { return broadcasts_; }

    /// The shape of an expression.
    shape_type const& space() const noexcept { return space_; }

    /// What the sum is divided by.
    std::size_t divisor() const noexcept
    {
        return statement_->reduced->divides_by_count ? count_ : 1;
    }

    /// It is a reduction that is no sum: it folds its elements, and has a rule for their adjoints.
    bool folds() const noexcept
    {
        return statement_->reduced != nullptr && statement_->reduced->fold != nullptr;
    }

    /// It reduces a tensor itself.
    bool reduces_tensor() const noexcept
    {
        return statement_->reduced != nullptr && statement_->kernels->is_tensor();
    }

    /// A sum has its elements' values and adjoints in one pass, by its own rule for few elements.
    bool is_in_one_pass() const noexcept
    {
        return statement_->reduced != nullptr && !folds() && !reduces_tensor() && aligned_ &&
            one_size_ && statement_->kernels->values_and_adjoints != nullptr;
    }

    /// The first operand that is the same tensor as operand i, and carries a gradient.
    std::size_t first_of(std::size_t i) const noexcept
    {
        auto const operands = statement_->operands();
        std::size_t first = 0;
        while (operands[first].variable != operands[i].variable ||
               !statement_->kernels->leaves[first].carries_gradient) {
            ++first;
        }
        return first;
    }

private:
    /// Over some axes, of which the others have length 1, a reduction goes another way.
    static bool takes_all_axes(recorded_statement const& s, line_places<T> const& places)
    {
        std::size_t rank = 0;
        for (auto const& operand : s.operands()) {
            rank = std::max(rank, places.shape_of(operand.variable).size());
        }
        return static_cast<std::size_t>(std::popcount(s.axes)) == rank;
    }

    /// Its operands are a few single elements and others of one shape, of at least their rank.
    bool single_among_larger(recorded_statement const& s, line_places<T> const& places) const
    {
        shape_type const* shape = nullptr;
        std::size_t rank = 0;
        std::size_t single = 0;
        for (auto const& operand : s.operands()) {
            auto const& own = places.shape_of(operand.variable);
            if (places.size_of(operand.variable) == 1) {
                rank = std::max(rank, own.size());
                ++single;
            } else if (shape == nullptr) {
                shape = &own;
            } else if (!same_shape(own, *shape)) {
                return false;
            }
        }
        return shape != nullptr && rank <= shape->size() && single <= most_single_operands;
    }

    /// Asked before anything is placed: what does not fit may be large.
    bool fits(line_places<T> const& places)
    {
        auto const& s = *statement_;
        if (s.kernels != nullptr) {
            return count_ <= few_blocks<T>;
        }
        auto const operands = s.operands();
        auto const size = places.size_of(s.result);
        bool const moves_few = size <= few_blocks<T> && places.arguments_were_dense();
        if (size == 0 || (part_ == nullptr && !moves_few) ||
            !std::all_of(operands.begin(), operands.end(), [&](auto const& operand) {
                return places.may_be_copied(operand.variable);
            })) {
            return false;
        }
        s.operation->moves(
            places.shape_of(operands[0].variable), places.shape_of(s.result), moves_);
        return !moves_.empty() || multiplies_matrices();
    }

    /// No stacks, and matrices that lie here as they do elsewhere: the order of the sums of BLAS
    /// depends on that.
    bool fits_as_product(line_places<T> const& places)
    {
        auto const operands = statement_->operands();
        auto const& left = places.shape_of(operands[0].variable);
        auto const& right = places.shape_of(operands[1].variable);
        if (left.size() > 2 || right.size() > 2) {
            return false;
        }
        calls_blas_ = !is_small_product(
            left.size() == 2 ? left[0] : 1, left.back(), right.size() == 2 ? right[1] : 1);
        return !calls_blas_ ||
            std::all_of(operands.begin(), operands.end(), [](auto const& operand) {
                return operand.kept->contiguous;
            });
    }

    recorded_statement const* statement_;
    selection const* part_;
    std::vector<element_move> moves_;
    shape_type space_;
    std::size_t count_ = 0;
    bool one_size_ = true;
    bool one_shape_ = true;
    bool aligned_ = false;
    bool broadcasts_ = false;
    bool calls_blas_ = false;
    bool suits_ = false;
};
} // namespace xgrad::detail
