#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/mode/vjp.hpp>

#include <functional>
#include <source_location>
#include <tuple>
#include <utility>

namespace xgrad {
namespace detail {
template <class T>
tensor<T> gradient_from(
    tensor<T> g, std::size_t argument, shape_type const& shape, std::source_location const& where)
{
    if (!same_shape(g.shape(), shape)) {
        throw shape_error(
            "custom_gradient: the gradient of argument " + std::to_string(argument) +
            " has shape " + to_string(g.shape()) + "; it must be shaped like the argument, " +
            to_string(shape) + at(where));
    }
    return g;
}

/// Where tapes record a sweep, a gradient that none of their statements computed comes from foreign
/// code, of whose own derivatives they know nothing: to go through it is an error, no silent zero.
inline void mark_foreign(tensor_body const& gradient)
{
    for_each_active([&](tape_record& r) {
        if (!r.find(gradient)) {
            r.mark_gradient(gradient);
        }
    });
}

template <class Forward, class Backward>
struct custom_function
{
    Forward forward;
    Backward backward;
    std::source_location where;

    template <class... T>
    auto operator()(tensor<T> const&... x) const
        -> std::remove_cvref_t<decltype(as_tensor(std::invoke(forward, x.detach()...)))>
    {
        auto const value =
            within_operation([&] { return as_tensor(std::invoke(forward, x.detach()...)); });
        using result = std::remove_cvref_t<decltype(value)>;
        auto reverse = [backward = backward, where = where](statement_pullback& sweep) {
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                result const g(sweep.incoming());
                // A backward that hands it on is no foreign code.
                for_each_active([&](tape_record& r) { r.know(g.body()); });
                auto gradients = [&] {
                    if constexpr (std::invocable<Backward const&, result, tensor<T>...>) {
                        return std::invoke(backward, g, tensor<T>(sweep.operand(I))...);
                    } else {
                        return std::invoke(
                            backward, g, result(sweep.result()), tensor<T>(sweep.operand(I))...);
                    }
                }();
                using returned = decltype(gradients);
                auto const give =
                    [&]<std::size_t J, class S>(std::type_identity<S>, auto const& gradient) {
                        if (sweep.wants(J)) {
                            auto const checked =
                                gradient_from<S>(tensor<S>(gradient), J, sweep.shape(J), where);
                            mark_foreign(checked.body());
                            sweep.add(J, checked.handle());
                        }
                    };
                if constexpr (expression<returned>) {
                    static_assert(
                        sizeof...(T) == 1,
                        "xgrad: custom_gradient: backward must return a std::tuple with a gradient "
                        "for "
                        "every argument of forward");
                    (give.template operator()<I>(std::type_identity<T>(), gradients), ...);
                } else {
                    static_assert(
                        std::tuple_size_v<returned> == sizeof...(T),
                        "xgrad: custom_gradient: backward must return a std::tuple with a gradient "
                        "for "
                        "every argument of forward");
                    (give.template operator()<I>(std::type_identity<T>(), std::get<I>(gradients)),
                     ...);
                }
            }(std::index_sequence_for<T...>{});
        };
        return recorded(
            "custom_gradient",
            result(make_view(value.handle(), value.shape(), value.body().strides(), 0)),
            std::array<tensor_body*, sizeof...(T)>{&x.body()...},
            {.operands = true, .result = true},
            reverse,
            where,
            unless_they_own_tensors<Forward, Backward>(runs_again_by<T...>(*this)));
    }

    /// Expressions as arguments are computed first.
    template <class... X>
        requires some_not_tensors<X...>
    auto operator()(X const&... x) const
    {
        return (*this)(as_tensor(x, {})...);
    }
};
} // namespace detail

/// A function whose derivative is given, not recorded: foreign code, a solver, a better formula.
/// `forward(x...)` takes and returns tensors; `backward(g, x...)`, or `backward(g, y, x...)`, takes
/// the adjoint of the value (and the value) and returns the adjoints of the arguments: a tensor for
/// one, a tuple for several. The result is called like forward and recorded as one statement, of
/// which errors and summaries name the line that gave the derivative. A gradient that is not shaped
/// like its argument is a shape_error when it is asked for. What the functions have captured is
/// constant to them: a tensor whose gradient is wanted is an argument. `jvp` transposes `backward`,
/// and expects it to be linear in the adjoint. Where `replay` runs it again, both are called; it
/// does not where they may own tensors (have captured some by value), which might be others by
/// then.
template <class Forward, class Backward>
auto custom_gradient(
    Forward forward,
    Backward backward,
    std::source_location where = std::source_location::current())
{
    return detail::custom_function<Forward, Backward>{
        std::move(forward), std::move(backward), where};
}
} // namespace xgrad
