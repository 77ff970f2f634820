#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/adjoint.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

namespace xgrad {
namespace detail {
/// The shape that a reduced array has with its reduced axes kept as length 1.
inline shape_type kept_axes(shape_type shape, std::uint64_t axes)
{
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if ((axes >> axis) & 1u) {
            shape[axis] = 1;
        }
    }
    return shape;
}

/// The shape of a reduction's results beside its elements.
inline shape_type places_of(statement const& s, shape_type shape)
{
    if (!s.reduced->keeps_axes) {
        return kept_axes(std::move(shape), s.axes);
    }
    if (s.reduced->fewer != 0) {
        shape[static_cast<std::size_t>(std::countr_zero(s.axes))] -= s.reduced->fewer;
    }
    return shape;
}

/// A dense body of f(index, element).
template <class T, class F>
body_pointer transformed(tensor_body const& body, F&& f)
{
    auto copy = make_body(body.type, body.shape);
    for (std::size_t i = 0; i < body.size; ++i) {
        copy->elements<T>()[i] = f(i, body.elements<T>()[i]);
    }
    return copy;
}
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The reverse of one fused statement, over its own index space.
template <class T>
class expression_sweep
{
public:
    expression_sweep(recording const& r, statement const& s, adjoints& all)
        : kernels_(*s.kernels),
          statement_(s),
          operands_(s.operands()),
          scalars_(static_cast<T const*>(s.scalars())),
          adjoints_(all),
          incoming_(all.body_of(s.result)),
          result_(s.kept_result),
          accesses_(operands_.size() + 2),
          targets_(operands_.size())
    {
        for (auto const& operand : operands_) {
            broadcast_into(shape_, r.shape_of(operand.variable));
        }
    }

    void run()
    {
        auto const leaves = operands_.size();
        seed_source source{.adjoint = leaves, .result = leaves + 1};
        if (statement_.reduced != nullptr) {
            source.reduced = true;
            source.element = statement_.reduced->element;
            expand_reduced();
            if (reverse_jointly(source)) {
                return;
            }
        }
        find_targets();
        compute_adjoints<T>(kernels_, make_plan(), scalars_, source, targets_.get());
    }

private:
    void find_targets()
    {
        auto const size = element_count(shape_);
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            auto const variable = operands_[i].variable;
            if (!kernels_.leaves[i].carries_gradient || !adjoints_.wants(variable)) {
                continue;
            }
            auto& target = targets_.get()[i];
            target.accumulate = adjoints_.has(variable);
            target.body = &adjoints_.writable(variable);
            target.direct = target.body->type == type_of<T> && target.body->size == size;
            if (!target.direct) {
                target.axes = shape_;
                target.strides =
                    broadcast_strides(target.body->shape, target.body->strides(), shape_);
                coalesce(target.axes, target.strides);
            }
        }
    }

    loop_plan make_plan()
    {
        auto const leaves = operands_.size();
        loop_plan p;
        p.size = element_count(shape_);
        p.operands = accesses_.get();
        for (std::size_t i = 0; i < leaves; ++i) {
            if (operands_[i].kept) {
                p.read(i, *operands_[i].kept, shape_, type_of<T>);
            }
        }
        p.read(leaves, *incoming_, shape_, type_of<T>);
        if (result_) {
            p.read(leaves + 1, *result_, shape_, type_of<T>);
        }
        p.coalesce(shape_);
        return p;
    }

    // Where the elements' adjoints depend on one another, they start from an array of them; returns
    // whether that is all.
    bool reverse_jointly(seed_source& source)
    {
        auto const* const joint = statement_.reduced->joint;
        bool const needed = joint != nullptr &&
            (joint->needed == nullptr || joint->needed(result_->data, result_->size));
        if (!needed || element_count(shape_) == 0) {
            return false;
        }
        auto seeds = make_body(type_of<T>, shape_);
        if (joint->elements_needed) {
            compute_values<T>(kernels_, make_plan(), scalars_, *seeds);
        }
        joint->back(statement_.axes, result_.get(), *incoming_, *seeds);
        if (joint->needed != nullptr) {
            source.element = nullptr; // it would have served for other results
        }
        auto const first = operands_[0].variable;
        bool const is_leaf = kernels_.terms.size() == 1 && adjoints_.wants(first);
        if (is_leaf && source.element == nullptr) {
            adjoints_.add(first, std::move(seeds));
            return true;
        }
        incoming_ = std::move(seeds);
        return false;
    }

    // The adjoint of a reduced result, as one that broadcasts over the elements.
    void expand_reduced()
    {
        auto const& reduced = *statement_.reduced;
        auto const places = xgrad::detail::places_of(statement_, shape_);
        auto const size = element_count(shape_);
        if (size == 0) {
            incoming_ = reshaped(incoming_, places);
            return;
        }
        if (result_) {
            result_ = reshaped(result_, places);
        }
        if (reduced.divides_by_count) {
            auto const count = static_cast<T>(size / incoming_->size);
            incoming_ = xgrad::detail::transformed<T>(
                *incoming_, [&](std::size_t, T g) { return g / count; });
        }
        incoming_ = reshaped(incoming_, places);
        if (reduced.shares_among_ties) {
            auto const ties = count_ties(places);
            incoming_ = xgrad::detail::transformed<T>(*incoming_, [&](std::size_t i, T g) {
                return g / ties->template elements<T>()[i];
            });
        }
    }

    // How many elements of every group equal the result.
    body_pointer count_ties(shape_type const& places)
    {
        auto ties = make_body(type_of<T>, places);
        auto* const counts = ties->template elements<T>();
        std::fill_n(counts, ties->size, T(0));
        auto const p = make_plan();
        auto axes = shape_;
        auto strides = broadcast_strides(places, ties->strides(), shape_);
        coalesce(axes, strides);
        block_reader<T> reader(p);
        scratch_memory block(block_length<T> * sizeof(T));
        auto* const values = block.as<T>();
        for (std::size_t begin = 0; begin < p.size; begin += block_length<T>) {
            auto const count = std::min(block_length<T>, p.size - begin);
            auto const* const operands = reader.read(begin, count);
            kernels_.values(
                {.operands = reinterpret_cast<void const* const*>(operands),
                 .scalars = scalars_,
                 .values = values,
                 .count = count,
                 .program = kernels_.program});
            auto const* const result = operands[operands_.size() + 1];
            for (std::size_t i = 0; i < count; ++i) {
                values[i] = values[i] == result[i] ? T(1) : T(0);
            }
            accumulate(
                sum_accumulator<T>,
                std::array<T*, 1>{counts},
                axes,
                strides,
                begin,
                count,
                static_cast<T const*>(values));
        }
        return ties;
    }

    block_kernels const& kernels_;
    statement const& statement_;
    std::span<recorded_operand const> operands_;
    T const* scalars_;
    adjoints& adjoints_;
    body_pointer incoming_;
    body_pointer result_;
    shape_type shape_;
    short_list<operand_access> accesses_; // of the operands, the incoming adjoint and the result
    short_list<adjoint_target> targets_;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
XGRAD_EXTERN template class expression_sweep<double>;
XGRAD_EXTERN template class expression_sweep<float>;
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
