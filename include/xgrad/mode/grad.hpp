#pragma once

#include <xgrad/mode/recorded_sweep.hpp>
#include <xgrad/mode/run_again.hpp>
#include <xgrad/tensor/tensor.hpp>

#include <array>
#include <source_location>
#include <tuple>
#include <vector>

namespace xgrad {
/// Several sources: `grad(tape, z, wrt(a, b))`.
template <class... T>
struct source_list
{
    std::tuple<tensor<T>...> tensors;
};

template <tensor_element... T>
source_list<T...> wrt(tensor<T> const&... sources)
{
    static_assert(
        (differentiable_element<T> && ...),
        "xgrad: a tensor of integers or truth values has no gradient; a source must be a "
        "tensor<double> or tensor<float>");
    return {{sources...}};
}

/// Several targets, whose gradients are added: `grad(tape, targets(u, v), x)`.
template <class... T>
struct target_list
{
    std::tuple<tensor<T>...> tensors;
};

template <tensor_element... T>
target_list<T...> targets(tensor<T> const&... tensors)
{
    static_assert(
        (differentiable_element<T> && ...),
        "xgrad: a tensor of integers or truth values has no gradient; a target must be a "
        "tensor<double> or tensor<float>");
    return {{tensors...}};
}

/// Targets that are expressions are computed, and recorded, first.
template <class... X>
    requires some_expressions<X...>
auto targets(X const&... expressions)
{
    return targets(as_tensor(expressions)...);
}

namespace detail {
[[noreturn]] XGRAD_COLD inline void throw_seed_mismatch(
    shape_type const& seed, shape_type const& target, std::source_location const& where)
{
    throw shape_error(
        "grad: out_grad has shape " + to_string(seed) + ", the target " + to_string(target) +
        "; they must be equal" + at(where));
}

template <class T>
sweep_target
target_of(tensor<T> const& target, tensor<T> const* seed, std::source_location const& where)
{
    if (seed == nullptr) {
        return {&target.body(), {}};
    }
    if (!same_shape(seed->shape(), target.shape())) {
        throw_seed_mismatch(seed->shape(), target.shape(), where);
    }
    return {&target.body(), seed->handle()};
}

/// Sweeps, while `t` itself does not record. What other tapes are watching they are able to record.
template <class Tape>
void sweep_once(
    Tape& t,
    std::span<sweep_target> targets,
    std::span<tensor_body* const> sources,
    grad_options const& options,
    std::span<body_pointer> result,
    std::source_location const& where,
    what_follows then = what_follows::anything)
{
    if (current_replay_watch() != nullptr) [[unlikely]] {
        auto const alone = [&] {
            unwatched const guard;
            sweep_once(t, targets, sources, options, result, where, then);
        };
        bool const is_last = then == what_follows::nothing;
        if (note_gradient({t.record(), targets, sources, result, is_last, alone})) {
            return;
        }
    }
    recomputing_way recompute;
    if (t.record().budget().forgets()) {
        t.record()
            .budget()
            .forget_values(); // the latest ones, too: one segment at a time has its values
        recompute = {&t.record(), &run_again};
    }
    auto const* const recorded = is_recording() ? &in_the_open<Tape> : nullptr;
    if (recorded == nullptr && !numerics_are_checked() &&
        hand_over_kept(t.record(), targets, sources, result)) {
        return;
    }
    reverse_sweep(t.record(), targets, sources, where, then, recorded, recompute)
        .run(options, result);
    // A gradient that is constant is computed by no statement, and is known all the same.
    for_each_active([&](tape_record& other) {
        for (auto const& gradient : result) {
            other.know(*gradient);
        }
    });
}

/// Sweeps, and empties a tape that is not persistent.
template <class Tape>
void gradients(
    Tape& t,
    std::span<sweep_target> targets,
    std::span<tensor_body* const> sources,
    grad_options const& options,
    std::span<body_pointer> result,
    std::source_location const& where)
{
    t.check_thread("grad", where);
    bool const stays = t.record().options().persistent;
    auto const then = stays ? what_follows::anything : what_follows::nothing;
    t.stop_recording([&] { sweep_once(t, targets, sources, options, result, where, then); });
    if (!stays) {
        t.record().consume();
    }
}

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template void sweep_once(
    tape&,
    std::span<sweep_target>,
    std::span<tensor_body* const>,
    grad_options const&,
    std::span<body_pointer>,
    std::source_location const&,
    what_follows);
XGRAD_EXTERN template void gradients(
    tape&,
    std::span<sweep_target>,
    std::span<tensor_body* const>,
    grad_options const&,
    std::span<body_pointer>,
    std::source_location const&);
#endif

template <class... T>
std::vector<sweep_target> targets_of(target_list<T...> const& list)
{
    return std::apply(
        [](auto const&... target) {
            return std::vector<sweep_target>{{&target.body(), {}}...};
        },
        list.tensors);
}

template <class S>
auto gradients_of(
    tape&, std::span<sweep_target>, S const&, grad_options const&, std::source_location const&)
{
    static_assert(
        is_tensor<S>,
        "xgrad: a source must be a tensor, wrt(a, b, ...) or a std::vector of tensors; an "
        "expression "
        "has to be assigned first (tensor y = ...;), so that the tape knows it");
}

template <class S>
auto gradients_of(
    tape& t,
    std::span<sweep_target> targets,
    tensor<S> const& source,
    grad_options const& options,
    std::source_location const& where)
{
    static_assert(
        differentiable_element<S>,
        "xgrad: a tensor of integers or truth values has no gradient; the source must be a "
        "tensor<double> or tensor<float>");
    body_pointer result;
    gradients(t, targets, std::array{&source.body()}, options, {&result, 1}, where);
    return tensor<S>(std::move(result));
}

template <class... S>
auto gradients_of(
    tape& t,
    std::span<sweep_target> targets,
    source_list<S...> const& sources,
    grad_options const& options,
    std::source_location const& where)
{
    return std::apply(
        [&](auto const&... source) {
            std::array<body_pointer, sizeof...(S)> bodies;
            gradients(
                t,
                targets,
                std::array<tensor_body*, sizeof...(S)>{&source.body()...},
                options,
                bodies,
                where);
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                return std::tuple<tensor<S>...>{tensor<S>(std::move(bodies[I]))...};
            }(std::index_sequence_for<S...>{});
        },
        sources.tensors);
}

template <class S>
auto gradients_of(
    tape& t,
    std::span<sweep_target> targets,
    std::vector<tensor<S>> const& sources,
    grad_options const& options,
    std::source_location const& where)
{
    static_assert(
        differentiable_element<S>,
        "xgrad: a tensor of integers or truth values has no gradient; a source must be a "
        "tensor<double> or tensor<float>");
    std::vector<tensor_body*> bodies;
    for (auto const& source : sources) {
        bodies.push_back(&source.body());
    }
    std::vector<body_pointer> gradient(sources.size());
    gradients(t, targets, bodies, options, gradient, where);
    std::vector<tensor<S>> result;
    for (auto& body : gradient) {
        result.emplace_back(std::move(body));
    }
    return result;
}
} // namespace detail

