#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/tape/pullback.hpp>
#include <xgrad/tape/replay_watch.hpp>
#include <xgrad/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

// What every array operation does: compute a result, then let the active tapes remember how the
// result's adjoint goes back.

namespace xgrad {
/// Of an operation that does not say how it runs again: a function with it is not replayed.
struct not_repeatable
{
    body_pointer operator()(std::span<tensor_body* const>) const { return {}; }
};

/// Of an operation that does more than move elements.
struct no_moves
{
    template <class List>
    void operator()(shape_type const&, shape_type const&, List&) const
    {}
};

/// Of one that leaves them in their order.
struct moves_in_order
{
    template <class List>
    void operator()(shape_type const&, shape_type const& result, List& list) const
    {
        list.push_back({0, detail::whole(result), detail::whole(result)});
    }
};

/// An operation whose way back is a function of the sweep, and which runs again by a function of
/// its operands; its attributes are what these capture.
template <class F, class Again = not_repeatable, class Moves = no_moves>
class recorded_operation : public array_operation
{
public:
    recorded_operation(std::string_view name, F reverse, Again again = {}, Moves moves = {})
        : name_(name),
          reverse_(std::move(reverse)),
          again_(std::move(again)),
          moves_(std::move(moves))
    {}

    std::string_view name() const noexcept override { return name_; }

    void reverse(statement_pullback& sweep) const override { reverse_(sweep); }

    bool runs_again() const noexcept override
    {
        return !std::same_as<std::remove_const_t<Again>, not_repeatable>;
    }

    body_pointer again(std::span<tensor_body* const> operands) const override
    {
        return again_(operands);
    }

    void moves(
        shape_type const& operand,
        shape_type const& result,
        std::vector<detail::element_move>& list) const override
    {
        moves_(operand, result, list);
    }

private:
    std::string_view name_;
    F reverse_;
    [[no_unique_address]] Again again_;
    [[no_unique_address]] Moves moves_;
};

namespace detail {
/// f as a function of a statement's operands, tensors of T...: how the statement runs again.
template <class... T, class F>
auto runs_again_by(F f)
{
    return [f = std::move(f)](std::span<tensor_body* const> operands) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return as_tensor(f(tensor<T>(share(*operands[I]))...)).handle();
        }(std::index_sequence_for<T...>());
    };
}

/// Functions of the program may own tensors that are none of a statement's operands: a replay would
/// go on with what these were at first. Nobody can ask them; but what is copied as bytes owns none.
template <class... F>
inline constexpr bool may_own_tensors = !(std::is_trivially_copyable_v<F> && ...);

/// How a statement runs again that calls such functions, if it does.
template <class... Functions, class Again>
auto unless_they_own_tensors(Again again)
{
    if constexpr (may_own_tensors<Functions...>) {
        return not_repeatable();
    } else {
        return again;
    }
}

/// The same values under another name. (The program does not read them.)
template <class T>
tensor<T> same_values(tensor<T> const& x)
{
    unwatched const guard;
    return x.detach();
}

/// What f computes as a part of an operation that is recorded, and runs again, as a whole.
template <class F>
auto within_operation(F&& f)
{
    no_grad const guard;
    unwatched const also;
    return computed(std::forward<F>(f));
}
} // namespace detail

/// The values that an operation's way back reads.
struct kept_values
{
    bool operands = false;
    bool result = false;
};

/// Records `result = name(operands...)` as an Operation of these attributes.
template <class Operation, tensor_element T, class... Attributes>
tensor<T> recorded_as(
    std::string_view name,
    tensor<T> result,
    std::span<tensor_body* const> operands,
    kept_values kept,
    std::source_location const& where,
    Attributes const&... attributes)
{
    detail::check_result(result.body(), name, where);
    if constexpr (differentiable_element<T>) {
        if (is_recording()) {
            short_list<bool> keep(operands.size());
            std::fill(keep.get().begin(), keep.get().end(), kept.operands);
            record_operation(
                [&] { return std::make_unique<Operation const>(attributes...); },
                operands,
                keep.get(),
                kept.result,
                result.body(),
                where);
        }
    }
    detail::note_result(result.body());
    return result;
}

/// The same with `reverse(pullback&)`, its way back. For gradients of gradients it computes with
/// tensors of the sweep's bodies and with functions that record.
template <tensor_element T, class F, class Again = not_repeatable, class Moves = no_moves>
tensor<T> recorded(
    std::string_view name,
    tensor<T> result,
    std::span<tensor_body* const> operands,
    kept_values kept,
    F const& reverse,
    std::source_location const& where,
    Again const& again = {},
    Moves const& moves = {})
{
    return recorded_as<recorded_operation<F, Again, Moves>>(
        name, std::move(result), operands, kept, where, name, reverse, again, moves);
}

template <
    tensor_element T,
    std::size_t N,
    class F,
    class Again = not_repeatable,
    class Moves = no_moves>
tensor<T> recorded(
    std::string_view name,
    tensor<T> result,
    std::array<tensor_body*, N> const& operands,
    kept_values kept,
    F const& reverse,
    std::source_location const& where,
    Again const& again = {},
    Moves const& moves = {})
{
    return recorded(
        name,
        std::move(result),
        std::span<tensor_body* const>(operands.data(), N),
        kept,
        reverse,
        where,
        again,
        moves);
}

/// Records `result = name(x)`, linear in x: `back(g)` takes the result's adjoint to that of x,
/// `again(x)` is the operation itself, and `moves` are the elements it moves, if that is all.
template <tensor_element T, class Back, class Again, class Moves = no_moves>
tensor<T> recorded_linear(
    std::string_view name,
    tensor<T> result,
    tensor<T> const& x,
    Back const& back,
    std::source_location const& where,
    Again const& again,
    Moves const& moves = {})
{
    if (result.handle().get() == x.handle().get()) {
        result = detail::same_values(result); // a statement's result has an identity of its own
    }
    auto reverse = [back](auto& sweep) {
        if (sweep.wants(0)) {
            tensor<T> const g(sweep.incoming());
            sweep.add(0, tensor<T>(back(g)).handle());
        }
    };
    return recorded(
        name,
        std::move(result),
        std::array{&x.body()},
        {},
        reverse,
        where,
        detail::runs_again_by<T>(again),
        moves);
}
} // namespace xgrad