/// The gradient of the sum of `target` by `sources`: a tensor, `wrt(a, b, ...)` or a vector of
/// tensors; the result is a tensor shaped like the source, a tuple or a vector of them. Sources may
/// be any tensors that the tape saw, the target itself included. A tape that is not persistent is
/// empty afterwards and records on.
///
/// Throws tape_error where the tape does not hold the target, unconnected_error where the target
/// does not depend on a source (zeros with {.unconnected = unconnected::zero}), numerics_error as
/// check_numerics says.
template <class T, class Sources>
auto grad(
    tape& t,
    tensor<T> const& target,
    Sources const& sources,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    static_assert(
        differentiable_element<T>,
        "xgrad: a tensor of integers or truth values has no gradient; the target must be a "
        "tensor<double> or tensor<float>");
    auto from = detail::target_of<T>(target, nullptr, where);
    return detail::gradients_of(t, {&from, 1}, sources, options, where);
}

/// A target that is an expression is computed, and recorded, first.
template <class E, class Sources>
    requires some_expressions<E>
auto grad(
    tape& t,
    E const& target,
    Sources const& sources,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return grad(t, as_tensor(target, where), sources, options, where);
}

/// As above, with the adjoint of the target instead of ones. Throws shape_error where it is not
/// shaped like the target.
template <class T, class Sources>
auto grad(
    tape& t,
    tensor<T> const& target,
    Sources const& sources,
    std::type_identity_t<tensor<T>> const& out_grad,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    static_assert(
        differentiable_element<T>,
        "xgrad: a tensor of integers or truth values has no gradient; the target must be a "
        "tensor<double> or tensor<float>");
    auto from = detail::target_of<T>(target, &out_grad, where);
    return detail::gradients_of(t, {&from, 1}, sources, options, where);
}

template <class E, class Sources>
    requires some_expressions<E>
auto grad(
    tape& t,
    E const& target,
    Sources const& sources,
    std::type_identity_t<tensor<value_type_of<E>>> const& out_grad,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return grad(t, as_tensor(target, where), sources, out_grad, options, where);
}

/// The sum of the gradients of several targets.
template <class... T, class Sources>
auto grad(
    tape& t,
    target_list<T...> const& targets,
    Sources const& sources,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    auto from = detail::targets_of(targets);
    return detail::gradients_of(t, from, sources, options, where);
}
} // namespace xgrad
